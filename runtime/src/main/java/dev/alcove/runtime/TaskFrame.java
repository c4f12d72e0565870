package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.OciProcess;
import java.util.List;
import java.util.Optional;

/**
 * The frame of a program that runs one command in other rooms: a monitor that starts it, tells of it and ends with it.
 * Unlike a container it keeps the caller's session, terminal, groups, environment and umask.
 *
 * <pre>
 *   begin … clone … letGo … watch … child … run
 *   ╰────── the monitor ─────────╯  ╰─ the child ╯
 * </pre>
 */
final class TaskFrame {
    final Plan plan;
    final Program.Builder p;
    private final OciProcess process;
    private final Step.Label child = new Step.Label();
    private final Data sockets = Data.buffer(8, "sockets");
    private final Data pidfd = Data.buffer(8, "pidfd");
    private final Data exited = Data.buffer(Wire.REPORT_SIZE, "exited");
    private final Arg.Result watched;
    private final Arg.Result watch;
    private final Arg.Result parentEnd;
    private final Arg.Result childEnd;

    TaskFrame(Plan plan) {
        this.plan = plan;
        this.p = plan.p;
        if (plan.spec.config().process() == null) {
            throw new IllegalArgumentException("process: a command is needed");
        }
        this.process = plan.spec.config().process();
        this.watched = p.register("watched");
        this.watch = p.register("pidfd");
        this.parentEnd = p.register("monitor_end");
        this.childEnd = p.register("child_end");
    }

    void begin() {
        p.heading("the monitor: prepares, starts and watches", "");
        p.call(
                "no descriptor of the caller's comes along",
                Syscall.CLOSE_RANGE,
                Arg.num(Wire.CONTROL),
                Arg.num(0xffffffffL, "~0"),
                plan.flags("CLOSE_RANGE_CLOEXEC"));
        p.call("its name in ps", Syscall.PRCTL, plan.flags("PR_SET_NAME"), Arg.string("alcove"));
        p.call("where the caller is", Syscall.CHDIR, Arg.string(process.cwd()));
    }

