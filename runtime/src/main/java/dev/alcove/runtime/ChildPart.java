package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.Errno;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The child's side of the clone: from the first instruction in the new namespaces to execve. */
final class ChildPart {
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Plan plan;
    private final Program.Builder p;
    private final Predicate<NamespaceKind> creates;
    private final Predicate<NamespaceKind> joined;
    private final Map<NamespaceKind, Arg.Result> joins;
    private final CgroupPart cgroup;
    private final MountPart mounts;
    private final OciLinux linux;
    private final OciProcess process;
    private final Optional<Arg.Result> inheritedTerminal;
    private final boolean newUser;

    /** Whether the process is in a user namespace that somebody else made. */
    private final boolean othersUsers;

    ChildPart(
            Plan plan,
            Predicate<NamespaceKind> creates,
            Predicate<NamespaceKind> joined,
            Map<NamespaceKind, Arg.Result> joins,
            CgroupPart cgroup,
            MountPart mounts,
            OciLinux linux,
            OciProcess process,
            Optional<Arg.Result> inheritedTerminal) {
        this.plan = plan;
        this.p = plan.p;
        this.creates = creates;
        this.joined = joined;
        this.joins = joins;
        this.cgroup = cgroup;
        this.mounts = mounts;
        this.linux = linux;
        this.process = process;
        this.inheritedTerminal = inheritedTerminal;
        this.newUser = creates.test(NamespaceKind.USER);
        this.othersUsers = joined.test(NamespaceKind.USER)
                || plan.spec
                        .target()
                        .map(t -> t.kinds().contains(NamespaceKind.USER))
                        .orElse(false);
    }

    void plan(Arg.Result parentEnd, Arg.Result childEnd, Optional<Arg.Result> gate) {
        begin(parentEnd, childEnd);
        boolean unit = plan.spec.unit().isPresent();
        if (unit) {
            // Before the groups: they come to be with this process, and the cgroup namespace's root is to be in them.
            waitForParent(childEnd);
        }
        cgroup.enter();
        new ResctrlPart(plan, linux).enter();
        new SchedulingPart(plan, process, linux).inTheGroup();
        IdentityPart identity = new IdentityPart(plan, process, linux, setgroupsAllowed(), newUser || othersUsers);
        identity.early();
        if (!unit && (newUser || plan.spec.prepare().isPresent())) {
            waitForParent(childEnd);
        }
        if (newUser || othersUsers) {
            becomeRoot();
        }
        namespaces();
        Optional<Arg.Result> terminal = files(childEnd);
        terminal(terminal.or(() -> inheritedTerminal));
        // Before the working directory: it is the container's to choose, /proc/self/fd/N included (CVE-2024-21626).
        keepNothingOpen(childEnd, gate);
        identity.become();
        if (gate.isPresent()) {
            new FrontPart(plan).waitAtGate(paths(process));
        }
        execute(gate.isPresent());
    }

    private void begin(Arg.Result parentEnd, Arg.Result childEnd) {
        Step.Label dead = new Step.Label();
        Step.Label go = new Step.Label();
        p.jump(Step.When.ALWAYS, Arg.ZERO, go, "past the end of a failed start");
        p.bind(dead);
        p.add(new Step.Exit(Arg.num(1), "a failure was reported: the monitor clears up"));
        p.bind(go);
        p.add(new Step.Channel(childEnd, "failures go to the monitor, which passes them on"));
        p.add(new Step.OnFailure(dead, "and end the child"));
        plan.beginChild();
        plan.closeNow(parentEnd);
        if (joined.test(NamespaceKind.PID) || joined.test(NamespaceKind.USER)) {
            p.call(
                    "until execve, nobody in a namespace that is joined may look at our descriptors (CVE-2016-9962)",
                    Syscall.PRCTL,
                    plan.flags("PR_SET_DUMPABLE"),
                    Arg.ZERO);
        }
        p.call(
                "if the monitor dies, so does this",
                Syscall.PRCTL,
                plan.flags("PR_SET_PDEATHSIG"),
                plan.flags("SIGKILL"));
        Arg.Result alive = p.register("alive");
        p.add(new Step.Call(
                Syscall.RECVFROM,
                List.of(
                        childEnd,
                        Arg.at(Data.buffer(8, "peek")),
                        Arg.num(1),
                        plan.flags("MSG_PEEK|MSG_DONTWAIT"),
                        Arg.NULL,
                        Arg.NULL),
                alive,
                List.of(Errno.EAGAIN),
                false,
                1,
                "it may have died before that took hold: then the other end is closed"));
        p.call("a session of its own, without the caller's terminal", Syscall.SETSID);
        p.call("modes are as the steps say", Syscall.UMASK, Arg.ZERO);
    }

