package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.linux.CgroupWrites;
import dev.alcove.linux.Errno;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxTimeOffset;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * From what is wanted and what the machine is like to a {@link Program}: a pure function. It reads nothing, changes
 * nothing and needs no privilege, so a program can be printed on any machine and compared in a test.
 *
 * <p>The order of the child's steps, and why it is so:
 * <ol>
 *   <li>the death signal and the look at the handshake socket come first: a monitor that died must not leave a child
 *   <li>control groups before the cgroup namespace: the namespace's root is the group its maker is in
 *   <li>volumes are copied before the host's mounts are cut off: a shared one must be the host mount's peer
 *   <li>mounts before masks before the read-only root before pivot_root: each needs what the one before made
 *   <li>everything is closed before the working directory is entered: that is the container's to choose
 *   <li>user, capabilities, filter at the very end: every step above needs the privileges
 * </ol>
 */
public final class Planner {
    /** The parent's side of SYNC: which one it is. */
    static final int SYNC_ID_MAPS = 1;

    /** What the caller does in the new namespaces before anything else happens there. */
    static final int SYNC_PREPARE = 2;

    /** What a supervisor looks at when all is over but the removal. */
    static final int SYNC_ENDED = 3;

    /** systemd makes the container's unit, with its process in it. */
    static final int SYNC_UNIT = 5;

    private final Plan plan;
    private final Program.Builder p;
    private final ContainerSpec spec;
    private final HostFacts facts;
    private final OciLinux linux;
    private final OciProcess process;
    private final Map<NamespaceKind, String> namespaces = new EnumMap<>(NamespaceKind.class);
    private final CgroupPart cgroup;
    private final MountPart mounts;
    private final boolean newUser;
    private final StatePart state;
    private final JoinPart rooms;
    private final Data sockets = Data.buffer(8, "sockets");

    private Planner(ContainerSpec spec, HostFacts facts) {
        this.plan = new Plan(spec, facts);
        this.p = plan.p;
        this.spec = spec;
        this.facts = facts;
        if (spec.config().process() == null) {
            throw new IllegalArgumentException("process: a container needs a process to run");
        }
        this.process = spec.config().process();
        this.linux = spec.config().linux() == null
                ? OciLinux.builder().build()
                : spec.config().linux();
        for (int i = 0; i < linux.namespaces().size(); i++) {
            LinuxNamespace ns = linux.namespaces().get(i);
            String field = "linux.namespaces[" + i + "].type";
            NamespaceKind kind = NamespaceKind.named(ns.type())
                    .orElseThrow(() ->
                            new IllegalArgumentException(field + ": '" + ns.type() + "' is not a kind of namespace"));
            if (namespaces.put(kind, ns.path()) != null) {
                throw new IllegalArgumentException(field + ": '" + ns.type() + "' is there twice");
            }
        }
        this.newUser = creates(NamespaceKind.USER);
        String group = spec.group();
        this.cgroup = new CgroupPart(plan, group, groups(group));
        check();
        this.mounts = new MountPart(plan, cgroup);
        this.state = new StatePart(plan);
        this.rooms = new JoinPart(plan, namespaces);
    }

    /**
     * Plans a container's start, life and end.
     *
     * @param spec  what is wanted
     * @param facts what the machine and the caller are like
     * @return the program
     * @throws IllegalArgumentException if something wanted cannot be, with the field's name
     */
    public static Program plan(ContainerSpec spec, HostFacts facts) {
        return new Planner(spec, facts).plan();
    }

    private boolean creates(NamespaceKind kind) {
        String path = namespaces.get(kind);
        return path != null && path.isEmpty();
    }

    private boolean joins(NamespaceKind kind) {
        String path = namespaces.get(kind);
        return path != null && !path.isEmpty();
    }

    /** Whether the container's is another than the caller's. */
    private boolean another(NamespaceKind kind) {
        return namespaces.get(kind) != null;
    }

    private boolean ownRoot() {
        return !(spec.rootfs() instanceof Rootfs.Inherited);
    }

    private CgroupWrites groups(String group) {
        boolean own =
                spec.target().isEmpty() && spec.front().map(FrontCall::groups).orElse(true);
        if (!own) {
            return new CgroupWrites(List.of(), List.of(), Optional.empty(), List.of(), List.of());
        }
        return spec.unit()
                .map(unit -> CgroupWrites.entering(facts.cgroups(), group, limits(), unit.isSlice()))
                .orElseGet(() -> CgroupWrites.plan(facts.cgroups(), group, limits()));
    }

    private CgroupLimits limits() {
        return linux.resources() == null ? CgroupLimits.none() : Limits.of(linux.resources());
    }

