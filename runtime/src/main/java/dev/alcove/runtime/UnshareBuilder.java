package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Signal;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxTimeOffset;
import dev.alcove.spec.OciLinux;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A command in new namespaces of chosen kinds, and nothing else of a container: unshare(1). It keeps the caller's
 * terminal, groups, limits, environment and, unless told otherwise, its files.
 *
 * {@snippet class="dev.alcove.runtime.SnippetsTest" region="unshare"}
 */
public final class UnshareBuilder {
    private static final String FORMATS = "/proc/sys/fs/binfmt_misc";

    private final Task task;
    private final Set<NamespaceKind> made = EnumSet.noneOf(NamespaceKind.class);
    private final Map<NamespaceKind, String> pins = new EnumMap<>(NamespaceKind.class);
    private final List<LinuxIdMapping> uids = new ArrayList<>();
    private final List<LinuxIdMapping> gids = new ArrayList<>();
    private final Map<String, LinuxTimeOffset> offsets = new LinkedHashMap<>();
    private boolean fork;
    private Optional<String> setgroups = Optional.empty();
    private Optional<String> proc = Optional.empty();
    private String propagation = "private";
    private Optional<String> root = Optional.empty();
    private Optional<String> directory = Optional.empty();
    private Optional<Long> uid = Optional.empty();
    private Optional<Long> gid = Optional.empty();
    private boolean keepCapabilities;
    private Optional<String> formats = Optional.empty();
    private final List<String> definitions = new ArrayList<>();
    private Signal deathSignal = Signal.KILL;

    /** A command and its arguments. */
    public UnshareBuilder(List<String> command) {
        this.task = new Task(command);
    }

    /** The environment, to be changed; it starts empty. */
    public Map<String, String> environment() {
        return task.environment;
    }

    /** The directory in which the caller is, from where relative paths start; it stays unless another is asked for. */
    public UnshareBuilder directory(Path path) {
        task.directory = path.toString();
        return this;
    }

    /** Makes new namespaces of these kinds. */
    public UnshareBuilder make(Collection<NamespaceKind> kinds) {
        made.addAll(kinds);
        return this;
    }

    /** Makes a new namespace, and binds it to a file, which is made where it is missing: it stays when the command ends. */
    public UnshareBuilder make(NamespaceKind kind, Path file) {
        made.add(kind);
        pins.put(kind, file.toString());
        return this;
    }

    /** Whether the command itself is in the new PID namespace, as its PID 1, and not its children alone. */
    public UnshareBuilder fork(boolean fork) {
        this.fork = fork;
        return this;
    }

    /** Maps users of the new user namespace to the caller's. */
    public UnshareBuilder mapUsers(List<LinuxIdMapping> mappings) {
        uids.addAll(mappings);
        return this;
    }

    /** Maps groups of the new user namespace to the caller's. */
    public UnshareBuilder mapGroups(List<LinuxIdMapping> mappings) {
        gids.addAll(mappings);
        return this;
    }

    /** Whether setgroups(2) is allowed in the new user namespace. */
    public UnshareBuilder setgroups(boolean allowed) {
        this.setgroups = Optional.of(allowed ? "allow" : "deny");
        return this;
    }

    /** Mounts a new proc file system at a path. */
    public UnshareBuilder mountProc(String path) {
        this.proc = Optional.of(path);
        return this;
    }

    /** Mounts a list of program formats, binfmt_misc, that is the new user namespace's own, at its usual place. */
    public UnshareBuilder mountFormats() {
        return mountFormats(FORMATS);
    }

    /** Mounts a list of program formats, binfmt_misc, that is the new user namespace's own; from Linux 6.7 on. */
    public UnshareBuilder mountFormats(String path) {
        this.formats = Optional.of(path);
        return this;
    }

    /**
     * Adds a line to that list, which is mounted at its usual place where no other is asked for.
     *
     * @param definition as the kernel's admin-guide/binfmt-misc has it: {@code :name:type:offset:magic:mask:interpreter:flags}
     */
    public UnshareBuilder loadFormat(String definition) {
        definitions.add(definition);
        return this;
    }

    /**
     * How what is mounted travels between the new mount namespace and the caller's.
     *
     * @param how {@code private}, which is the default, {@code slave}, {@code shared}, or {@code unchanged}
     */
    public UnshareBuilder propagation(String how) {
        this.propagation = how.equals("unchanged") ? "" : how;
        return this;
    }

