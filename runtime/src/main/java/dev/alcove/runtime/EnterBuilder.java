package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceSet;
import dev.alcove.linux.Pidfd;
import dev.alcove.spec.OciLinux;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command in namespaces that exist already, one by one: nsenter(1). It keeps the caller's terminal, groups, limits and
 * environment; {@link ExecBuilder} runs one as a container's own process would run.
 *
 * {@snippet :
 * int status = new EnterBuilder(List.of("ip", "address"))
 *         .target(4711)
 *         .join(List.of(NamespaceKind.NET))
 *         .start()
 *         .waitFor();
 * }
 */
public final class EnterBuilder {
    private final Task task;
    private final Set<NamespaceKind> kinds = EnumSet.noneOf(NamespaceKind.class);
    private final Map<NamespaceKind, String> files = new EnumMap<>(NamespaceKind.class);
    private int target;
    private @Nullable StoredContainer container;
    private boolean all;
    private Optional<String> root = Optional.empty();
    private Optional<String> directory = Optional.empty();
    private boolean targetRoot;
    private boolean targetDirectory;
    private Optional<Long> uid = Optional.empty();
    private Optional<Long> gid = Optional.empty();
    private boolean keep;
    private boolean fork = true;

    /** A command and its arguments. */
    public EnterBuilder(List<String> command) {
        this.task = new Task(command);
    }

    /** The environment, to be changed; it starts empty. */
    public Map<String, String> environment() {
        return task.environment;
    }

    /** The directory in which the caller is, from where relative paths start; it stays unless another is asked for. */
    public EnterBuilder directory(Path path) {
        task.directory = path.toString();
        return this;
    }

    /** The process whose namespaces are joined, by its id in the caller's PID namespace. */
    public EnterBuilder target(int pid) {
        this.target = pid;
        return this;
    }

    /** The container whose namespaces are joined: those of its first process. */
    public EnterBuilder target(StoredContainer container) {
        this.container = container;
        return this;
    }

    /** Joins the target's namespaces of these kinds. */
    public EnterBuilder join(Collection<NamespaceKind> kinds) {
        this.kinds.addAll(kinds);
        return this;
    }

    /** Joins all of the target's namespaces that are not the caller's own. */
    public EnterBuilder joinAll() {
        this.all = true;
        return this;
    }

    /** Joins the namespace that a file stands for. */
    public EnterBuilder join(NamespaceKind kind, Path file) {
        files.put(kind, file.toString());
        return this;
    }

    /** Changes the root directory, found as the caller sees it. */
    public EnterBuilder root(Path path) {
        this.root = Optional.of(path.toString());
        return this;
    }

    /** Changes the root directory to the target's. */
    public EnterBuilder targetRoot() {
        this.targetRoot = true;
        return this;
    }

    /** Changes the working directory, found as the caller sees it. */
    public EnterBuilder workingDirectory(Path path) {
        this.directory = Optional.of(path.toString());
        return this;
    }

    /** Changes the working directory to the target's. */
    public EnterBuilder targetWorkingDirectory() {
        this.targetDirectory = true;
        return this;
    }

    /** Becomes a user, by its number inside; without it 0 in another user namespace, and else the caller. */
    public EnterBuilder user(long uid) {
        this.uid = Optional.of(uid);
        return this;
    }

    /** Becomes a group, by its number inside; without it 0 in another user namespace, and else the caller's. */
    public EnterBuilder group(long gid) {
        this.gid = Optional.of(gid);
        return this;
    }

    /** Whether user and groups stay what they are, also in another user namespace. */
    public EnterBuilder keepCredentials(boolean keep) {
        this.keep = keep;
        return this;
    }

    /** Whether the command itself is to be in a PID namespace that is joined, and not its children alone: it is by default. */
    public EnterBuilder fork(boolean fork) {
        this.fork = fork;
        return this;
    }

    /** Descriptors that become its standard input, output and error; they stay the caller's. */
    public EnterBuilder redirect(Fd in, Fd out, Fd err) {
        task.streams = List.of(in, out, err);
        return this;
    }

    /** Pipes, as ProcessBuilder has them, instead of the caller's own streams. */
    EnterBuilder pipes() {
        task.pipes = true;
        return this;
    }

    /**
     * What {@link #start} would do, without doing it.
     *
     * @throws ContainerException if the target is not there or may not be looked into
     */
    public Program explain() {
        ContainerSpec spec = task.spec(OciLinux.builder().build());
        if (container == null && target == 0) {
            return EnterPlanner.plan(spec, HostProbe.read(spec), entering(0));
        }
        try (Pidfd process = process()) {
            return EnterPlanner.plan(spec, HostProbe.read(spec), entering(process.pid()));
        }
    }

    /**
     * Starts it; returns when its program has been executed.
     *
     * @return a handle of the command, which is no container but ends like one: with its handle, or with this JVM
     * @throws ContainerException if a step failed
     */
    public Container start() {
        ContainerSpec spec = task.spec(OciLinux.builder().build());
        HostFacts facts = HostProbe.read(spec);
        if (container == null && target == 0) {
            return task.start(spec, facts, EnterPlanner.plan(spec, facts, entering(0)), Map.of());
        }
        try (Pidfd process = process()) {
            Program program = EnterPlanner.plan(spec, facts, entering(process.pid()));
            return task.start(spec, facts, program, Map.of(ExecTarget.PIDFD, process.fd()));
        }
    }

    private Pidfd process() {
        if (container != null) {
            return container.process();
        }
        return Pidfd.open(target)
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.NOT_FOUND,
                        "--target: there is no process " + target
                                + "\n  likely cause: it has ended, or it is in another PID namespace"
                                + "\n  mend: give the id that ps shows here"));
    }

    private Entering entering(int pid) {
        Set<NamespaceKind> ofTarget = EnumSet.copyOf(kinds);
        if (all) {
            ofTarget.addAll(others(pid));
        }
        ofTarget.removeAll(files.keySet());
        if (pid == 0 && !ofTarget.isEmpty()) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "a target is needed to join its "
                            + ofTarget.iterator().next().fileName()
                            + " namespace\n  mend: --target PID, or a file: --"
                            + ofTarget.iterator().next().fileName() + "=FILE");
        }
        String proc = "/proc/" + pid;
        return new Entering(
                ofTarget,
                files,
                pid > 0,
                targetRoot ? Optional.of(proc + "/root") : root,
                targetDirectory ? Optional.of(proc + "/cwd") : directory,
                uid,
                gid,
                keep,
                fork);
    }

    /** The kinds in which the target is elsewhere: a process cannot join its own user namespace. */
    private static Set<NamespaceKind> others(int pid) {
        try {
            NamespaceSet own = NamespaceSet.of(Kernel.pid()).orElseThrow();
            NamespaceSet theirs = NamespaceSet.of(pid)
                    .orElseThrow(() -> new ContainerException(
                            ContainerException.Kind.NOT_FOUND, "--target: process " + pid + " has ended"));
            Set<NamespaceKind> others = EnumSet.noneOf(NamespaceKind.class);
            others.addAll(theirs.identities().keySet());
            others.removeAll(own.shared(theirs));
            return others;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            throw new ContainerException(
                    ContainerException.Kind.DENIED,
                    "--target: process " + pid + " may not be looked into"
                            + "\n  likely cause: it is another user's, or has more privileges"
                            + "\n  mend: run as root",
                    e);
        }
    }
}