    private void check() {
        if (process.args().isEmpty() || process.args().getFirst().isEmpty()) {
            throw new IllegalArgumentException("process.args: a command is needed");
        }
        LabelPart.check(process, linux, facts);
        ResctrlPart.check(linux, facts);
        new SpecCheck(spec, process, linux)
                .check(facts, another(NamespaceKind.IPC), another(NamespaceKind.NET), another(NamespaceKind.UTS));
        if (ownRoot() && !creates(NamespaceKind.MOUNT)) {
            throw new IllegalArgumentException(
                    "linux.namespaces: a root file system of its own needs a mount namespace of its own");
        }
        if (!facts.privileged() && !newUser && !joins(NamespaceKind.USER) && !namespaces.isEmpty()) {
            throw new PlanRefused(
                    "namespaces can only be made with CAP_SYS_ADMIN or in a user namespace of their own",
                    "this process is an ordinary user's",
                    "let it have a user namespace of its own (leave --userns host out), or run as root");
        }
        if (newUser && linux.uidMappings().isEmpty()) {
            throw new IllegalArgumentException("linux.uidMappings: a new user namespace needs ids");
        }
        if (!linux.timeOffsets().isEmpty() && !creates(NamespaceKind.TIME)) {
            throw new IllegalArgumentException("linux.timeOffsets: offsets need a new time namespace");
        }
    }

    private Program plan() {
        spec.front()
                .ifPresent(front -> p.add(
                        new Step.Channel(Arg.num(front.control()), "failures are reported where the JVM listens")));
        Arg.Result watched = p.register("watched");
        Data exited = Data.buffer(Wire.REPORT_SIZE, "exited");
        Optional<Arg.Result> terminal = prepare();
        Optional<Arg.Result> gate = new FrontPart(plan).openGate();
        Arg.Result parentEnd = handshake("monitor_end", 0);
        Arg.Result childEnd = handshake("child_end", 4);
        Data pidfd = Data.buffer(8, "pidfd");
        Step.Label child = new Step.Label();
        Arg.Result pid = clone(pidfd);
        p.jump(Step.When.ZERO, pid, child, "the child's part is further down");
        Arg.Result watch = p.register("pidfd");
        p.add(new Step.Get(watch, Arg.at(pidfd), 4, "the child's pidfd"));
        p.undo(
                Program.Builder.attempted(
                        "if it still runs",
                        Syscall.PIDFD_SEND_SIGNAL,
                        watch,
                        plan.flags("SIGKILL"),
                        Arg.NULL,
                        Arg.ZERO),
                Program.Builder.attempted(
                        "no zombie stays", Syscall.WAIT4, pid, Arg.NULL, plan.flags("__WALL"), Arg.NULL));
        plan.close(childEnd);
        mounts.closeEarly();
        for (int fd = 0; fd <= 2; fd++) {
            p.attempt(
                    "a pipe ends when the container closes it: the monitor must not hold it open",
                    Syscall.CLOSE,
                    Arg.num(fd));
        }
        identityMaps(pid);
        letGo(pid, parentEnd);
        new FrontPart(plan).hooks(pid, parentEnd);
        p.add(new Step.Await(
                parentEnd,
                "execve closes the child's end; before that it says that it is ready, or reports a failure"));
        if (spec.front().isPresent()) {
            new FrontPart(plan).reportStarted(pid, watch);
            new FrontPart(plan).live(pid, creates(NamespaceKind.PID) ? Optional.empty() : cgroup.processes());
            child(child, parentEnd, childEnd, gate);
            return p.build();
        }
        state.recordPid(pid);
        plan.reportStarted(pid);
        Arg control = spec.detached() ? Arg.num(-1) : Arg.num(spec.control());
        if (spec.detached()) {
            plan.close(Arg.num(Wire.CONTROL));
        }
        p.add(new Step.Put(Arg.at(exited), Arg.num(Wire.REPORT_EXITED, "EXITED"), 4, "the report of the end"));
        Arg.Num timeout = Arg.num(spec.timeout().map(Duration::toMillis).orElse(-1L));
        Step.Monitor running = new Step.Monitor(
                p.register("to_be_killed"),
                pid,
                watch,
                control,
                timeout,
                terminal.isPresent() ? terminal.get() : Arg.num(-1),
                Arg.at(exited),
                spec.detached()
                        ? "the container runs until it ends"
                        : "the container runs until it ends, or whoever started it is gone");
        // What is killed is thawed, as version 1's freezer keeps even SIGKILL from it.
        plan.watch(running, !spec.detached() || spec.timeout().isPresent(), cgroup::thaw);
        p.add(new Step.Get(watched, Arg.at(exited), 4, "this point is only reached by a container that ran"));
        if (!creates(NamespaceKind.PID)) {
            cgroup.processes()
                    .ifPresent(procs -> p.add(new Step.KillAll(
                            procs, "without a PID namespace of its own, what it started must be ended one by one")));
        }
        state.recordExit(exited);
        if (spec.supervisor().isPresent() && !spec.detached() && spec.target().isEmpty()) {
            new SupervisorPart(plan).ended(pid, exited);
        }
        p.unwind();
        Step.Label failed = new Step.Label();
        p.jump(Step.When.ZERO, watched, failed, "the start failed, and has been reported");
        if (!spec.detached()) {
            p.attempt(
                    "tell how it ended",
                    Syscall.WRITE,
                    Arg.num(Wire.CONTROL),
                    Arg.at(exited),
                    Arg.num(Wire.REPORT_SIZE));
        } else {
            new AfterPart(plan).execute(joins(NamespaceKind.PID));
        }
        p.add(new Step.Exit(Arg.ZERO, "the monitor's end"));
        p.bind(failed);
        p.add(new Step.Exit(Arg.num(1), "nothing is left of a start that failed"));

        child(child, parentEnd, childEnd, gate);
        return p.build();
    }

