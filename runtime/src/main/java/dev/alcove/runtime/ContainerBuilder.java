package dev.alcove.runtime;

import dev.alcove.linux.CgroupUnavailableException;
import dev.alcove.linux.Fd;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.ConsoleSize;
import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxResourcesBuilder;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.TimeOffset;
import dev.alcove.spec.UserSpec;
import java.io.File;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes a container as {@link ProcessBuilder} makes a process: a command, an environment, a directory, streams; and what
 * a container has besides. Everything has a safe default, so the shortest use is a correct one.
 *
 * {@snippet class="dev.alcove.examples.FirstContainer" region="container"}
 *
 * <p>Not safe for use by several threads at once.
 */
public final class ContainerBuilder {
    /** What a container's room of one kind is. */
    public sealed interface Room {
        /** A new one, the container's own. */
        record Own() implements Room {}

        /** The caller's. */
        record Host() implements Room {}

        /**
         * The one that a file stands for, such as {@code /proc/7/ns/net}.
         *
         * @param file an absolute path
         */
        record Joined(Path file) implements Room {}
    }

    private static final int ID_BYTES = 32;

    final List<String> command;
    final Map<String, String> environment = new LinkedHashMap<>();
    final Map<NamespaceKind, Room> rooms = new EnumMap<>(NamespaceKind.class);
    final List<OciMount> mounts = new ArrayList<>();
    final List<TextFile> files = new ArrayList<>();
    final List<String> hosts = new ArrayList<>();
    final List<Path> held = new ArrayList<>();
    final List<LandlockRule> landlock = new ArrayList<>();
    final List<PosixRlimit> rlimits = new ArrayList<>();
    final List<LinuxDevice> devices = new ArrayList<>();
    final List<LinuxDeviceCgroup> deviceRules = new ArrayList<>();
    final List<TimeOffset> timeOffsets = new ArrayList<>();
    final List<LinuxIdMapping> uidMappings = new ArrayList<>();
    final List<LinuxIdMapping> gidMappings = new ArrayList<>();
    final Map<String, String> sysctl = new LinkedHashMap<>();
    final Set<String> capabilities = new LinkedHashSet<>(Defaults.CAPABILITIES);
    final Set<String> masked = new LinkedHashSet<>(Defaults.MASKED);
    final Set<String> readOnlyPaths = new LinkedHashSet<>(Defaults.READ_ONLY);
    String id = newId();
    Rootfs rootfs = Rootfs.host();
    OciUser user = OciUser.root();
    String directory = "/";
    String name = "";
    String hostname = "";
    String domainname = "";
    long shm = 64L << 20;
    boolean readOnly;
    boolean init;
    boolean privileged;
    boolean noNewPrivileges;
    boolean detached;
    boolean loopback = true;
    StreamChoice streams = StreamChoice.PIPES;
    boolean remove;
    SeccompChoice seccomp = SeccompChoice.standard();
    Optional<ConsoleSize> consoleSize = Optional.empty();
    Optional<Duration> timeout = Optional.empty();
    Optional<Path> state = Optional.empty();
    Optional<IntConsumer> prepare = Optional.empty();
    Optional<Supervisor> supervisor = Optional.empty();
    Optional<MonitorDuties.Command> afterEnd = Optional.empty();
    OptionalLong oomScoreAdj = OptionalLong.empty();

    @Nullable
    LinuxResources resources;

    /**
     * A container for a command.
     *
     * @param command the program and its arguments
     */
    public ContainerBuilder(String... command) {
        this(Arrays.asList(command));
    }

    /**
     * A container for a command.
     *
     * @param command the program and its arguments
     */
    public ContainerBuilder(List<String> command) {
        this.command = List.copyOf(command);
        for (NamespaceKind kind : NamespaceKind.values()) {
            if (kind != NamespaceKind.USER) {
                rooms.put(kind, kind == NamespaceKind.TIME ? new Room.Host() : new Room.Own());
            }
        }
        environment.put("PATH", Defaults.PATH);
        environment.put("HOME", "/root");
    }

    private static String newId() {
        return HexFormat.of().formatHex(Kernel.random(ID_BYTES));
    }

    /** The container's id: 64 hexadecimal digits, or what {@link #id(String)} set. */
    public String id() {
        return id;
    }

    /**
     * Sets the id, which names the control group.
     *
     * @param id letters, digits, {@code _.-}
     */
    public ContainerBuilder id(String id) {
        this.id = id;
        return this;
    }