    /** Changes the root directory. */
    public UnshareBuilder root(String path) {
        this.root = Optional.of(path);
        return this;
    }

    /** Changes the working directory, found below the root directory. */
    public UnshareBuilder workingDirectory(String path) {
        this.directory = Optional.of(path);
        return this;
    }

    /** Becomes a user, by its number inside. */
    public UnshareBuilder user(long uid) {
        this.uid = Optional.of(uid);
        return this;
    }

    /** Becomes a group, by its number inside. */
    public UnshareBuilder group(long gid) {
        this.gid = Optional.of(gid);
        return this;
    }

    /** Whether the command, whoever it is inside, keeps the capabilities that the new user namespace gives. */
    public UnshareBuilder keepCapabilities(boolean keep) {
        this.keepCapabilities = keep;
        return this;
    }

    /**
     * Sets a clock of the new time namespace.
     *
     * @param clock   {@code monotonic} or {@code boottime}
     * @param seconds how far it is ahead of the caller's
     */
    public UnshareBuilder timeOffset(String clock, long seconds) {
        offsets.put(clock, new LinuxTimeOffset(seconds, 0));
        return this;
    }

    /** What the command gets if its monitor is killed; KILL by default. */
    public UnshareBuilder deathSignal(Signal signal) {
        this.deathSignal = signal;
        return this;
    }

    /** Descriptors that become its standard input, output and error; they stay the caller's. */
    public UnshareBuilder redirect(Fd in, Fd out, Fd err) {
        task.streams = List.of(in, out, err);
        return this;
    }

    /** What {@link #start} would do, without doing it. */
    public Program explain() {
        ContainerSpec spec = spec();
        return UnsharePlanner.plan(spec, HostProbe.read(spec), wanted());
    }

    /**
     * Starts it; returns when its program has been executed.
     *
     * @return a handle of the command, which is no container but ends like one: with its handle, or with this JVM
     * @throws ContainerException       if a step failed
     * @throws IllegalArgumentException if something wanted contradicts something else
     */
    public Container start() {
        ContainerSpec spec = spec();
        HostFacts facts = HostProbe.read(spec);
        return task.start(spec, facts, UnsharePlanner.plan(spec, facts, wanted()), Map.of());
    }

    private ContainerSpec spec() {
        return task.spec(OciLinux.builder()
                .uidMappings(uids)
                .gidMappings(gids)
                .timeOffsets(offsets)
                .build());
    }

    private Unsharing wanted() {
        check(
                (uids.isEmpty() && gids.isEmpty() && setgroups.isEmpty()) || made.contains(NamespaceKind.USER),
                "id maps and setgroups need a new user namespace (--user)");
        check(
                offsets.isEmpty() || made.contains(NamespaceKind.TIME),
                "the clocks' offsets need a new time namespace (--time)");
        check(
                proc.isEmpty() || made.contains(NamespaceKind.MOUNT),
                "a new /proc needs a new mount namespace (--mount): it would cover the caller's");
        check(
                !keepCapabilities || made.contains(NamespaceKind.USER),
                "--keep-caps needs a new user namespace (--user): it keeps what that gives");
        boolean lists = formats.isPresent() || !definitions.isEmpty();
        check(
                !lists || (made.contains(NamespaceKind.USER) && made.contains(NamespaceKind.MOUNT)),
                "--load-interp and --mount-binfmt need a new user namespace (--user) and a new mount namespace (--mount):"
                        + " the list would be the machine's own");
        check(
                !pins.containsKey(NamespaceKind.PID) || fork,
                "--pid=FILE needs --fork: a PID namespace is real when its first process is");
        check(
                !pins.containsKey(NamespaceKind.TIME) || offsets.isEmpty() || !made.contains(NamespaceKind.USER),
                "--time=FILE cannot be had together with --user and offsets: the command itself sets the clocks then,"
                        + " and enters the namespace last");
        return new Unsharing(
                made,
                pins,
                fork,
                setgroups,
                proc,
                lists ? Optional.of(new Unsharing.Formats(formats.orElse(FORMATS), definitions)) : Optional.empty(),
                propagation,
                root,
                directory,
                new Becoming(uid, gid, keepCapabilities),
                deathSignal.number());
    }

    private static void check(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