    private void child(Step.Label child, Arg.Result parentEnd, Arg.Result childEnd, Optional<Arg.Result> gate) {
        p.heading("the child: becomes the container's process", "");
        p.bind(child);
        new ChildPart(plan, this::creates, this::joins, rooms.later(), cgroup, mounts, linux, process, terminalSlave)
                .plan(parentEnd, childEnd, gate);
    }

    private Optional<Arg.Result> terminalSlave = Optional.empty();

    /** The monitor's steps before the clone. */
    private Optional<Arg.Result> prepare() {
        p.heading("the monitor: prepares, starts and watches", "");
        new FrontPart(plan).checkPreserved();
        p.call(
                "no descriptor of the caller's comes along (CVE-2024-21626)",
                Syscall.CLOSE_RANGE,
                Arg.num(spec.firstOwn()),
                Arg.num(0xffffffffL, "~0"),
                plan.flags("CLOSE_RANGE_CLOEXEC"));
        p.call("its name in ps", Syscall.PRCTL, plan.flags("PR_SET_NAME"), Arg.string("alcove"));
        if (spec.detached()) {
            leaveCaller();
        }
        state.lock();
        Optional<Arg.Result> packed = Optional.empty();
        if (spec.detached() && process.terminal()) {
            packed = Optional.of(detachedTerminal());
        }
        cgroup.make();
        new ResctrlPart(plan, linux).make();
        if (spec.target().isPresent() && LabelPart.needsHostProc(process)) {
            plan.openHostProc();
        }
        new SchedulingPart(plan, process, linux).beforeTheGroup();
        rooms.open();
        if (creates(NamespaceKind.MOUNT)) {
            mounts.openMapped(rooms.later().get(NamespaceKind.USER));
        }
        rooms.joinTarget();
        rooms.joinEarly(newUser);
        p.call(
                "the handshake: the child waits on one end, the monitor on the other",
                Syscall.SOCKETPAIR,
                plan.flags("AF_UNIX"),
                plan.flags("SOCK_STREAM|SOCK_CLOEXEC"),
                Arg.ZERO,
                Arg.at(sockets));
        timeOffsets();
        if (newUser && creates(NamespaceKind.MOUNT) && facts.privileged() && !mayMount()) {
            mounts.openEarly();
        }
        return packed;
    }

    /** Whether somebody in the container can have the capability by which mounts are changed. */
    private boolean mayMount() {
        return process.capabilities() == null
                || process.capabilities().bounding().contains(Capability.SYS_ADMIN.kernelName());
    }

    /**
     * A monitor that outlives its caller must not be its child either: a caller that lives on would have a zombie of
     * every container that has ended. So init makes the monitor and ends at once, and the caller reaps init.
     */
    private void leaveCaller() {
        Data args = Data.longs("{SIGCHLD}", 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0);
        Arg.Result monitor = p.callTo(
                "monitor",
                "the monitor outlives the caller: it is not to be its child",
                Syscall.CLONE3,
                Arg.at(args),
                Arg.num(args.size()));
        Step.Label on = new Step.Label();
        p.jump(Step.When.ZERO, monitor, on, "the monitor goes on");
        p.add(new Step.Exit(Arg.ZERO, "the caller reaps this, and has no child more"));
        p.bind(on);
        p.call("a session of its own: it outlives the caller's terminal", Syscall.SETSID);
    }