    /** What the container has as its root; {@link Rootfs#host()} at first. */
    public ContainerBuilder rootfs(Rootfs rootfs) {
        this.rootfs = rootfs;
        return this;
    }

    /** The environment, to be changed; it starts with PATH and HOME, not with the caller's. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The working directory inside, absolute; made where it is missing. */
    public ContainerBuilder directory(String directory) {
        this.directory = directory;
        return this;
    }

    /**
     * The host name inside, at most 64 bytes. At first it is the first 12 digits of the id, or with
     * {@link Rootfs#inherited()} a copy of the caller's.
     */
    public ContainerBuilder hostname(String name) {
        this.hostname = name;
        return this;
    }

    /** The NIS domain name inside, at most 64 bytes. */
    public ContainerBuilder domainname(String name) {
        this.domainname = name;
        return this;
    }

    /** One more mount, after the default ones. */
    public ContainerBuilder mount(OciMount mount) {
        mounts.add(mount);
        return this;
    }

    /** A small file made for this container. */
    public ContainerBuilder file(String path, String content) {
        files.add(new TextFile(path, content));
        return this;
    }

    /** The user, groups and umask of the program. */
    public ContainerBuilder user(OciUser user) {
        this.user = user;
        return this;
    }

    /**
     * The user of the program as people name it, looked up in the files of the root file system, which is to be chosen
     * before. HOME becomes that user's.
     *
     * @param user   a name or id, and perhaps a group
     * @param groups further groups, by name or id
     * @throws ContainerException if there is no such user or group
     */
    public ContainerBuilder user(UserSpec user, List<String> groups) {
        RootUsers.Found found = RootUsers.of(rootfs).find(user, groups);
        environment.put("HOME", found.home());
        return user(found.user());
    }

    /** A line of /etc/hosts more. */
    public ContainerBuilder host(String name, String address) {
        hosts.add(address + " " + name);
        return this;
    }

    /**
     * What its room of one kind is. At first all are its own but the clocks (TIME) and the users (USER): these are its
     * own where the caller, an ordinary user, could not make the others without.
     */
    public ContainerBuilder room(NamespaceKind kind, Room room) {
        rooms.put(kind, room);
        return this;
    }

    /** Adds to a clock inside; asks for a time namespace of its own. */
    public ContainerBuilder timeOffset(TimeOffset offset) {
        timeOffsets.add(offset);
        rooms.put(NamespaceKind.TIME, new Room.Own());
        return this;
    }

    /** Maps users and groups; asks for a user namespace of its own. */
    public ContainerBuilder idMappings(List<LinuxIdMapping> uids, List<LinuxIdMapping> gids) {
        uidMappings.addAll(uids);
        gidMappings.addAll(gids);
        rooms.put(NamespaceKind.USER, new Room.Own());
        return this;
    }

    /** A read-only root file system. */
    public ContainerBuilder readOnly(boolean on) {
        this.readOnly = on;
        return this;
    }

    /** A small init as PID 1, which reaps orphans and passes signals on. */
    public ContainerBuilder init(boolean on) {
        this.init = on;
        return this;
    }

    /** Whether {@code lo} of a network of its own is up; true at first. */
    public ContainerBuilder loopback(boolean up) {
        this.loopback = up;
        return this;
    }

    /** A terminal instead of pipes. */
    public ContainerBuilder terminal(boolean on) {
        this.streams = streams.withTerminal(on);
        return this;
    }

    /** The terminal's size in characters. */
    public ContainerBuilder terminalSize(int rows, int columns) {
        this.consoleSize = Optional.of(new ConsoleSize(rows, columns));
        return this;
    }

    /** All capabilities, no filter, nothing hidden, every device of the rules: not a boundary. */
    public ContainerBuilder privileged(boolean on) {
        this.privileged = on;
        return this;
    }

    /** Nothing it executes can gain privileges. */
    public ContainerBuilder noNewPrivileges(boolean on) {
        this.noNewPrivileges = on;
        return this;
    }

    /** The capabilities' names, to be changed; docker's default ones at first. */
    public Set<String> capabilities() {
        return capabilities;
    }

    /** The hidden paths, to be changed. */
    public Set<String> maskedPaths() {
        return masked;
    }

    /** The read-only paths, to be changed. */
    public Set<String> readOnlyPaths() {
        return readOnlyPaths;
    }