    private void waitForParent(Arg.Result childEnd) {
        p.callAtLeast(
                1,
                "until what the parent does for this process is done: its ids, its network",
                Syscall.READ,
                childEnd,
                Arg.at(Data.buffer(8, "go")),
                Arg.num(1));
    }

    private void becomeRoot() {
        if (newUser && IdMaps.of(linux.uidMappings()).toHost(0).isEmpty()) {
            // It has all capabilities there without being root, and nobody is root in it.
            p.call("its /proc files are its own again", Syscall.PRCTL, plan.flags("PR_SET_DUMPABLE"), Arg.num(1));
            return;
        }
        Arg zero = Arg.ZERO;
        p.call("root of its user namespace", Syscall.SETRESGID, zero, zero, zero);
        p.call("root of its user namespace", Syscall.SETRESUID, zero, zero, zero);
        if (newUser) {
            p.call("its /proc files are its own again", Syscall.PRCTL, plan.flags("PR_SET_DUMPABLE"), Arg.num(1));
        }
    }

    /** Whether setgroups(2) can work: not where an ordinary user mapped one id alone. */
    private boolean setgroupsAllowed() {
        if (newUser) {
            return IdMaps.setgroupsAllowed(linux, plan.facts);
        }
        if (joined.test(NamespaceKind.USER)) {
            return plan.facts.privileged();
        }
        return plan.spec.target().map(ExecTarget::setgroups).orElse(true);
    }

    private void namespaces() {
        joins.forEach(this::join);
        if (creates.test(NamespaceKind.CGROUP)) {
            p.call(
                    "after entering the group, which becomes the root of what it sees",
                    Syscall.UNSHARE,
                    plan.flags("CLONE_NEWCGROUP"));
        }
        if (newUser && !linux.timeOffsets().isEmpty()) {
            p.call("a time namespace, entered by execve", Syscall.UNSHARE, plan.flags("CLONE_NEWTIME"));
            Planner.writeTimeOffsets(plan, linux);
        }
        if (creates.test(NamespaceKind.NET) && plan.spec.loopback()) {
            loopback();
        }
        if (!plan.spec.config().hostname().isEmpty()) {
            Arg.At name = Arg.string(plan.spec.config().hostname());
            p.call(
                    "its own name",
                    Syscall.SETHOSTNAME,
                    name,
                    Arg.num(name.data().size() - 1L));
        }
        if (!plan.spec.config().domainname().isEmpty()) {
            Arg.At name = Arg.string(plan.spec.config().domainname());
            p.call(
                    "its own NIS domain",
                    Syscall.SETDOMAINNAME,
                    name,
                    Arg.num(name.data().size() - 1L));
        }
    }

    private void join(NamespaceKind kind, Arg.Result ns) {
        p.call("share this room", Syscall.SETNS, ns, plan.flags(JoinPart.flagName(kind)));
        plan.close(ns);
    }

    private void loopback() {
        String why = "the container can talk to itself";
        Arg.Result socket = p.callTo(
                "socket", why, Syscall.SOCKET, plan.flags("AF_INET"), plan.flags("SOCK_DGRAM|SOCK_CLOEXEC"), Arg.ZERO);
        byte[] ifreq = new byte[40];
        ifreq[0] = 'l';
        ifreq[1] = 'o';
        ifreq[16] = 0x41; // IFF_UP|IFF_RUNNING
        p.call(
                why,
                Syscall.IOCTL,
                socket,
                plan.flags("SIOCSIFFLAGS"),
                Arg.at(Data.bytes(ifreq, "{\"lo\", IFF_UP|IFF_RUNNING}")));
        plan.close(socket);
    }