    /** Starts the child; what comes next is the monitor's. */
    Arg.Result clone(String flags, String why) {
        p.call(
                "the handshake: the child waits on one end, the monitor on the other",
                Syscall.SOCKETPAIR,
                plan.flags("AF_UNIX"),
                plan.flags("SOCK_STREAM|SOCK_CLOEXEC"),
                Arg.ZERO,
                Arg.at(sockets));
        p.add(new Step.Get(parentEnd, Arg.at(sockets), 4, "one end of the handshake"));
        p.add(new Step.Get(childEnd, Arg.at(sockets, 4), 4, "one end of the handshake"));
        String names = flags.isEmpty() ? "CLONE_PIDFD" : "CLONE_PIDFD|" + flags;
        // struct clone_args: flags, pidfd, child_tid, parent_tid, exit_signal, then what is not used here.
        Data args = Data.longs("{" + names + ", SIGCHLD}", plan.flags(names).value(), 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
                .pointer(8, pidfd);
        Arg.Result pid = p.callTo("pid", why, Syscall.CLONE3, Arg.at(args), Arg.num(args.size()));
        p.jump(Step.When.ZERO, pid, child, "the child's part is further down");
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
        return pid;
    }

    /** More than 0 when the command ran to its end, 0 where its start failed. */
    Arg.Result ran() {
        return watched;
    }

    void letGo() {
        p.callAtLeast(1, "all is there: the child may go on", Syscall.WRITE, parentEnd, Arg.string("!"), Arg.num(1));
    }

    void awaitStart() {
        p.add(new Step.Await(
                parentEnd,
                "execve closes the child's end; before that it says that it is ready, or reports a failure"));
    }

    /** The rest of the monitor's part. */
    void watch(Arg.Result pid) {
        for (int fd = 0; fd <= 2; fd++) {
            p.attempt(
                    "a pipe ends when the command closes it: the monitor must not hold it open",
                    Syscall.CLOSE,
                    Arg.num(fd));
        }
        plan.reportStarted(pid);
        p.add(new Step.Put(Arg.at(exited), Arg.num(Wire.REPORT_EXITED, "EXITED"), 4, "the report of the end"));
        Step.Monitor running = new Step.Monitor(
                p.register("to_be_killed"),
                pid,
                watch,
                Arg.num(Wire.CONTROL),
                Arg.num(-1),
                Arg.num(-1),
                Arg.at(exited),
                "the command runs until it ends, or whoever started it is gone");
        plan.watch(running, true, () -> {});
        p.add(new Step.Get(watched, Arg.at(exited), 4, "this point is only reached by a command that ran"));
        p.unwind();
        Step.Label failed = new Step.Label();
        p.jump(Step.When.ZERO, watched, failed, "the start failed, and has been reported");
        p.attempt("tell how it ended", Syscall.WRITE, Arg.num(Wire.CONTROL), Arg.at(exited), Arg.num(Wire.REPORT_SIZE));
        p.add(new Step.Exit(Arg.ZERO, "the monitor's end"));
        p.bind(failed);
        p.add(new Step.Exit(Arg.num(1), "nothing is left of a start that failed"));
    }

    /** The child's first steps. */
    void child(Arg.Num deathSignal) {
        p.heading("the child: becomes the command", "");
        p.bind(child);
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
        diesWithMonitor(deathSignal);
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
    }

    private void diesWithMonitor(Arg.Num signal) {
        p.call("if the monitor dies, so does this", Syscall.PRCTL, plan.flags("PR_SET_PDEATHSIG"), signal);
    }

    void waitForMonitor() {
        p.callAtLeast(
                1,
                "until what the monitor does for this process is done: its ids, handles of its namespaces",
                Syscall.READ,
                childEnd,
                Arg.at(Data.buffer(8, "go")),
                Arg.num(1));
    }

    /** The user and the groups, of which each may stay what it is, and what is kept of the capabilities. */
    void become(Becoming becoming, Arg.Num deathSignal) {
        if (becoming.keepCapabilities()) {
            p.call("capabilities stay when the user changes", Syscall.PRCTL, plan.flags("PR_SET_KEEPCAPS"), Arg.num(1));
        }
        if (becoming.gid().isPresent()) {
            Arg id = Arg.num(becoming.gid().get());
            p.tolerant(
                    "groups",
                    List.of(Errno.EPERM),
                    "none of the caller's groups come along, where they may be changed",
                    Syscall.SETGROUPS,
                    Arg.ZERO,
                    Arg.NULL);
            p.call("the group", Syscall.SETRESGID, id, id, id);
        }
        if (becoming.uid().isPresent()) {
            Arg id = Arg.num(becoming.uid().get());
            p.call("the user", Syscall.SETRESUID, id, id, id);
        }
        if (becoming.uid().isPresent() || becoming.gid().isPresent()) {
            diesWithMonitor(deathSignal);
        }
        if (becoming.keepCapabilities()) {
            keepCapabilities();
        }
    }

    /** capabilities(7): a user who is not root keeps through execve what is ambient, and that must be inheritable. */
    private void keepCapabilities() {
        String why = "what the user namespace gave is to be had by whatever is executed";
        Arg.At version = Arg.at(Data.ints("{version 3}", 0x20080522, 0));
        Data sets = Data.buffer(24, "sets");
        p.call(why, Syscall.CAPGET, version, Arg.at(sets));
        // Two times effective, permitted, inheritable: the low words, the high ones.
        for (int at = 0; at < 24; at += 12) {
            Arg.Result permitted = p.register("permitted");
            p.add(new Step.Get(permitted, Arg.at(sets, at + 4), 4, why));
            p.add(new Step.Put(Arg.at(sets, at), permitted, 4, why));
            p.add(new Step.Put(Arg.at(sets, at + 8), permitted, 4, why));
        }
        p.call(why, Syscall.CAPSET, version, Arg.at(sets));
        Capability[] known = Capability.values();
        for (int n = 0; n <= plan.facts.lastCapability(); n++) {
            p.add(new Step.Call(
                    Syscall.PRCTL,
                    List.of(
                            plan.flags("PR_CAP_AMBIENT"),
                            plan.flags("PR_CAP_AMBIENT_RAISE"),
                            Arg.num(n, n < known.length ? known[n].kernelName() : Integer.toString(n)),
                            Arg.ZERO,
                            Arg.ZERO),
                    null,
                    List.of(Errno.EPERM),
                    false,
                    Integer.MIN_VALUE,
                    "kept, if it has it"));
        }
    }

    /**
     * The child's last steps.
     *
     * @param program the file to execute; without one the command's first word is looked for
     */
    Program run(Optional<String> program) {
        p.callAtLeast(
                1,
                "all is set up: an end of the handshake without this word is a death in between",
                Syscall.WRITE,
                childEnd,
                Arg.at(Data.bytes(new byte[] {1}, "{ready}")),
                Arg.num(1));
        p.call(
                "signals reach the program",
                Syscall.RT_SIGPROCMASK,
                plan.flags("SIG_SETMASK"),
                Arg.at(Data.longs("{}", 0)),
                Arg.NULL,
                Arg.num(8));
        List<String> paths = program.map(List::of).orElseGet(() -> ChildPart.paths(process));
        p.add(new Step.Exec(paths, process.args(), process.env(), "the command"));
        return p.build();
    }
}