    /** Which system calls it may make; docker's default policy at first. */
    public ContainerBuilder seccomp(SeccompChoice choice) {
        this.seccomp = choice;
        return this;
    }

    /** A kernel parameter of its own namespaces. */
    public ContainerBuilder sysctl(String name, String value) {
        sysctl.put(name, value);
        return this;
    }

    /** A resource limit of the process. */
    public ContainerBuilder rlimit(PosixRlimit limit) {
        rlimits.add(limit);
        return this;
    }

    /** How soon the kernel ends it when memory is short: -1000 to 1000. */
    public ContainerBuilder oomScoreAdj(int adjustment) {
        this.oomScoreAdj = OptionalLong.of(adjustment);
        return this;
    }

    /** One more device, and what may be done with it. */
    public ContainerBuilder device(LinuxDevice device, LinuxDeviceCgroup rule) {
        devices.add(device);
        deviceRules.add(rule);
        return this;
    }

    /** Confines it to paths, landlock(7). */
    public ContainerBuilder landlock(LandlockRule rule) {
        landlock.add(rule);
        return this;
    }

    /** Bytes of /dev/shm; negative for none. 64 MiB at first. */
    public ContainerBuilder shm(long bytes) {
        this.shm = bytes;
        return this;
    }

    /** The most memory its processes may use together. */
    public ContainerBuilder memory(Bytes bytes) {
        return limits(r -> r.memory(
                dev.alcove.spec.LinuxMemory.builder().limit(bytes.value()).build()));
    }

    /** The most processes and threads it may have. */
    public ContainerBuilder pids(long max) {
        return limits(r -> r.pids(new dev.alcove.spec.LinuxPids(max)));
    }

    /** Any limits, in the specification's form. */
    public ContainerBuilder limits(UnaryOperator<LinuxResourcesBuilder> change) {
        LinuxResourcesBuilder b = resources == null ? LinuxResources.builder() : resources.toBuilder();
        this.resources = change.apply(b).build();
        return this;
    }

    /** How long it may run; then it is killed. */
    public ContainerBuilder timeout(Duration timeout) {
        this.timeout = Optional.of(timeout);
        return this;
    }

    /**
     * Where its standard input comes from, as {@link ProcessBuilder#redirectInput(Redirect)}; a pipe at first.
     *
     * @throws IllegalArgumentException if nothing can be read from it
     */
    public ContainerBuilder redirectInput(Redirect source) {
        this.streams = streams.withIn(source);
        return this;
    }

    /** Its standard input is a file. */
    public ContainerBuilder redirectInput(File file) {
        return redirectInput(Redirect.from(file));
    }

    /**
     * Where its standard output goes, as {@link ProcessBuilder#redirectOutput(Redirect)}; a pipe at first.
     *
     * @throws IllegalArgumentException if nothing can be written to it
     */
    public ContainerBuilder redirectOutput(Redirect destination) {
        this.streams = streams.withOut(destination);
        return this;
    }

    /** Its standard output goes to a file, which is emptied before. */
    public ContainerBuilder redirectOutput(File file) {
        return redirectOutput(Redirect.to(file));
    }

    /**
     * Where its standard error goes, as {@link ProcessBuilder#redirectError(Redirect)}; a pipe at first.
     *
     * @throws IllegalArgumentException if nothing can be written to it
     */
    public ContainerBuilder redirectError(Redirect destination) {
        this.streams = streams.withErr(destination);
        return this;
    }

    /** Its standard error goes to a file, which is emptied before. */
    public ContainerBuilder redirectError(File file) {
        return redirectError(Redirect.to(file));
    }

    /** Whether its errors go where its output goes, as {@link ProcessBuilder#redirectErrorStream(boolean)}. */
    public ContainerBuilder redirectErrorStream(boolean merged) {
        this.streams = streams.withMerged(merged);
        return this;
    }

    /** The caller's standard input, output and error. Without it they are pipes. */
    public ContainerBuilder inheritIO() {
        return redirectInput(Redirect.INHERIT).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
    }

    /**
     * What is to be done between the making of its namespaces and the start of its program, such as giving it a network
     * interface: the container's first process waits for it in its new namespaces, so that the program has it from its
     * first instruction. What it throws ends the start. Asked for again, it is done after what was asked for before.
     *
     * {@snippet class="dev.alcove.runtime.SnippetsTest" region="prepare"}
     *
     * @param action is given the pid of the container's first process, and runs on the thread that calls {@link #start}
     */
    public ContainerBuilder prepare(IntConsumer action) {
        this.prepare = Optional.of(prepare.map(before -> before.andThen(action)).orElse(action));
        return this;
    }