    /** Everything about files; the terminal's slave if one was made. */
    private Optional<Arg.Result> files(Arg.Result childEnd) {
        if (!creates.test(NamespaceKind.MOUNT)) {
            return hostTerminal();
        }
        mounts.openSources();
        boolean ownRoot = !(plan.spec.rootfs() instanceof Rootfs.Inherited);
        PropagationPart propagation = new PropagationPart(plan, linux.rootfsPropagation(), ownRoot);
        propagation.cutOff();
        if (!ownRoot) {
            plan.root(p.callTo(
                    "root",
                    "the caller's own files",
                    Syscall.OPENAT,
                    Arg.CWD,
                    Arg.string("/"),
                    plan.flags("O_PATH|O_DIRECTORY|O_CLOEXEC"),
                    Arg.ZERO));
            mounts.mount();
            return hostTerminal();
        }
        // Inside of a user namespace that somebody made for us, such as podman's, we are as confined as in one of ours.
        boolean confined = newUser || joined.test(NamespaceKind.USER) || !plan.facts.initialUserNamespace();
        RootPart root = new RootPart(plan, confined);
        root.mount();
        mounts.mount();
        DevicePart devices = new DevicePart(plan, confined || !plan.facts.has(Capability.MKNOD));
        devices.make();
        Optional<Arg.Result> terminal = process.terminal() && inheritedTerminal.isEmpty()
                ? Optional.of(devices.openTerminal(mounts.devpts()))
                : Optional.empty();
        ProtectPart protect = new ProtectPart(plan);
        protect.files();
        protect.sysctls(linux);
        workingDirectory();
        protect.readOnly(linux);
        protect.mask(linux);
        new FrontPart(plan).rootIsThere(childEnd);
        var rootSpec = plan.spec.config().root();
        root.enter(
                rootSpec != null && rootSpec.readonly(),
                plan.spec.front().map(FrontCall::pivot).orElse(true));
        propagation.settle();
        if (terminal.isEmpty() && plan.isOwn("/dev")) {
            new FrontPart(plan).ownNull();
        }
        return terminal;
    }

    private Optional<Arg.Result> hostTerminal() {
        return process.terminal() && inheritedTerminal.isEmpty()
                ? Optional.of(new DevicePart(plan, true).openTerminal(Arg.ZERO))
                : Optional.empty();
    }

    private void workingDirectory() {
        String cwd = process.cwd();
        if (!Plan.relative(cwd).equals(".")) {
            Arg.Result there =
                    plan.place(cwd, true, "the working directory is made where it is missing, as docker does");
            plan.close(there);
        }
    }

    private void terminal(Optional<Arg.Result> slave) {
        if (slave.isEmpty()) {
            return;
        }
        String why = "the terminal is the session's, and standard input, output and error";
        p.call(why, Syscall.IOCTL, slave.get(), plan.flags("TIOCSCTTY"), Arg.ZERO);
        p.tolerant(
                "owned",
                List.of(Errno.EPERM, Errno.EINVAL),
                "the user may open it again",
                Syscall.FCHOWN,
                slave.get(),
                Arg.num(process.user().uid()),
                Arg.num(-1));
        for (int fd = 0; fd <= 2; fd++) {
            p.call(why, Syscall.DUP3, slave.get(), Arg.num(fd), Arg.ZERO);
        }
    }

    /**
     * PID 1 never executes anything, so nothing closes what it has open, and a container's root can take descriptors out
     * of it (/proc/1/fd, pidfd_getfd(2)): the group's directory would lead to the host's groups, the socket to the owner.
     * Before the program is there, which could be quicker, and before the filter, which may forbid these calls.
     */
    private void keepNothingOpen(Arg.Result childEnd, Optional<Arg.Result> gate) {
        Arg.Num kept = Arg.num(plan.spec.firstOwn());
        SupervisorPart supervisor = new SupervisorPart(plan);
        Optional<Arg.Result> owner = plan.spec.supervised() ? Optional.of(supervisor.save()) : Optional.empty();
        // Out of the way of the numbers that are given next.
        Optional<Arg.Result> fifo = gate.map(g -> p.callTo(
                "fifo",
                "the FIFO at which it waits",
                Syscall.FCNTL,
                g,
                Arg.num(1030, "F_DUPFD_CLOEXEC"),
                Arg.num(kept.value() + 3)));
        String why = "nothing of the host's stays open: not for a working directory below /proc/self/fd, not in PID 1";
        p.call(why, Syscall.DUP3, childEnd, kept, plan.flags("O_CLOEXEC"));
        p.add(new Step.Channel(kept, "failures go to the monitor by its new number"));
        owner.ifPresent(supervisor::keep);
        fifo.ifPresent(g -> p.call(
                "the FIFO at which it waits", Syscall.DUP3, g, Arg.num(kept.value() + 1), plan.flags("O_CLOEXEC")));
        p.call(
                why,
                Syscall.CLOSE_RANGE,
                Arg.num(owner.isPresent() ? supervisor.firstClosed() : kept.value() + (gate.isPresent() ? 2 : 1)),
                Arg.num(0xffffffffL, "~0"),
                Arg.ZERO);
        p.callAtLeast(
                1,
                "the rooms are ready: an end of the handshake without this word is a death in between",
                Syscall.WRITE,
                kept,
                Arg.at(Data.bytes(new byte[] {1}, "{ready}")),
                Arg.num(1));
    }

