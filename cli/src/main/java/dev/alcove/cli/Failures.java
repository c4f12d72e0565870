package dev.alcove.cli;

import dev.alcove.linux.CgroupUnavailableException;
import dev.alcove.linux.LinuxException;
import dev.alcove.network.NetworkException;
import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.SpecException;
import java.io.UncheckedIOException;

/** What went wrong, for a person: one message, never a stack trace, and the exit status that scripts look at. */
final class Failures {
    /** An error of Alcove or of how it was called, as docker has it. */
    static final int OURS = 125;
    /** The command exists and cannot be executed. */
    static final int NOT_EXECUTABLE = 126;
    /** The command does not exist. */
    static final int NOT_FOUND = 127;

    private Failures() {}

    static int report(Shell shell, RuntimeException e) {
        if (!shell.variable("ALCOVE_DEBUG").isEmpty()) {
            e.printStackTrace(shell.err());
        }
        shell.err().print("alcove: " + message(e) + "\n");
        return status(e);
    }

    static String message(RuntimeException e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return switch (e) {
            case UsageException u ->
                text + "\n  see 'alcove " + (u.command().isEmpty() ? "" : u.command() + " ") + "--help'";
            case ContainerException c when c.getCause() instanceof CgroupUnavailableException limit -> limit(limit);
            case ContainerException c -> text;
            case NetworkException n -> text;
            case SpecException s -> text;
            case IllegalArgumentException i -> text;
            case CgroupUnavailableException c -> limit(c);
            case LinuxException l -> text;
            case UncheckedIOException u -> text;
            default ->
                "internal error: " + text + "\n  likely cause: a mistake in alcove"
                        + "\n  mend: set ALCOVE_DEBUG=1, run it again, and report what it prints";
        };
    }

    private static String limit(CgroupUnavailableException e) {
        return flag(e.limit()) + ": this limit cannot be set\n  likely cause: " + e.missing() + "\n  mend: " + e.mend();
    }

    /** The flag that a limit comes from, or the limit's own name. */
    private static String flag(String limit) {
        return switch (limit) {
            case "memory" -> "--memory";
            case "memorySwap" -> "--memory-swap";
            case "memoryReservation" -> "--memory-reservation";
            case "cpuQuota", "cpuPeriod" -> "--cpus";
            case "cpuShares" -> "--cpu-shares";
            case "cpusetCpus" -> "--cpuset-cpus";
            case "cpusetMems" -> "--cpuset-mems";
            case "ioWeight" -> "--blkio-weight";
            case "pids" -> "--pids-limit";
            case "devices" -> "--device";
            default -> limit;
        };
    }

    private static int status(RuntimeException e) {
        if (e instanceof ContainerException c) {
            return switch (c.kind()) {
                case COMMAND_NOT_FOUND -> NOT_FOUND;
                case COMMAND_NOT_EXECUTABLE -> NOT_EXECUTABLE;
                default -> OURS;
            };
        }
        return OURS;
    }
}