    /**
     * A file that its monitor holds locked as long as it lives, flock(2), so that others see by it whether the container
     * does: whoever can take the lock knows that it is over, however it ended. The file is made where it is missing, mode
     * 0600, and is left where it is.
     *
     * {@snippet class="dev.alcove.runtime.SnippetsTest" region="hold"}
     *
     * @param file an absolute path; its folder must be there
     */
    public ContainerBuilder hold(Path file) {
        held.add(file);
        return this;
    }

    /**
     * What the monitor of a container that outlives this process ({@link ContainerStore#create} with {@code detach})
     * executes when the container is over, such as a command that gives back what was lent to it. It runs as the user who
     * started the container, in their namespaces, in the directory {@code /}, without input, and what it prints is lost.
     * All of the container is gone by then but the files that {@link #hold} names and the record's lock, which its monitor
     * lets go when the command has ended; how it ends changes nothing. It does not run after a start that failed, nor when
     * the monitor was killed, nor for a container in another's user namespace: then it is the caller's to do.
     *
     * @param command     the absolute path of a program, and its arguments
     * @param environment all of its environment: nothing is inherited
     */
    public ContainerBuilder afterEnd(List<String> command, Map<String, String> environment) {
        this.afterEnd = Optional.of(new MonitorDuties.Command(command, environment));
        return this;
    }

    /**
     * Who is asked about the system calls for which its filter says so, SCMP_ACT_NOTIFY: those of the container, and those of
     * each process more that {@link Container#exec} starts in it. Not for a detached container.
     */
    public ContainerBuilder supervisor(Supervisor supervisor) {
        this.supervisor = Optional.of(supervisor);
        return this;
    }

    /**
     * Descriptors that become its standard input, output and error; they stay the caller's. Not together with a terminal,
     * which takes their place.
     */
    public ContainerBuilder redirect(Fd in, Fd out, Fd err) {
        this.streams = streams.withGiven(in, out, err);
        return this;
    }

    /** The folder where its life is recorded, so that other processes find it. */
    ContainerBuilder state(String name, Path folder, boolean remove) {
        this.name = name;
        this.remove = remove;
        this.state = Optional.of(folder);
        return this;
    }

    /** It lives on when this process ends; what it prints goes to a file. */
    ContainerBuilder detached(Path log) {
        this.detached = true;
        this.streams = streams.withLog(log);
        return this;
    }

    /** The policy that will be in force. */
    SeccompChoice effectiveSeccomp() {
        return privileged && seccomp instanceof SeccompChoice.Standard ? SeccompChoice.unconfined() : seccomp;
    }

    /**
     * What is wanted, with all defaults filled in.
     *
     * @throws IllegalArgumentException if something wanted cannot be; it names every fault, by the method
     */
    public ContainerSpec spec() {
        BuilderCheck.check(this);
        return new SpecFromBuilder(this).spec();
    }

    /**
     * The program that {@link #start()} would run. Runs nothing.
     *
     * @throws IllegalArgumentException if something wanted cannot be
     * @throws ContainerException       if something it names does not exist, or a limit cannot be set on this machine
     */
    public Program explain() {
        ContainerSpec spec = spec();
        return plan(spec, HostProbe.read(spec));
    }

    private static Program plan(ContainerSpec spec, HostFacts facts) {
        try {
            return Planner.plan(spec, facts);
        } catch (CgroupUnavailableException e) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    "limits: " + e.limit() + " cannot be limited here\n  likely cause: " + e.missing() + "\n  mend: "
                            + e.mend(),
                    e);
        }
    }

    /**
     * Starts the container; returns when its program has been executed.
     *
     * @throws IllegalArgumentException if something wanted cannot be; it names every fault, by the method, and nothing was
     *                                  made
     * @throws ContainerException       if something it names does not exist, a limit cannot be set on this machine, or a
     *                                  step failed; nothing is left
     */
    public Container start() {
        try {
            ContainerSpec spec = spec();
            HostFacts facts = HostProbe.read(spec);
            Program program = plan(spec, facts);
            return Container.start(streams, spec, facts, program, Map.of());
        } catch (LinuxException | UncheckedIOException e) {
            throw Failure.here("start container '" + id + "'", e);
        }
    }
}