    /** @param alone whether nobody listens any more: whoever made the container has ended */
    private void execute(boolean alone) {
        if (plan.spec.init()) {
            asInit();
        }
        p.call(
                "signals reach the program",
                Syscall.RT_SIGPROCMASK,
                plan.flags("SIG_SETMASK"),
                Arg.at(Data.longs("{}", 0)),
                Arg.NULL,
                Arg.num(8));
        Step exec = new Step.Exec(paths(process), process.args(), process.env(), "the user's program");
        if (alone) {
            new FrontPart(plan).execute(exec, process.args().getFirst());
        } else {
            p.add(exec);
        }
    }

    /** PID 1 stays this interpreter; the program becomes its child. */
    private void asInit() {
        Step.Label program = new Step.Label();
        if (!creates.test(NamespaceKind.PID)) {
            p.call(
                    "orphans come to us, since there is no PID 1 of our own",
                    Syscall.PRCTL,
                    plan.flags("PR_SET_CHILD_SUBREAPER"),
                    Arg.num(1));
        }
        p.call("its name in ps", Syscall.PRCTL, plan.flags("PR_SET_NAME"), Arg.string("alcove-init"));
        // Not clone3: the default policy answers ENOSYS to it, since a filter cannot look into its flags.
        Arg.Result pid = p.callTo(
                "program",
                "PID 1 is a small init: it reaps and passes signals on",
                Syscall.CLONE,
                plan.flags("SIGCHLD"),
                Arg.ZERO,
                Arg.ZERO,
                Arg.ZERO,
                Arg.ZERO);
        p.jump(Step.When.ZERO, pid, program, "the program's side");
        plan.closeNow(Arg.num(plan.spec.firstOwn()));
        Arg.Result status = p.register("status");
        p.add(new Step.Reap(status, pid, "until the program ends"));
        p.add(new Step.Exit(status, "with the program's status; all others end with PID 1"));
        p.bind(program);
        p.call("if init dies, so does this", Syscall.PRCTL, plan.flags("PR_SET_PDEATHSIG"), plan.flags("SIGKILL"));
        if (process.terminal()) {
            p.call("a process group of its own", Syscall.SETPGID, Arg.ZERO, Arg.ZERO);
            Data group = Data.buffer(8, "group");
            Arg.Result self = p.callTo("self", "the terminal's foreground group", Syscall.GETPID);
            p.add(new Step.Put(Arg.at(group), self, 4, "the terminal's foreground group"));
            p.call("the terminal's foreground group", Syscall.IOCTL, Arg.ZERO, plan.flags("TIOCSPGRP"), Arg.at(group));
        }
    }

    /** Where execve looks for the program: as a shell does, in the PATH that it is given. */
    static List<String> paths(OciProcess process) {
        String command = process.args().getFirst();
        if (command.indexOf('/') >= 0) {
            return List.of(command);
        }
        String search = DEFAULT_PATH;
        for (String e : process.env()) {
            if (e.startsWith("PATH=")) {
                search = e.substring(5);
            }
        }
        List<String> paths = new ArrayList<>();
        for (int from = 0; from <= search.length(); ) {
            int colon = search.indexOf(':', from);
            int to = colon < 0 ? search.length() : colon;
            if (to > from) {
                paths.add(search.substring(from, to) + "/" + command);
            }
            from = to + 1;
        }
        if (paths.isEmpty()) {
            throw new IllegalArgumentException("process.env: PATH is empty, so '" + command + "' cannot be found");
        }
        return paths;
    }
}
