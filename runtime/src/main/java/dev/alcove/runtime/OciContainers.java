package dev.alcove.runtime;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStat;
import dev.alcove.linux.UnixSocket;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxSeccomp;
import dev.alcove.spec.LinuxSyscall;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The containers of an OCI runtime: a folder each below one root, as runtime.md of the OCI runtime specification has
 * their life. Several processes may use the same root at once.
 *
 * {@snippet :
 * OciContainers containers = OciContainers.at(Path.of("/run/alcove-oci"));
 * for (OciContainer c : containers.list()) {
 *     System.out.println(c.id() + " " + c.status().word());
 * }
 * }
 */
public final class OciContainers {
    static final String CONFIG = "config.json";

    /** Where a made container's process waits, until start writes into it. */
    static final String GATE = "exec.fifo";

    static final String OCI_VERSION = "1.3.0";
    private static final String NOTIFY = "SCMP_ACT_NOTIFY";
    private static final int LONGEST_ID = 1024;

    /** For whoever listens at one of its caller's sockets to take the connection. */
    static final Duration CONSOLE = Duration.ofSeconds(10);

    private final Path root;
    private final Systemd systemd;

    private OciContainers(Path root, Systemd systemd) {
        this.root = root;
        this.systemd = systemd;
    }

    /**
     * Those below a folder, which need not be there yet.
     *
     * @param root such as {@code /run/alcove-oci}
     */
    public static OciContainers at(Path root) {
        return at(root, Systemd.of(Caller.read().uid() != 0, System.getenv()));
    }

    /**
     * Those below a folder, for a caller whose systemd is this.
     *
     * @param root    such as {@code /run/alcove-oci}
     * @param systemd who makes the control groups of those that are made by {@link CgroupDriver#SYSTEMD}
     */
    public static OciContainers at(Path root, Systemd systemd) {
        return new OciContainers(root.toAbsolutePath().normalize(), systemd);
    }