    private Arg.Result handshake(String name, int offset) {
        Arg.Result end = p.register(name);
        p.add(new Step.Get(end, Arg.at(sockets, offset), 4, "one end of the handshake"));
        return end;
    }

    /** A detached container's terminal: the monitor keeps the master and copies what comes to the log, its output. */
    private Arg.Result detachedTerminal() {
        String why = "the terminal of a detached container: its output goes to the log";
        Arg.Result master = p.callTo(
                "master",
                why,
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string("/dev/ptmx"),
                plan.flags("O_RDWR|O_NOCTTY|O_CLOEXEC"),
                Arg.ZERO);
        terminalSlave = Optional.of(DevicePart.slave(plan, master, why));
        Arg.Result log = p.callTo("log", why, Syscall.FCNTL, Arg.num(1), Arg.num(1030, "F_DUPFD_CLOEXEC"), Arg.num(4));
        Data pair = Data.buffer(8, "terminal");
        p.add(new Step.Put(Arg.at(pair), master, 4, why));
        p.add(new Step.Put(Arg.at(pair, 4), log, 4, why));
        Arg.Result packed = p.register("terminal");
        p.add(new Step.Get(packed, Arg.at(pair), 8, why));
        return packed;
    }

    /** Offsets can only be set in a time namespace that nobody is in yet: the monitor makes it for its child. */
    private void timeOffsets() {
        if (linux.timeOffsets().isEmpty() || newUser) {
            return;
        }
        p.call(
                "a time namespace for the child; the monitor itself stays in its own",
                Syscall.UNSHARE,
                plan.flags("CLONE_NEWTIME"));
        writeTimeOffsets(plan, linux);
    }

    static void writeTimeOffsets(Plan plan, OciLinux linux) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, LinuxTimeOffset> e : linux.timeOffsets().entrySet()) {
            LinuxTimeOffset o = e.getValue();
            text.append(e.getKey())
                    .append(' ')
                    .append(o.secs())
                    .append(' ')
                    .append(o.nanosecs())
                    .append('\n');
        }
        plan.writeFile(Arg.CWD, "/proc/self/timens_offsets", text.toString(), List.of(), "the clocks' offsets");
    }

    private Arg.Result clone(Data pidfd) {
        StringBuilder flags = new StringBuilder("CLONE_PIDFD");
        for (NamespaceKind kind : NamespaceKind.values()) {
            boolean time = kind == NamespaceKind.TIME && !linux.timeOffsets().isEmpty();
            // The cgroup namespace's root is the group its maker is in, so the child makes it once it is in its own.
            if (creates(kind) && kind != NamespaceKind.CGROUP && !time) {
                flags.append('|').append(JoinPart.flagName(kind));
            }
        }
        if (cgroup.unified().isPresent()) {
            flags.append("|CLONE_INTO_CGROUP");
        }
        String names = flags.toString();
        // struct clone_args: flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
        // set_tid_size, cgroup
        Data args = Data.longs("{" + names + ", SIGCHLD}", plan.flags(names).value(), 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
                .pointer(8, pidfd);
        cgroup.unified()
                .ifPresent(fd -> p.add(new Step.Put(Arg.at(args, 80), fd, 8, "the group the child is born in")));
        return p.callTo(
                "pid",
                "the container's first process, in rooms of its own",
                Syscall.CLONE3,
                Arg.at(args),
                Arg.num(args.size()));
    }

    private void identityMaps(Arg.Result pid) {
        if (newUser) {
            new IdMapPart(plan).write(pid, linux, !facts.has(Capability.SETGID));
        }
    }

    /** The daemon's half of the handshake: the child waits until what the parent does for it is done. */
    private void letGo(Arg.Result pid, Arg.Result parentEnd) {
        if (spec.unit().isPresent()) {
            plan.sync(
                    SYNC_UNIT, pid, "systemd makes the container's unit, with this process in it; its limits are set");
        }
        if (spec.prepare().isPresent()) {
            plan.sync(SYNC_PREPARE, pid, "Java prepares the new namespaces, such as by a network interface");
        }
        if (newUser || spec.prepare().isPresent() || spec.unit().isPresent()) {
            // A child that is dead already (EPIPE) is what the next step tells of.
            p.tolerant(
                    "told",
                    List.of(Errno.EPIPE),
                    "all is there: the child may go on",
                    Syscall.WRITE,
                    parentEnd,
                    Arg.string("!"),
                    Arg.num(1));
        }
    }

    /** Errors that a probe of the caller's state shows early, with what to do. */
    static final class PlanRefused extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        PlanRefused(String what, String cause, String mend) {
            super(what + "\n  likely cause: " + cause + "\n  mend: " + mend);
        }
    }
}
