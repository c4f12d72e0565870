package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Pidfd;
import dev.alcove.spec.OciLinux;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command in namespaces that exist already, one by one: nsenter(1). It keeps the caller's terminal, groups, limits and
 * environment; {@link ExecBuilder} runs one as a container's own process would run.
 *
 * {@snippet class="dev.alcove.runtime.SnippetsTest" region="enter"}
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
    private Optional<String> inside = Optional.empty();
    private OptionalInt socket = OptionalInt.empty();
    private boolean ownersUser;
    private boolean targetEnvironment;
    private boolean targetGroups;
    private boolean targetContext;
    private boolean followUser;
    private boolean followGroup;
    private boolean keepCapabilities;
    private boolean targetRoot;
    private boolean targetDirectory;
    private Optional<Long> uid = Optional.empty();
    private Optional<Long> gid = Optional.empty();
    private boolean keep;
    private boolean fork = true;
    private Optional<String> program = Optional.empty();

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

    /**
     * Joins the user namespace that owns the one that is joined, in place of its user namespace: of a user namespace the
     * one above it.
     */
    public EnterBuilder joinOwner() {
        this.ownersUser = true;
        return this;
    }

    /**
     * Joins the network namespace of one of the target's sockets, which may be another than the target's own.
     *
     * @param descriptor which of its descriptors, from 0
     */
    public EnterBuilder joinSocket(int descriptor) {
        this.socket = OptionalInt.of(descriptor);
        return this;
    }

    /** Moves into the target's control groups: its limits are the command's too. */
    public EnterBuilder targetGroups() {
        this.targetGroups = true;
        return this;
    }

    /** Runs in the target's SELinux context. */
    public EnterBuilder targetContext() {
        this.targetContext = true;
        return this;
    }

    /** Has the target's environment, as that was when it was executed, in place of {@link #environment}. */
    public EnterBuilder targetEnvironment() {
        this.targetEnvironment = true;
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

    /** Changes the working directory, found in the namespaces that are joined and below the root directory. */
    public EnterBuilder workingDirectoryInside(String path) {
        this.inside = Optional.of(path);
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

    /** Becomes the target's user. */
    public EnterBuilder targetUser() {
        this.followUser = true;
        return this;
    }

    /** Becomes the target's group. */
    public EnterBuilder targetGroup() {
        this.followGroup = true;
        return this;
    }

    /** Whether the command, whoever it is inside, keeps the capabilities that the user namespace gives. */
    public EnterBuilder keepCapabilities(boolean keep) {
        this.keepCapabilities = keep;
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

    /** The file that is executed, whatever the command calls itself by its first word. */
    EnterBuilder program(String path) {
        this.program = Optional.of(path);
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
        try (Pidfd process = process().orElse(null)) {
            EnterTarget of = new EnterTarget(process == null ? 0 : process.pid());
            ContainerSpec spec = spec(of);
            return EnterPlanner.plan(spec, HostProbe.read(spec), entering(of));
        }
    }

    /**
     * Starts it; returns when its program has been executed.
     *
     * @return a handle of the command, which is no container but ends like one: with its handle, or with this JVM
     * @throws ContainerException if a step failed
     */
    public Container start() {
        try (Pidfd process = process().orElse(null)) {
            EnterTarget of = new EnterTarget(process == null ? 0 : process.pid());
            ContainerSpec spec = spec(of);
            HostFacts facts = HostProbe.read(spec);
            Program program = EnterPlanner.plan(spec, facts, entering(of));
            return task.start(
                    spec, facts, program, process == null ? Map.of() : Map.of(ExecTarget.PIDFD, process.fd()));
        }
    }

    private ContainerSpec spec(EnterTarget of) {
        if (targetEnvironment) {
            of.needed("its environment (--env)");
            task.environment.clear();
            task.environment.putAll(of.environment());
        }
        return task.spec(OciLinux.builder().build());
    }

    private Optional<Pidfd> process() {
        if (container != null) {
            return Optional.of(container.process());
        }
        if (target == 0) {
            return Optional.empty();
        }
        return Optional.of(Pidfd.open(target)
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.NOT_FOUND,
                        "--target: there is no process " + target
                                + "\n  likely cause: it has ended, or it is in another PID namespace"
                                + "\n  mend: give the id that ps shows here")));
    }

    private Entering entering(EnterTarget of) {
        Set<NamespaceKind> ofTarget = EnumSet.copyOf(kinds);
        if (all) {
            of.needed("all of its namespaces (--all)");
            ofTarget.addAll(of.others());
        }
        ofTarget.removeAll(files.keySet());
        if (!of.isThere() && !ofTarget.isEmpty()) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "a target is needed to join its "
                            + ofTarget.iterator().next().fileName()
                            + " namespace\n  mend: --target PID, or a file: --"
                            + ofTarget.iterator().next().fileName() + "=FILE");
        }
        if (socket.isPresent()) {
            of.needed("the network of its socket (--net-socket)");
        }
        boolean user = ownersUser || ofTarget.contains(NamespaceKind.USER) || files.containsKey(NamespaceKind.USER);
        if (keepCapabilities && !user) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "--keep-caps needs a user namespace: it keeps what that gives\n  mend: --user");
        }
        return new Entering(
                ofTarget,
                files,
                of.isThere(),
                ownersUser ? Optional.of(owned(of, ofTarget)) : Optional.empty(),
                socket,
                targetGroups ? of.groups() : List.of(),
                targetContext ? Optional.of(of.context()) : Optional.empty(),
                new Entering.Places(
                        targetRoot ? Optional.of(of.file("root")) : root,
                        targetDirectory ? Optional.of(of.file("cwd")) : directory,
                        inside),
                new Becoming(
                        followUser ? Optional.of(of.user(user && !ownersUser)) : uid,
                        followGroup ? Optional.of(of.group(user && !ownersUser)) : gid,
                        keepCapabilities),
                keep,
                fork,
                program);
    }

    /** A namespace whose owner is to be joined: the user namespace that was asked for, or else any. */
    private String owned(EnterTarget of, Set<NamespaceKind> ofTarget) {
        String file = files.get(NamespaceKind.USER);
        if (file == null && !ofTarget.contains(NamespaceKind.USER) && !files.isEmpty()) {
            file = files.values().iterator().next();
        }
        if (file != null) {
            return file;
        }
        if (ofTarget.isEmpty()) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "--user-parent needs another namespace, whose owner is joined\n  mend: add --user, or one of the"
                            + " other kinds");
        }
        NamespaceKind kind = ofTarget.contains(NamespaceKind.USER)
                ? NamespaceKind.USER
                : ofTarget.iterator().next();
        return of.file("ns/" + kind.fileName());
    }
}