    /**
     * Refuses what is no id.
     *
     * @throws ContainerException INVALID
     */
    public static void checkId(String id) {
        if (id.length() > LONGEST_ID || !SpecCheck.goodId(id)) {
            String shown = id.length() > 64 ? id.substring(0, 64) + "… (" + id.length() + " characters)" : id;
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "invalid container ID format: '" + shown + "'"
                            + "\n  expected: 1 to 1024 letters, digits and _.-+, not beginning with a dot");
        }
    }

    /**
     * One of them.
     *
     * @throws ContainerException NOT_FOUND if there is none of this id
     */
    public OciContainer find(String id) {
        checkId(id);
        return look(id).orElseThrow(() -> missing(id));
    }

    static ContainerException missing(String id) {
        return new ContainerException(
                ContainerException.Kind.NOT_FOUND,
                "container \"" + id + "\" does not exist: container does not exist"
                        + "\n  mend: list shows those there are; --root may be another");
    }

    /** One of them, if it is there. A folder whose record is missing or cut off is one too: it can be deleted. */
    public Optional<OciContainer> look(String id) {
        Path folder = root.resolve(id);
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        return Optional.of(new OciContainer(folder, id, systemd));
    }

    /** All of them, by id. */
    public List<OciContainer> list() {
        List<OciContainer> all = new ArrayList<>();
        try (Stream<Path> folders = Files.list(root)) {
            for (Path folder : folders.sorted().toList()) {
                Path name = folder.getFileName();
                if (name != null && SpecCheck.goodId(name.toString())) {
                    look(name.toString()).ifPresent(all::add);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /**
     * Makes a container whose program waits for {@link OciContainer#start}.
     *
     * @param config its configuration
     * @param front  the command that runs the program
     * @throws ContainerException if it cannot be made; nothing of it is left then
     * @throws SpecException      if its configuration is wrong
     */
    public OciContainer create(OciRequest wanted, OciSpec config, Front front) {
        checkId(wanted.id());
        Path bundle = wanted.bundle().toAbsolutePath().normalize();
        front.needsOwnJvm(OciContainer.hasHooks(config) || meansTheCaller(config));
        Path rootfs = rootfs(bundle, config);
        Optional<OciUnit> unit = wanted.groups() == CgroupDriver.SYSTEMD
                ? Optional.of(OciUnit.of(systemd, wanted.id(), withDefaultDevices(config)))
                : Optional.empty();
        Path folder = folder(wanted.id());
        boolean made = false;
        try (OciPreparation preparation = OciPreparation.of(config)) {
            OciRecord record = new OciRecord(
                    wanted.id(),
                    bundle.toString(),
                    rootfs.toString(),
                    Instant.now().toString(),
                    Caller.read().uid(),
                    unit.map(u -> u.unit().group())
                            .orElse(wanted.groups() == CgroupDriver.DISABLED ? "" : group(wanted.id(), config)),
                    unit.map(u -> u.unit().name()).orElse(""),
                    unit.isPresent() && systemd.user(),
                    0,
                    0);
            write(folder.resolve(OciRecord.FILE), record.toJson());
            write(folder.resolve(CONFIG), OciJson.write(config).getBytes(StandardCharsets.UTF_8));
            ContainerSpec spec = spec(wanted, front, config, unit.map(OciUnit::unit), rootfs, folder, preparation);
            OciContainer container = new OciContainer(folder, wanted.id(), systemd);
            HostFacts facts = front.facts(spec);
            int pid = front.run(
                    spec,
                    facts,
                    OciPlan.plan(spec, facts),
                    new Front.Acts(
                            first -> container.hooksBeforeTheRoot(config, first),
                            first -> unit.ifPresent(u -> u.make(first)),
                            master -> sendTerminal(wanted, master),
                            preparation.listener(process -> container.state(OciStatus.CREATING, process)),
                            container::abandon));
            boolean noted = false;
            try {
                long ticks = Proc.stat(pid).map(ProcStat::startTicks).orElse(0L);
                write(folder.resolve(OciRecord.FILE), record.started(pid, ticks).toJson());
                noted = true;
            } finally {
                if (!noted) {
                    Front.end(pid);
                    container.abandon();
                }
            }
            tell(wanted, container, pid);
            made = true;
            return container;
        } finally {
            if (!made) {
                try {
                    if (wanted.groups() == CgroupDriver.CGROUPFS && joinsUserNamespace(config)) {
                        // The front has cleared up as far as it could. What has processes is not removed, and not ours.
                        Cgroup.of(CgroupLayout.read(), group(wanted.id(), config))
                                .remove();
                    }
                    unit.ifPresent(OciUnit::takeBack);
                } finally {
                    OciContainer.remove(folder);
                }
            }
        }
    }

    /**
     * Makes a container of the files of a checkpoint, which runs at once. Its first process is a child of the caller's
     * subreaper, or of the front that {@link Front#follow} is called of meanwhile.
     *
     * @param wanted what create is asked for, as far as it is about a container that runs
     * @param config its configuration
     * @param criu   what criu is asked for
     * @throws ContainerException if it cannot be restored; nothing of it is left then
     */
    public OciContainer restore(OciRequest wanted, OciSpec config, OciCheckpoint criu) {
        checkId(wanted.id());
        Path bundle = wanted.bundle().toAbsolutePath().normalize();
        OciSpec whole = withAbsolutePlaces(config, bundle);
        OciRestore.check(wanted, whole, criu);
        Path rootfs = rootfs(bundle, config);
        Path folder = folder(wanted.id());
        boolean made = false;
        try {
            String group = wanted.groups() == CgroupDriver.DISABLED ? "" : group(wanted.id(), config);
            OciRecord record = new OciRecord(
                    wanted.id(),
                    bundle.toString(),
                    rootfs.toString(),
                    Instant.now().toString(),
                    Caller.read().uid(),
                    group,
                    "",
                    false,
                    0,
                    0);
            write(folder.resolve(OciRecord.FILE), record.toJson());
            write(folder.resolve(CONFIG), OciJson.write(config).getBytes(StandardCharsets.UTF_8));
            OciContainer container = new OciContainer(folder, wanted.id(), systemd);
            OciRecord started = new OciRestore(wanted, whole, criu, folder, rootfs, group).run(container, record);
            boolean told = false;
            try {
                write(folder.resolve(OciRecord.FILE), started.toJson());
                tell(wanted, container, started.pid());
                told = true;
            } finally {
                if (!told) {
                    Front.end(started.pid());
                    container.abandon();
                }
            }
            made = true;
            return container;
        } finally {
            if (!made) {
                OciContainer.remove(folder);
            }
        }
    }

    /**
     * Whether a container joins a user namespace that somebody else made. Whoever enters that for it, its front, loses the
     * right over what root made, such as control groups: they are for others to remove when it has ended.
     */
    public static boolean joinsUserNamespace(OciSpec config) {
        OciLinux linux = config.linux();
        if (linux != null) {
            for (LinuxNamespace ns : linux.namespaces()) {
                if (ns.type().equals("user") && !ns.path().isEmpty()) {
                    return true;
                }
            }
        }
        return false;
    }

    static void write(Path file, byte[] content) {
        try {
            WholeFile.replace(file, content, "rw-------");
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INTERNAL,
                    "cannot write " + file + ": " + e.getMessage()
                            + "\n  likely cause: the disk below --root is full, or may not be written"
                            + "\n  mend: make room there, or give another --root",
                    e);
        }
    }

    /** What the caller is told of the pid; if it cannot be, the container goes. */
    static void tell(OciRequest wanted, OciContainer container, int pid) {
        boolean told = false;
        try {
            if (wanted.pidFile().isPresent()) {
                writePid(wanted.pidFile().get(), pid);
            }
            if (wanted.pidfdSocket().isPresent()) {
                sendPidfd(wanted.pidfdSocket().get(), pid);
            }
            told = true;
        } finally {
            if (!told) {
                container.abandon();
            }
        }
    }

    static void sendPidfd(Path listening, int pid) {
        try (UnixSocket socket = UnixSocket.connect(listening, CONSOLE);
                Pidfd first = Pidfd.open(pid).orElseThrow()) {
            socket.send(new byte[1], List.of(first.fd()));
        }
    }

    /** Written beside and renamed: whoever waits for the file reads the whole number. */
    static void writePid(Path file, int pid) {
        Path whole = file.toAbsolutePath();
        Path parent = whole.getParent();
        Path name = whole.getFileName();
        if (parent == null || name == null) {
            throw new ContainerException(ContainerException.Kind.INVALID, "the pid file '" + file + "' is a folder");
        }
        try {
            WholeFile.replace(whole, Integer.toString(pid).getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID, "cannot write the pid file " + file + ": " + reason(e), e);
        }
    }

    static void sendTerminal(Optional<Path> consoleSocket, Optional<Consumer<Fd>> taker, Fd master) {
        if (consoleSocket.isEmpty() && taker.isPresent()) {
            taker.get().accept(master);
            return;
        }
        try (master) {
            if (consoleSocket.isEmpty()) {
                return;
            }
            try (UnixSocket socket = UnixSocket.connect(consoleSocket.get(), CONSOLE)) {
                socket.send("/dev/ptmx".getBytes(StandardCharsets.US_ASCII), List.of(master));
            } catch (LinuxException e) {
                if (e.errno() == Errno.EAGAIN) {
                    throw new ContainerException(
                            ContainerException.Kind.BUSY,
                            "cannot send the terminal to the console socket " + consoleSocket.get()
                                    + ": nobody took the connection in " + CONSOLE.toSeconds() + " seconds"
                                    + "\n  likely cause: whoever listens there hangs, or was stopped"
                                    + "\n  mend: end it, and give a socket that somebody accepts from",
                            e);
                }
                throw new ContainerException(
                        ContainerException.Kind.INVALID,
                        "cannot send the terminal to the console socket " + consoleSocket.get() + ": " + e.getMessage(),
                        e);
            }
        }
    }

    private static void sendTerminal(OciRequest wanted, Fd master) {
        sendTerminal(wanted.consoleSocket(), wanted.terminal(), master);
    }

    Path folder(String id) {
        Path folder = root.resolve(id);
        try {
            Files.createDirectories(root);
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    "container with given ID already exists: '" + id + "'"
                            + "\n  mend: take another id, or delete that one",
                    e);
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INTERNAL, "cannot make the container's folder " + folder + ": " + e, e);
        }
        return folder;
    }

    static Path rootfs(Path bundle, OciSpec config) {
        OciRoot root = config.root();
        if (root == null || root.path().isEmpty()) {
            throw SpecException.of("root.path", "is missing: a container needs a root file system");
        }
        Path path = bundle.resolve(root.path()).normalize();
        if (!Files.isDirectory(path)) {
            throw SpecException.of(
                    "root.path",
                    "'" + path + "' is not a folder: " + (Files.exists(path) ? "a file" : "no such file or directory"));
        }
        try {
            // The root is mounted over itself, and a link cannot be mounted over.
            return path.toRealPath();
        } catch (IOException e) {
            throw SpecException.of("root.path", "'" + path + "' cannot be found: " + e);
        }
    }

    /** Whether a path in it is another file for each process that looks. */
    private static boolean meansTheCaller(OciSpec config) {
        boolean found = config.root() != null && meansTheCaller(config.root().path());
        for (OciMount m : config.mounts()) {
            found |= meansTheCaller(m.source());
        }
        if (config.linux() != null) {
            for (LinuxNamespace n : config.linux().namespaces()) {
                found |= meansTheCaller(n.path());
            }
            LinuxSeccomp seccomp = config.linux().seccomp();
            found |= seccomp != null && meansTheCaller(seccomp.listenerPath());
        }
        return found;
    }

    private static boolean meansTheCaller(String path) {
        String plain = Path.of(path).normalize().toString();
        return plain.startsWith("/proc/self")
                || plain.startsWith("/proc/thread-self")
                || plain.startsWith("/dev/fd")
                || plain.startsWith("/dev/std");
    }

    static String group(String id, OciSpec config) {
        String path = config.linux() == null ? "" : config.linux().cgroupsPath();
        return path.isEmpty() ? "alcove-" + id : path;
    }

    /** The filter that the configuration asks for. */
    static Optional<dev.alcove.linux.SeccompFilter> seccomp(OciSpec config, OciProcess process) {
        LinuxSeccomp wanted = config.linux() == null ? null : config.linux().seccomp();
        if (wanted == null) {
            return Optional.empty();
        }
        Set<String> capabilities = new TreeSet<>();
        if (process.capabilities() != null) {
            capabilities.addAll(process.capabilities().bounding());
        }
        return SeccompFilters.of(SeccompChoice.profile(OciJson.write(wanted)), capabilities);
    }

    private static ContainerSpec spec(
            OciRequest wanted,
            Front front,
            OciSpec config,
            Optional<SystemdUnit> unit,
            Path rootfs,
            Path folder,
            OciPreparation preparation) {
        OciProcess process = config.process();
        if (process == null) {
            throw SpecException.of("process", "is missing: a container needs a process to run");
        }
        if (wanted.groups() == CgroupDriver.DISABLED) {
            refuseLimits(config);
        }
        if (process.terminal()
                && wanted.consoleSocket().isEmpty()
                && wanted.terminal().isEmpty()) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "process.terminal: cannot allocate a terminal without --console-socket"
                            + "\n  mend: give the socket that is to get it, or set terminal to false");
        }
        if (!process.terminal() && wanted.consoleSocket().isPresent()) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "--console-socket: cannot use a console socket if the process has no terminal");
        }
        if (wanted.preserved() < 0 || wanted.preserved() > FrontCall.MOST_PRESERVED) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "--preserve-fds: " + wanted.preserved() + " is not from 0 to " + FrontCall.MOST_PRESERVED);
        }
        List<Path> leftovers = wanted.foreground() && !wanted.keep()
                ? List.of(folder.resolve(GATE), folder.resolve(CONFIG), folder.resolve(OciRecord.FILE), folder)
                : List.of();
        FrontCall call = new FrontCall(
                front.control(onlyReports(config, process) && unit.isEmpty()),
                wanted.preserved(),
                Optional.of(folder.resolve(GATE)),
                wanted.foreground(),
                wanted.keyring(),
                OciContainer.hasHooksBeforeTheRoot(config),
                OptionalInt.empty(),
                wanted.pivot(),
                wanted.groups() != CgroupDriver.DISABLED,
                unit,
                leftovers);
        return new ContainerSpec(
                wanted.id(),
                wanted.id(),
                withDefaultDevices(withAbsolutePlaces(
                        OwnRooms.without(config), wanted.bundle().toAbsolutePath())),
                new Rootfs.Directory(rootfs, false),
                false,
                true,
                List.of(),
                List.of(),
                seccomp(config, process),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                false,
                preparation.whenThere(),
                preparation.supervisor(),
                Optional.of(call),
                MonitorDuties.NONE);
    }

    /** Without groups no limit can act. Rules for devices are in every configuration, and go with the groups. */
    static void refuseLimits(OciSpec config) {
        LinuxResources resources =
                config.linux() == null ? null : config.linux().resources();
        LinuxResources none = LinuxResources.builder().build();
        if (resources != null
                && !resources.toBuilder().devices(List.of()).build().equals(none)) {
            throw SpecException.of(
                    "linux.resources",
                    "cannot act: no control groups are to be made (--cgroup-manager disabled)"
                            + "\n  mend: leave the limits out, or use --cgroup-manager cgroupfs");
        }
    }

    /** A relative place of a mount counts from the root, and a relative source of a bind mount from the bundle, config.md. */
    static OciSpec withAbsolutePlaces(OciSpec config, Path bundle) {
        boolean all = true;
        List<OciMount> mounts = new ArrayList<>();
        for (OciMount m : config.mounts()) {
            boolean bind = m.type().equals("bind")
                    || m.options().contains("bind")
                    || m.options().contains("rbind");
            String source = bind && !m.source().isEmpty() && !m.source().startsWith("/")
                    ? bundle.resolve(m.source()).normalize().toString()
                    : m.source();
            String destination = m.destination().startsWith("/") ? m.destination() : "/" + m.destination();
            boolean same = source.equals(m.source()) && destination.equals(m.destination());
            all &= same;
            mounts.add(
                    same
                            ? m
                            : new OciMount(
                                    destination, m.type(), source, m.options(), m.uidMappings(), m.gidMappings()));
        }
        return all ? config : config.toBuilder().mounts(mounts).build();
    }

    /**
     * Whether a start needs no descriptor passed, and no answer: no terminal, no listener, no hooks, no ids to map, no
     * interfaces to move.
     */
    static boolean onlyReports(OciSpec config, OciProcess process) {
        if (process.terminal() || OciContainer.hasHooks(config)) {
            return false;
        }
        OciLinux linux = config.linux();
        if (linux == null) {
            return true;
        }
        if (!linux.netDevices().isEmpty()) {
            return false;
        }
        for (LinuxNamespace namespace : linux.namespaces()) {
            if (namespace.type().equals("user")) {
                return false;
            }
        }
        LinuxSeccomp seccomp = linux.seccomp();
        if (seccomp == null) {
            return true;
        }
        boolean notifies =
                !seccomp.listenerPath().isEmpty() || seccomp.defaultAction().equals(NOTIFY);
        for (LinuxSyscall call : seccomp.syscalls()) {
            notifies |= call.action().equals(NOTIFY);
        }
        return !notifies;
    }

    /** The kernel's words, without the path that the JDK puts before them. */
    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "no such file or directory" : String.valueOf(e.getMessage());
    }

    /** The nodes that every container has can be used, whatever the configuration denies before. */
    static OciSpec withDefaultDevices(OciSpec config) {
        OciLinux linux = config.linux();
        if (linux == null
                || linux.resources() == null
                || linux.resources().devices().isEmpty()) {
            return config;
        }
        List<LinuxDeviceCgroup> rules = new ArrayList<>(linux.resources().devices());
        for (LinuxDeviceCgroup rule : Defaults.DEVICE_RULES) {
            if (rule.allow()) {
                rules.add(rule);
            }
        }
        LinuxResources resources = linux.resources().toBuilder().devices(rules).build();
        return config.toBuilder()
                .linux(linux.toBuilder().resources(resources).build())
                .build();
    }
}
