package dev.alcove.runtime;

import dev.alcove.linux.At;
import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.linux.CgroupStats;
import dev.alcove.linux.CgroupUnavailableException;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Proc;
import dev.alcove.linux.Signal;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.spec.LinuxIntelRdt;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciHook;
import dev.alcove.spec.OciHooks;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.OciState;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;

/** A container of an OCI runtime, by its folder: what it is doing, and what can be done to it. */
public final class OciContainer {
    private static final Duration END = Duration.ofSeconds(10);
    private static final Duration FREEZE = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN = 1_000_000;

    private final Path folder;
    private final String id;
    private final Systemd systemd;

    OciContainer(Path folder, String id, Systemd systemd) {
        this.folder = folder;
        this.id = id;
        this.systemd = systemd;
    }

    /** Its id. */
    public String id() {
        return id;
    }

    /** Its record, or empty if that is missing or cut off: whoever made it died over it. */
    private Optional<OciRecord> record() {
        try {
            return Optional.of(read());
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private OciRecord read() throws IOException {
        return OciRecord.parse(Files.readAllBytes(folder.resolve(OciRecord.FILE)));
    }

    private OciRecord known() {
        String why;
        try {
            return read();
        } catch (NoSuchFileException e) {
            why = "is missing\n  likely cause: the container is being made or removed at this moment, or whoever did"
                    + " that was killed";
        } catch (IllegalArgumentException e) {
            why = "cannot be read: " + e.getMessage()
                    + "\n  likely cause: the machine went down while it was written, or somebody changed it";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new ContainerException(
                Kind.INTERNAL,
                "container '" + id + "': its record " + folder.resolve(OciRecord.FILE) + " " + why
                        + "\n  mend: delete --force " + id);
    }

    /** The name of its control group, as well as it can be known. */
    private String group(Optional<OciRecord> record) {
        if (record.isPresent()) {
            return record.get().group();
        }
        Optional<SystemdUnit> unit = lostUnit();
        if (unit.isPresent()) {
            return unit.get().group();
        }
        try {
            return OciContainers.group(id, config());
        } catch (ContainerException | IllegalArgumentException e) {
            // Neither file is whole: what it would be called without a name of the caller's.
            return OciContainers.group(id, OciSpec.builder().build());
        }
    }

    /** The unit that it would have if systemd had made it, where no record says so and that unit is there. */
    private Optional<SystemdUnit> lostUnit() {
        if (systemd.missing().isPresent()) {
            return Optional.empty();
        }
        String path = "";
        try {
            OciLinux linux = config().linux();
            path = linux == null ? "" : linux.cgroupsPath();
        } catch (ContainerException | IllegalArgumentException e) {
            // Its configuration is lost as well: the name that it has without one.
            path = "";
        }
        try {
            return Optional.of(SystemdUnit.of(path, id, systemd.user(), systemd.group()))
                    .filter(u -> cgroup(u.group()).exists());
        } catch (SpecException e) {
            // It names a group's path, which is not systemd's.
            return Optional.empty();
        }
    }

    /** Its configuration, as it was when it was made. */
    public OciSpec config() {
        try {
            return OciJson.read(Files.readAllBytes(folder.resolve(OciContainers.CONFIG)), OciSpec.class);
        } catch (IOException e) {
            throw new ContainerException(
                    Kind.INTERNAL, "container '" + id + "': its configuration cannot be read: " + e, e);
        }
    }

    /** The bundle's absolute path. */
    public String bundle() {
        return record().map(OciRecord::bundle).orElse("");
    }

    /** The root file system's absolute path. */
    public String rootfs() {
        return record().map(OciRecord::rootfs).orElse("");
    }

    /** When it was made, RFC 3339. */
    public String created() {
        return record().map(OciRecord::created).orElse("");
    }

    /** The uid of whoever made it. */
    public long owner() {
        return record().map(OciRecord::owner).orElse(0L);
    }

    /** Its first process, 0 if there is none. */
    public int pid() {
        return record().filter(OciContainer::alive).map(OciRecord::pid).orElse(0);
    }

    /** The first process of this record, and no later one of its number. A zombie has ended. */
    private static boolean alive(OciRecord record) {
        return record.pid() > 0
                && Proc.stat(record.pid())
                        .filter(s -> s.startTicks() == record.startTicks())
                        .filter(s -> s.state() != 'Z' && s.state() != 'X')
                        .isPresent();
    }

    /** Where it is in its life. */
    public OciStatus status() {
        OciRecord record = record().orElse(null);
        if (record == null || record.pid() == 0) {
            return OciStatus.CREATING;
        }
        if (!alive(record)) {
            return OciStatus.STOPPED;
        }
        if (frozen(record)) {
            return OciStatus.PAUSED;
        }
        return Files.exists(folder.resolve(OciContainers.GATE)) ? OciStatus.CREATED : OciStatus.RUNNING;
    }

    /** Its control group; empty if it was made without. */
    private static Optional<Cgroup> cgroup(OciRecord record) {
        return record.group().isEmpty() ? Optional.empty() : Optional.of(cgroup(record.group()));
    }

    private static Cgroup cgroup(String group) {
        return Cgroup.of(CgroupLayout.read(group), group);
    }

    /** The manager that made its unit. */
    private Systemd manager(OciRecord record) {
        return systemd.of(record.user());
    }

    private static boolean frozen(OciRecord record) {
        try {
            return cgroup(record).filter(Cgroup::exists).map(Cgroup::frozen).orElse(false);
        } catch (CgroupUnavailableException e) {
            // Without a freezer nothing is frozen.
            return false;
        }
    }

    /**
     * The state that {@code state} prints and hooks read.
     *
     * @throws ContainerException if its record is missing or cut off
     */
    public OciState state() {
        known();
        OciStatus status = status();
        return state(status, status == OciStatus.STOPPED ? 0 : pid());
    }

    OciState state(OciStatus status, int pid) {
        Map<String, String> annotations =
                Files.exists(folder.resolve(OciContainers.CONFIG)) ? config().annotations() : Map.of();
        return new OciState(OciContainers.OCI_VERSION, id, status.word(), pid, bundle(), annotations);
    }

    /** Those of a point, or none. */
    private static List<OciHook> hooks(OciSpec config, Function<OciHooks, List<OciHook>> point) {
        OciHooks hooks = config.hooks();
        return hooks == null ? List.of() : point.apply(hooks);
    }

    static boolean hasHooks(OciSpec config) {
        return hasHooksBeforeTheRoot(config)
                || !hooks(config, OciHooks::startContainer).isEmpty()
                || !hooks(config, OciHooks::poststart).isEmpty()
                || !hooks(config, OciHooks::poststop).isEmpty();
    }

    static boolean hasHooksBeforeTheRoot(OciSpec config) {
        return !hooks(config, OciHooks::prestart).isEmpty()
                || !hooks(config, OciHooks::createRuntime).isEmpty()
                || !hooks(config, OciHooks::createContainer).isEmpty();
    }

    /** All is mounted and the root not entered: the specification's prestart, createRuntime and createContainer. */
    void hooksBeforeTheRoot(OciSpec config, int pid) {
        OciState state = state(OciStatus.CREATING, pid);
        new OciHookRun("prestart", hooks(config, OciHooks::prestart)).here(state);
        new OciHookRun("createRuntime", hooks(config, OciHooks::createRuntime)).here(state);
        new OciHookRun("createContainer", hooks(config, OciHooks::createContainer)).inside(state, pid);
    }

    /** The namespaces are made again and nobody is in them: of the hooks those of the runtime's own namespaces. */
    void hooksAtRestore(OciSpec config, int pid) {
        if (hasHooksBeforeTheRoot(config)) {
            OciState state = state(OciStatus.CREATING, pid);
            new OciHookRun("prestart", hooks(config, OciHooks::prestart)).here(state);
            new OciHookRun("createRuntime", hooks(config, OciHooks::createRuntime)).here(state);
        }
    }

    /**
     * Dumps its processes into files, by criu(8). The container is gone afterwards, unless its processes go on.
     *
     * @throws ContainerException CONFLICT if it has not been started, or has stopped; INTERNAL if criu cannot dump it: it
     *                            lives on then
     */
    public void checkpoint(OciCheckpoint wanted) {
        OciRecord record = known();
        OciStatus before = status();
        if (before != OciStatus.RUNNING && before != OciStatus.PAUSED) {
            throw conflict("container cannot be checkpointed in " + before.word() + " state");
        }
        List<Long> processes = cgroup(record)
                .filter(Cgroup::exists)
                .map(Cgroup::processes)
                .orElseGet(() -> List.of((long) record.pid()));
        boolean dumped = false;
        try {
            new OciDump(record, config(), wanted).run(processes);
            dumped = true;
        } finally {
            // A criu that was killed leaves the group as it was meanwhile.
            if (!dumped && before == OciStatus.RUNNING && status() == OciStatus.PAUSED) {
                cgroup(record).ifPresent(Cgroup::thawIfFrozen);
            }
        }
        if (!wanted.leaveRunning() && !wanted.preDump()) {
            delete(true);
        }
    }

    /**
     * Lets its program start.
     *
     * @throws ContainerException CONFLICT if it is not waiting for that
     */
    public void start() {
        known();
        OciStatus status = status();
        switch (status) {
            case CREATED -> {}
            case STOPPED -> throw conflict("cannot start a container that has stopped");
            case CREATING -> throw conflict("cannot start a container that is still being made");
            case PAUSED -> throw conflict("cannot start a container in the paused state: resume it first");
            case RUNNING -> throw conflict("cannot start an already running container");
        }
        OciSpec config = config();
        int pid = pid();
        List<OciHook> before = hooks(config, OciHooks::startContainer);
        List<OciHook> after = hooks(config, OciHooks::poststart);
        // Read before: once it runs it may end, and be removed by whoever waits for that.
        OciState running = after.isEmpty() ? null : state(OciStatus.RUNNING, pid);
        if (!before.isEmpty()) {
            orStop(() -> new OciHookRun("startContainer", before).inside(state(), pid));
        }
        try (Fd directory = Open.path().directory().at(folder);
                Fd gate = Open.write().nonBlocking().at(directory, OciContainers.GATE)) {
            // Whoever takes the name away is the one who starts it.
            if (!At.unlink(directory, OciContainers.GATE)) {
                throw conflict("cannot start an already running container");
            }
            FileIo.writeAll(gate, new byte[1]);
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                throw conflict("cannot start an already running container");
            }
            if (e.errno() == Errno.ENXIO || e.errno() == Errno.EPIPE) {
                throw conflict("cannot start a container that has stopped");
            }
            throw e;
        }
        if (running != null) {
            orStop(() -> new OciHookRun("poststart", after).here(running));
        }
    }

    /** A hook that fails ends the container, runtime.md, "Lifecycle". */
    private void orStop(Runnable hooks) {
        boolean done = false;
        try {
            hooks.run();
            done = true;
        } finally {
            if (!done) {
                delete(true);
            }
        }
    }

    /**
     * Lets later commands do without a JVM, where this machine and the configuration allow it. Without that all works,
     * only slower.
     *
     * @param config its configuration, as it was made with
     * @param front  the command that made it
     * @param print  what {@code state} prints of a state
     */
    public void prepareCommands(OciSpec config, Front front, Function<OciState, String> print) {
        OciRecord record = record().orElse(null);
        if (record != null && front.identity().isPresent()) {
            Function<OciStatus, String> text = status -> print.apply(new OciState(
                    OciContainers.OCI_VERSION,
                    id,
                    status.word(),
                    status == OciStatus.STOPPED ? 0 : record.pid(),
                    record.bundle(),
                    config.annotations()));
            new StandingCommands(folder, record, config, front.identity().getAsLong())
                    .write(new StandingProgram.States(
                            text.apply(OciStatus.CREATED),
                            text.apply(OciStatus.RUNNING),
                            text.apply(OciStatus.PAUSED),
                            text.apply(OciStatus.STOPPED)));
        }
    }

    private ContainerException conflict(String why) {
        return new ContainerException(Kind.CONFLICT, why + ": '" + id + "'");
    }

    /**
     * Sends a signal to its first process, or to all.
     *
     * @param all whether to every process of its control group
     * @throws ContainerException CONFLICT if it is not running
     */
    public void kill(Signal signal, boolean all) {
        OciRecord record = known();
        if (all) {
            Optional<Cgroup> group = cgroup(record).filter(Cgroup::exists);
            if (group.isPresent()) {
                for (long pid : group.get().processes()) {
                    send((int) pid, signal);
                }
                thaw(group.get(), signal);
                return;
            }
        }
        if (!alive(record)) {
            throw conflict("container not running");
        }
        try (Pidfd first = Pidfd.open(record.pid()).orElse(null)) {
            if (first == null || !alive(record) || !first.send(signal)) {
                throw conflict("container not running");
            }
        }
        cgroup(record).ifPresent(group -> thaw(group, signal));
    }

    private static void send(int pid, Signal signal) {
        try (Pidfd process = Pidfd.open(pid).orElse(null)) {
            if (process != null) {
                process.send(signal);
            }
        }
    }

    /** What version 1's freezer holds does not die. */
    private static void thaw(Cgroup group, Signal signal) {
        if (signal == Signal.KILL && group.exists()) {
            group.thawIfFrozen();
        }
    }

    /**
     * Removes what is left of it.
     *
     * @param force whether a running one is killed, and whatever is found is removed
     * @throws ContainerException CONFLICT if it runs
     */
    public void delete(boolean force) {
        OciStatus status = status();
        boolean waiting = status == OciStatus.CREATED || status == OciStatus.STOPPED;
        if (!force && !waiting) {
            throw new ContainerException(
                    Kind.CONFLICT,
                    "cannot delete container " + id + " that is not stopped: " + status.word()
                            + "\n  mend: kill it first, or delete --force");
        }
        Optional<Cgroup> cgroup = end();
        if (cgroup.isPresent() && !cgroup.get().remove()) {
            throw new ContainerException(
                    Kind.BUSY,
                    "cannot delete container " + id + ": processes in its control group " + cgroup.get()
                            + " do not end"
                            + "\n  likely cause: the kernel holds them, such as for a file system that does not answer"
                            + "\n  mend: delete --force " + id + " again when they have ended");
        }
        resctrl();
        List<OciHook> after = poststop();
        OciState state = after.isEmpty() ? null : state(OciStatus.STOPPED, 0);
        remove(folder);
        if (state != null) {
            new OciHookRun("poststop", after).here(state);
        }
    }

    /** Its creation came to its end and is not to be: all goes but the folder. */
    void abandon() {
        end().ifPresent(Cgroup::remove);
    }

    /**
     * Ends its processes.
     *
     * @return its control group, if it has one
     */
    private Optional<Cgroup> end() {
        Optional<OciRecord> record = record();
        Optional<Cgroup> group = Optional.of(group(record))
                .filter(name -> !name.isEmpty())
                .map(OciContainer::cgroup)
                .filter(Cgroup::exists);
        boolean noted = record.filter(r -> r.pid() > 0).isPresent();
        record.filter(OciContainer::alive).ifPresent(r -> send(r.pid(), Signal.KILL));
        if (group.isPresent()) {
            group.get().kill(END);
        } else if (!noted) {
            dismiss();
        }
        awaitEnd(record.orElse(null));
        if (record.isPresent()) {
            if (!record.get().unit().isEmpty()) {
                manager(record.get()).stop(record.get().unit());
            }
        } else {
            lostUnit().ifPresent(unit -> systemd.stop(unit.name()));
        }
        return group;
    }

    /**
     * Ends a process that still waits for its start, by the FIFO itself: of a container without a control group, whose maker
     * was killed before it noted the pid, that is the only way to it.
     */
    private void dismiss() {
        long deadline = System.nanoTime() + END.toNanos();
        while (true) {
            try (Fd directory = Open.path().directory().at(folder);
                    Fd gate = Open.write().nonBlocking().at(directory, OciContainers.GATE)) {
                FileIo.writeAll(gate, new byte[] {FrontPart.END});
            } catch (LinuxException e) {
                if (List.of(Errno.ENOENT, Errno.ENXIO, Errno.EPIPE).contains(e.errno())) {
                    // No FIFO, or nobody who waits at it.
                    return;
                }
                if (e.errno() != Errno.EAGAIN) {
                    throw e;
                }
            }
            if (System.nanoTime() - deadline > 0) {
                return;
            }
            LockSupport.parkNanos(LOOK_AGAIN);
        }
    }

    /** Its directories of resctrl, which only the configuration tells of. */
    private void resctrl() {
        if (!Files.isDirectory(Path.of(ResctrlPart.ROOT)) || !Files.exists(folder.resolve(OciContainers.CONFIG))) {
            return;
        }
        OciLinux linux = config().linux();
        if (linux == null || linux.intelRdt() == null) {
            return;
        }
        ResctrlPart.monitoring(linux.intelRdt(), id).ifPresent(OciContainer::removeGroup);
        ResctrlPart.own(linux.intelRdt(), id).ifPresent(OciContainer::removeGroup);
    }

    private static void removeGroup(String directory) {
        try {
            Files.deleteIfExists(Path.of(directory));
        } catch (IOException e) {
            throw new ContainerException(Kind.INTERNAL, "cannot remove " + directory + ": " + e, e);
        }
    }

    /**
     * Whether somebody must see to its end beside the program that waits for it: who runs hooks then, or has the right to
     * remove its control groups, which a program that has joined another's user namespace has lost.
     */
    public static boolean endsInJava(OciSpec config) {
        OciLinux linux = config.linux();
        return !hooks(config, OciHooks::poststop).isEmpty()
                || (linux != null
                        && (linux.intelRdt() != null
                                || linux.namespaces().stream()
                                        .anyMatch(n -> n.type().equals("user")
                                                && !n.path().isEmpty())));
    }

    private List<OciHook> poststop() {
        try {
            return hooks(config(), OciHooks::poststop);
        } catch (ContainerException | IllegalArgumentException e) {
            // A folder without a whole configuration: there is nobody to call.
            return List.of();
        }
    }

    private static void awaitEnd(@org.jspecify.annotations.Nullable OciRecord record) {
        if (record == null) {
            return;
        }
        try (Pidfd first =
                Pidfd.open(record.pid() == 0 ? 1 << 30 : record.pid()).orElse(null)) {
            if (first != null && alive(record)) {
                first.awaitEnd(END);
            }
        }
    }

    /** The folder and what is in it. */
    static void remove(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (NoSuchFileException e) {
            // Gone already: another delete was quicker.
            return;
        } catch (IOException e) {
            throw new ContainerException(Kind.INTERNAL, "cannot remove " + folder + ": " + e, e);
        }
    }

    private Cgroup group(String what) {
        OciRecord record = known();
        OciStatus status = status();
        if (status == OciStatus.STOPPED || status == OciStatus.CREATING) {
            throw conflict("cannot " + what + " the container: container not running");
        }
        return cgroup(record)
                .filter(Cgroup::exists)
                .orElseThrow(() -> new ContainerException(
                        Kind.UNSUPPORTED, "cannot " + what + " container '" + id + "': it has no control group"));
    }

    /** Stops all its processes until {@link #resume()}. */
    public void pause() {
        if (status() == OciStatus.PAUSED) {
            throw conflict("container not running or created: paused");
        }
        if (!group("pause").freeze(FREEZE)) {
            throw new ContainerException(
                    Kind.BUSY, "cannot pause container '" + id + "': its processes did not stop in ten seconds");
        }
    }

    /** Continues its processes. */
    public void resume() {
        if (status() != OciStatus.PAUSED) {
            throw conflict("container not paused");
        }
        group("resume").thaw();
    }

    /** What its processes use. */
    public CgroupStats stats() {
        return group("read the statistics of").stats();
    }

    /** Changes its limits; those that are not named stay. */
    public void update(LinuxResources limits) {
        Cgroup group = group("change the limits of");
        OciRecord record = known();
        OciPlan.change(() -> {
            CgroupLimits all = Limits.of(OciUpdate.of(limits, group));
            if (!record.unit().isEmpty()) {
                // Else systemd would set them back, as at a daemon-reload.
                manager(record).set(record.unit(), OciUnit.properties(all, CgroupLayout.read(record.group())));
            }
            group.apply(all);
        });
    }

    /**
     * Changes its shares of the processor's cache and of memory bandwidth, resctrl. A container that was made without gets a
     * class of its own, which goes with it.
     *
     * @param l3 the line for the L3 cache, such as {@code L3:0=ff}; empty: it stays
     * @param mb the line for memory bandwidth, such as {@code MB:0=70}; empty: it stays
     * @throws ContainerException UNSUPPORTED where no resctrl is mounted, naming the flag; INVALID if the kernel refuses
     */
    public void share(String l3, String mb) {
        ResctrlUpdate.check(l3);
        List<Long> processes = processes();
        OciSpec config = config();
        OciLinux linux = config.linux() == null ? OciLinux.builder().build() : config.linux();
        LinuxIntelRdt rdt = linux.intelRdt();
        if (rdt == null) {
            rdt = ResctrlUpdate.ofItsOwn();
            try {
                // Before it is made: by its configuration it is found and removed, and only a JVM does that.
                Files.deleteIfExists(folder.resolve(StandingProgram.FILE));
                OciSpec with = config.toBuilder()
                        .linux(linux.toBuilder().intelRdt(rdt).build())
                        .build();
                WholeFile.replace(
                        folder.resolve(OciContainers.CONFIG),
                        OciJson.write(with).getBytes(StandardCharsets.UTF_8),
                        "rw-------");
            } catch (IOException e) {
                throw new ContainerException(
                        Kind.INTERNAL, "cannot write the configuration of container '" + id + "': " + e, e);
            }
        }
        ResctrlUpdate.apply(
                rdt, id, Stream.of(l3, mb).filter(line -> !line.isEmpty()).toList(), processes);
    }

    /** What the files of its control groups say, by their names, such as {@code memory.stat}. */
    public Map<String, String> groupFiles() {
        String group = known().group();
        return group.isEmpty() ? Map.of() : GroupFiles.of(group);
    }

    /**
     * Waits for its first process's end.
     *
     * @return whether it has ended by then
     */
    public boolean awaitEnd(Duration most) {
        OciRecord record = record().orElse(null);
        if (record == null || !alive(record)) {
            return true;
        }
        try (Pidfd first = Pidfd.open(record.pid()).orElse(null)) {
            return first == null || !alive(record) || first.awaitEnd(most);
        }
    }

    /**
     * Runs one more process in it.
     *
     * @param front the command that runs the program
     * @return its pid
     * @throws ContainerException CONFLICT if the container does not run
     */
    public int exec(OciExec wanted, Front front) {
        OciRecord record = known();
        OciStatus status = status();
        if (status == OciStatus.STOPPED || status == OciStatus.CREATING) {
            throw conflict("cannot exec in a stopped container: container not running");
        }
        if (status == OciStatus.PAUSED && !wanted.paused()) {
            throw conflict("cannot exec in a paused container (use --ignore-paused to override)");
        }
        OciSpec own = config();
        OciProcess process = wanted.process();
        OciSpec config = OciSpec.builder()
                .ociVersion(OciContainers.OCI_VERSION)
                .process(process)
                .linux(roomsOf(own))
                .build();
        if (process.terminal()
                && wanted.consoleSocket().isEmpty()
                && wanted.terminal().isEmpty()) {
            throw new ContainerException(
                    Kind.INVALID,
                    "process.terminal: cannot allocate a terminal without --console-socket"
                            + "\n  mend: give the socket that is to get it, or leave --tty out");
        }
        int pid;
        try (OciPreparation preparation = OciPreparation.ofExec(own)) {
            pid = run(wanted, front, record, own, config, preparation);
        }
        if (wanted.pidFile().isPresent()) {
            OciContainers.writePid(wanted.pidFile().get(), pid);
        }
        if (wanted.pidfdSocket().isPresent()) {
            OciContainers.sendPidfd(wanted.pidfdSocket().get(), pid);
        }
        return pid;
    }

    private int run(
            OciExec wanted, Front front, OciRecord record, OciSpec own, OciSpec config, OciPreparation preparation) {
        OciProcess process = wanted.process();
        FrontCall call = new FrontCall(
                front.control(OciContainers.onlyReports(own, process)),
                wanted.preserved(),
                Optional.empty(),
                wanted.foreground(),
                true,
                false,
                OptionalInt.of(record.pid()),
                true,
                false,
                Optional.empty(),
                List.of());
        ContainerSpec spec = new ContainerSpec(
                id,
                id,
                config,
                Rootfs.inherited(),
                false,
                false,
                List.of(),
                List.of(),
                OciContainers.seccomp(own, process),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.of(ExecTarget.of(record.group(), record.pid(), wanted.groups())),
                false,
                preparation.whenThere(),
                preparation.supervisor(),
                Optional.of(call),
                MonitorDuties.NONE);
        HostFacts facts = front.facts(spec);
        return front.run(
                spec,
                facts,
                OciPlan.plan(spec, facts),
                new Front.Acts(
                        first -> {},
                        first -> {},
                        master -> OciContainers.sendTerminal(wanted.consoleSocket(), wanted.terminal(), master),
                        preparation.listener(ignored -> state()),
                        () -> {}));
    }

    /** What of a container's configuration is about each of its processes. */
    private static OciLinux roomsOf(OciSpec own) {
        OciLinux linux = own.linux();
        return linux == null
                ? OciLinux.builder().build()
                : OciLinux.builder()
                        .personality(linux.personality())
                        .memoryPolicy(linux.memoryPolicy())
                        .build();
    }

    /** Its processes, as this process's PID namespace numbers them. */
    public List<Long> processes() {
        return group("list the processes of").processes();
    }
}
