package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The last that the monitor of a detached container does: a command whose caller may be long gone, such as one that gives
 * back what the container had outside of itself. All that the program made has been taken back by then, and the record of
 * the end is written; the locks are still held, so whoever waits for them waits for the command too.
 */
final class AfterPart {
    private final Plan plan;
    private final Program.Builder p;
    private final ContainerSpec spec;

    AfterPart(Plan plan) {
        this.plan = plan;
        this.p = plan.p;
        this.spec = plan.spec;
    }

    /**
     * Executes the command and waits for its end. Whatever becomes of it changes nothing of the container's end. A monitor
     * that joined another's user namespace does not: it has no right left over anything of its starter's.
     *
     * @param joinedProcesses whether the monitor's children are born in a PID namespace that it joined
     */
    void execute(boolean joinedProcesses) {
        if (spec.duties().afterEnd().isEmpty() || spec.joinsUserNamespace()) {
            return;
        }
        MonitorDuties.Command command = spec.duties().afterEnd().get();
        if (joinedProcesses) {
            leaveJoinedProcesses();
        }
        Step.Label child = new Step.Label();
        Step.Label over = new Step.Label();
        Data args = Data.longs("{SIGCHLD}", 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0);
        Arg.Result pid = attemptTo(
                "command",
                "the container is over: what its starter wants done then",
                Syscall.CLONE3,
                Arg.at(args),
                Arg.num(args.size()));
        p.jump(Step.When.ZERO, pid, child, "the command's side");
        p.jump(Step.When.NEGATIVE, pid, over, "no process is to be had: the starter's next command does it");
        p.attempt("until it is done", Syscall.WAIT4, pid, Arg.NULL, plan.flags("__WALL"), Arg.NULL);
        p.jump(Step.When.ALWAYS, Arg.ZERO, over, "the monitor goes on");
        p.bind(child);
        become(command);
        p.bind(over);
    }

    /** Its own PID namespace is still its own: only its children are born elsewhere. */
    private void leaveJoinedProcesses() {
        String why = "children are to be born in our own PID namespace again, not in the one that was joined";
        Arg.Result own = attemptTo(
                "own_processes",
                why,
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string("/proc/self/ns/pid"),
                plan.flags("O_RDONLY|O_CLOEXEC"),
                Arg.ZERO);
        p.attempt(why, Syscall.SETNS, own, plan.flags("CLONE_NEWPID"));
    }

    private void become(MonitorDuties.Command command) {
        Step.Label failed = new Step.Label();
        Step.Label go = new Step.Label();
        p.jump(Step.When.ALWAYS, Arg.ZERO, go, "past the end of one that failed");
        p.bind(failed);
        p.add(new Step.Exit(Arg.num(1), "nobody is there to be told"));
        p.bind(go);
        p.add(new Step.Channel(Arg.num(-1), "nobody listens any more"));
        p.add(new Step.OnFailure(failed, "a failure ends the command alone"));
        // The lowest number that is free is the one just closed.
        for (int fd = 0; fd <= 2; fd++) {
            p.attempt("it reads nothing, and nobody reads what it prints", Syscall.CLOSE, Arg.num(fd));
            p.call(
                    "it reads nothing, and nobody reads what it prints",
                    Syscall.OPENAT,
                    Arg.CWD,
                    Arg.string("/dev/null"),
                    plan.flags("O_RDWR"),
                    Arg.ZERO);
        }
        p.call("the starter's directory may be gone", Syscall.CHDIR, Arg.string("/"));
        p.call(
                "signals reach it",
                Syscall.RT_SIGPROCMASK,
                plan.flags("SIG_SETMASK"),
                Arg.at(Data.longs("{}", 0)),
                Arg.NULL,
                Arg.num(8));
        List<String> environment = new ArrayList<>();
        // In an order of its own, so that the same container is the same program.
        new TreeMap<>(command.environment()).forEach((name, value) -> environment.add(name + "=" + value));
        p.add(new Step.Exec(
                List.of(command.words().getFirst()), command.words(), environment, "the command of the starter"));
    }

    private Arg.Result attemptTo(String name, String why, Syscall call, Arg... args) {
        Arg.Result r = p.register(name);
        p.add(new Step.Call(call, List.of(args), r, List.of(), true, Integer.MIN_VALUE, why));
        return r;
    }
}
