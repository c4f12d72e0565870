package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.spec.OciProcess;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Objects;

/** What a failed step means to a person: DESIGN's form of an error, from the program alone. */
final class Failure {
    private Failure() {}

    /**
     * The error of a start that failed at a step.
     *
     * @param step  the step's number
     * @param errno why
     */
    static ContainerException of(ContainerSpec spec, HostFacts facts, Program program, int step, int errno) {
        Step failed = program.step(step);
        Errno error = Errno.of(errno);
        String text = ProgramText.of(program, failed);
        if (failed instanceof Step.Exec || failed.why().equals(FrontPart.LOOK)) {
            return exec(spec, error);
        }
        if (failed instanceof Step.Await && error == Errno.ECHILD) {
            return killed(spec, program, step);
        }
        Causes.Cause cause = Causes.of(failed, error, spec, facts);
        StringBuilder b = new StringBuilder(start(spec));
        b.append(": ").append(object(failed)).append(": ").append(error);
        b.append(" (")
                .append(error.text())
                .append(")\n  step ")
                .append(step)
                .append(" of ")
                .append(program.length());
        b.append(": ").append(text).append(": ").append(failed.why());
        if (!cause.likely().isEmpty()) {
            b.append("\n  likely cause: ").append(cause.likely());
        }
        if (!cause.mend().isEmpty()) {
            b.append("\n  mend: ").append(cause.mend());
        }
        return new ContainerException(kind(error), b.toString());
    }

    /**
     * A failure of this process itself, before or beside init: it has no step. What is used up is said in words; anything
     * else stays the exception it is.
     *
     * @param what what could not be done, such as {@code start container 'web'}
     */
    static RuntimeException here(String what, RuntimeException failure) {
        Errno error = Errno.EIO;
        String said = String.valueOf(failure.getMessage());
        if (failure instanceof LinuxException e) {
            error = e.errno();
        } else if (failure.getCause() instanceof IOException e) {
            // The JDK's own file calls give the reason as text alone, some with the file and some without.
            String reason = String.valueOf(e instanceof FileSystemException f ? f.getReason() : e.getMessage());
            String file = e instanceof FileSystemException f ? f.getFile() + ": " : "";
            for (Errno known : List.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOSPC, Errno.EDQUOT, Errno.ENOMEM)) {
                if (reason.equalsIgnoreCase(known.text())) {
                    error = known;
                    said = file + known + " (" + known.text() + ")";
                }
            }
        }
        Causes.Cause cause = Causes.exhausted(error);
        if (cause.likely().isEmpty()) {
            return failure;
        }
        return new ContainerException(
                kind(error),
                "cannot " + what + ": " + said + "\n  likely cause: " + cause.likely() + "\n  mend: " + cause.mend(),
                failure);
    }

    /** A command that is run in other rooms without being a container has no name. */
    private static String start(ContainerSpec spec) {
        if (spec.name().isEmpty() && spec.config().process() != null) {
            return "cannot run '" + spec.config().process().args().getFirst() + "'";
        }
        return "cannot start container '" + spec.name() + "'";
    }

    /** Its process ended in the set-up and could not say why: something killed it. */
    private static ContainerException killed(ContainerSpec spec, Program program, int step) {
        boolean limited = spec.memoryLimited();
        return new ContainerException(
                limited ? Kind.INVALID : Kind.INTERNAL,
                start(spec) + ": its process was killed while it was being set up"
                        + "\n  step " + step + " of " + program.length()
                        + (limited
                                ? "\n  likely cause: " + Causes.TOO_SMALL.likely() + "\n  mend: "
                                        + Causes.TOO_SMALL.mend()
                                : "\n  likely cause: somebody sent it SIGKILL, or the machine ran out of memory"
                                        + "\n  mend: dmesg tells of memory; start it again"));
    }

    private static String object(Step step) {
        if (step instanceof Step.Call c) {
            for (Arg a : c.args()) {
                if (a instanceof Arg.At at
                        && at.data().literal() != null
                        && !at.text().equals("\"\"")) {
                    return c.call().kernelName() + " " + at.data().literal();
                }
            }
            return c.call().kernelName();
        }
        return step.why();
    }

    private static Kind kind(Errno error) {
        return switch (error) {
            case ENOENT, ENOTDIR, ENODEV -> Kind.NOT_FOUND;
            case EPERM, EACCES, EROFS -> Kind.DENIED;
            case EBUSY, EAGAIN -> Kind.BUSY;
            case EEXIST -> Kind.CONFLICT;
            case EINVAL -> Kind.INVALID;
            case ENOSYS, EOPNOTSUPP -> Kind.UNSUPPORTED;
            default -> Kind.INTERNAL;
        };
    }

    private static ContainerException exec(ContainerSpec spec, Errno error) {
        OciProcess process = Objects.requireNonNull(spec.config().process());
        String command = process.args().getFirst();
        boolean path = command.indexOf('/') >= 0;
        String start = start(spec) + ": exec: \"" + command + "\": ";
        if (error == Errno.ENOENT && !path) {
            return new ContainerException(
                    Kind.COMMAND_NOT_FOUND,
                    start + "executable file not found in $PATH"
                            + "\n  likely cause: the root file system has no such program; searched: "
                            + String.join(", ", ChildPart.paths(process))
                            + "\n  mend: install it there, or give its full path");
        }
        if (error == Errno.ENOENT || error == Errno.ENOTDIR) {
            return new ContainerException(
                    Kind.COMMAND_NOT_FOUND,
                    start + "no such file or directory"
                            + "\n  likely cause: it is not in the root file system; or it is, and the interpreter of its "
                            + "first line, or its dynamic loader, is not"
                            + "\n  mend: check the path inside the container");
        }
        String why = switch (error) {
            case EACCES -> "permission denied";
            case ENOEXEC -> "exec format error";
            case EISDIR -> "permission denied: is a directory";
            default -> error.text();
        };
        String cause = switch (error) {
            case EACCES -> "the file is not executable for this user, is a directory, or lies on a noexec mount";
            case EISDIR -> "the path is not complete: a directory cannot be executed";
            case ENOEXEC -> "it is a script without a first line such as #!/bin/sh, or built for another processor";
            case E2BIG -> "the arguments and the environment are too long together";
            default -> "the kernel refused to execute it";
        };
        String mend = switch (error) {
            case EACCES -> "chmod +x it in the root file system, or name the program itself";
            case EISDIR -> "name the program itself";
            case ENOEXEC -> "run it through its interpreter: sh " + command;
            default -> "see execve(2), " + error;
        };
        return new ContainerException(
                Kind.COMMAND_NOT_EXECUTABLE, start + why + "\n  likely cause: " + cause + "\n  mend: " + mend);
    }
}
