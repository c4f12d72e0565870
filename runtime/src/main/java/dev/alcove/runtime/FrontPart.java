package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a front's program has beside a monitor's: the gate, the hooks' moment, and an end without a monitor. */
final class FrontPart {
    /** What is written to the gate to end the process that waits there; anything else starts its program. */
    static final byte END = 1;

    /** What start writes there. */
    static final byte START = 0;

    /** The status of a process that was ended so: as if by SIGKILL. */
    private static final int DELETED = 137;

    /** The moment of the hooks: all is mounted, and the root not yet entered. */
    static final int SYNC_HOOKS = 4;

    /** The file system of pidfds that have an inode each, PID_FS_MAGIC. */
    static final long PIDFS = 0x50494446;

    private static final int STATX_SIZE = 256;
    private static final int STATX_INODE = 32;
    private static final int STATFS_SIZE = 120;

    /** Where statx(2) has the device that a file is: its major number, then its minor. */
    private static final int STATX_DEVICE = 128;

    private static final long NULL_DEVICE = 1 | 3L << 32;

    /** Why each step is there that tells beforehand whether execve will succeed: a failure is one of execve. */
    static final String LOOK = "whether the program can be executed: to be told now, not at the start";

    private static final String HOOKS = "hooks act when the root file system is there and not yet entered";

    private final Plan plan;
    private final Program.Builder p;

    FrontPart(Plan plan) {
        this.plan = plan;
        this.p = plan.p;
    }

    /**
     * Descriptors that the caller says it hands on must be there before anything is opened: what is opened first would take
     * the number of a missing one, and come into the container in its place.
     */
    void checkPreserved() {
        int preserved = plan.spec.front().map(FrontCall::preserved).orElse(0);
        for (int fd = Wire.CONTROL; fd < Wire.CONTROL + preserved; fd++) {
            p.call(
                    "--preserve-fds " + preserved + ": the caller is to have this descriptor open",
                    Syscall.FCNTL,
                    Arg.num(fd),
                    Arg.num(1, "F_GETFD"));
        }
    }

    /** The FIFO, opened by its host path while that is there. For both ways: then neither end waits for the other. */
    Optional<Arg.Result> openGate() {
        return plan.spec.front().flatMap(FrontCall::gate).map(gate -> {
            p.call(
                    "the FIFO at which the container waits for its start",
                    Syscall.MKNODAT,
                    Arg.CWD,
                    Arg.string(gate.toString()),
                    Arg.num(plan.flags("S_IFIFO").value() | 0600, "S_IFIFO|0600"),
                    Arg.ZERO);
            return p.callTo(
                    "gate",
                    "the FIFO at which the container waits for its start",
                    Syscall.OPENAT,
                    Arg.CWD,
                    Arg.string(gate.toString()),
                    plan.flags("O_RDWR|O_CLOEXEC"),
                    Arg.ZERO);
        });
    }

    /** Tells that it runs, and what tells it from any later process of its number: its pidfd's inode (Linux 6.9). */
    void reportStarted(Arg.Result pid, Arg.Result pidfd) {
        String why = "what tells it from a later process of its number";
        Data stat = Data.buffer(STATX_SIZE, "stat");
        Data kind = Data.buffer(STATFS_SIZE, "kind");
        Arg.Result inode = p.register("inode");
        Arg.Result magic = p.register("magic");
        p.attempt(
                why,
                Syscall.STATX,
                pidfd,
                Arg.EMPTY,
                plan.flags("AT_EMPTY_PATH"),
                plan.flags("STATX_BASIC_STATS"),
                Arg.at(stat));
        p.attempt(why, Syscall.FSTATFS, pidfd, Arg.at(kind));
        p.add(new Step.Get(inode, Arg.at(stat, STATX_INODE), 8, why));
        p.add(new Step.Get(magic, Arg.at(kind), 8, why));
        Data started = Data.buffer(Wire.REPORT_SIZE, "started");
        p.add(new Step.Put(Arg.at(started), Arg.num(Wire.REPORT_STARTED, "STARTED"), 4, "the report"));
        p.add(new Step.Put(Arg.at(started, Wire.REPORT_VALUE), pid, 8, "the report"));
        p.add(new Step.Put(Arg.at(started, Wire.REPORT_EXTRA0), inode, 8, "the report"));
        p.add(new Step.Put(Arg.at(started, Wire.REPORT_EXTRA1), magic, 8, "the report"));
        p.attempt(
                "tell that it runs",
                Syscall.WRITE,
                Arg.num(plan.spec.control()),
                Arg.at(started),
                Arg.num(Wire.REPORT_SIZE));
    }

    /** The program behind the gate. Whoever would be told that it cannot be executed has ended. */
    void execute(Step exec, String program) {
        Step.Label refused = new Step.Label();
        Data said = Data.bytes(
                ("alcove-oci: exec " + program + ": exec format error, or the like"
                                + "\n  likely cause: it is no program for this machine, the interpreter that it names is"
                                + " missing, or the memory limit is too small for it\n")
                        .getBytes(StandardCharsets.UTF_8),
                "what was wrong");
        p.add(new Step.Channel(Arg.num(-1), "nobody listens for a failure any more"));
        p.add(new Step.OnFailure(refused, "so it is said where the program's own errors go"));
        p.add(exec);
        p.bind(refused);
        p.attempt("the program could not be executed", Syscall.WRITE, Arg.num(2), Arg.at(said), Arg.num(said.size()));
        p.add(new Step.Exit(Arg.num(1), "as if it had failed itself"));
    }

    /** The container's first process, for one more that joins it. */
    Optional<Arg.Result> openTarget() {
        FrontCall front = plan.spec.front().orElse(null);
        return front == null || front.target().isEmpty()
                ? Optional.empty()
                : Optional.of(p.callTo(
                        "target",
                        "the container's first process, by which its rooms are joined",
                        Syscall.PIDFD_OPEN,
                        Arg.num(front.target().getAsInt()),
                        Arg.ZERO));
    }

    private boolean hooks() {
        return plan.spec.front().map(FrontCall::hooks).orElse(false);
    }

    /** The parent's half of the hooks' moment. A child that failed before it says so at the handshake's end. */
    void hooks(Arg.Result pid, Arg.Result parentEnd) {
        if (!hooks()) {
            return;
        }
        Step.Label failed = new Step.Label();
        Data said = Data.buffer(Wire.REPORT_SIZE, "said");
        // A failure's report is longer than the one byte, and stays there for the wait that follows.
        Arg.Result length = p.callTo(
                "length",
                HOOKS,
                Syscall.RECVFROM,
                parentEnd,
                Arg.at(said),
                Arg.num(2),
                plan.flags("MSG_PEEK"),
                Arg.NULL,
                Arg.NULL);
        Arg.Result first = p.register("first");
        p.add(new Step.Get(first, Arg.at(said), 1, HOOKS));
        p.jump(Step.When.ZERO, length, failed, "it died: the wait tells how");
        p.jump(Step.When.POSITIVE, first, failed, "it failed: the wait tells where");
        p.callAtLeast(1, HOOKS, Syscall.READ, parentEnd, Arg.at(said), Arg.num(1));
        plan.sync(SYNC_HOOKS, pid, HOOKS);
        p.tolerant(
                "told",
                List.of(Errno.EPIPE),
                "the hooks are through: the child may go on",
                Syscall.WRITE,
                parentEnd,
                Arg.string("!"),
                Arg.num(1));
        p.bind(failed);
    }

    /** The child's half. Its word is a zero byte, which no report begins with. */
    void rootIsThere(Arg.Result childEnd) {
        if (!hooks()) {
            return;
        }
        p.callAtLeast(
                1, HOOKS, Syscall.WRITE, childEnd, Arg.at(Data.bytes(new byte[] {0}, "{root is there}")), Arg.num(1));
        p.callAtLeast(
                1, "until the hooks are through", Syscall.READ, childEnd, Arg.at(Data.buffer(8, "go")), Arg.num(1));
    }

    /**
     * Standard streams that are the host's /dev/null become the container's own, as runc does it: a checkpoint cannot take a
     * file of the host's along. Paths are the container's here, and its /dev is ours.
     */
    void ownNull() {
        if (!plan.spec.waits()) {
            return;
        }
        String why =
                "the host's /dev/null as standard stream becomes the container's: a checkpoint can take that along";
        Data stat = Data.buffer(STATX_SIZE, "stream");
        for (int fd = 0; fd <= 2; fd++) {
            Step.Label other = new Step.Label();
            Arg.Result told = p.tolerant(
                    "told",
                    List.of(Errno.EBADF),
                    why,
                    Syscall.STATX,
                    Arg.num(fd),
                    Arg.EMPTY,
                    plan.flags("AT_EMPTY_PATH"),
                    plan.flags("STATX_BASIC_STATS"),
                    Arg.at(stat));
            p.jump(Step.When.NEGATIVE, told, other, "closed");
            Arg.Result device = p.register("device");
            p.add(new Step.Get(device, Arg.at(stat, STATX_DEVICE), 8, why));
            Arg.Result difference = p.register("difference");
            p.add(new Step.Subtract(difference, device, Arg.num(NULL_DEVICE, "1:3"), why));
            p.jump(Step.When.POSITIVE, difference, other, "another file");
            p.jump(Step.When.NEGATIVE, difference, other, "another file");
            Arg.Result own = p.callTo(
                    "null",
                    why,
                    Syscall.OPENAT,
                    Arg.CWD,
                    Arg.string("/dev/null"),
                    plan.flags("O_RDWR|O_CLOEXEC"),
                    Arg.ZERO);
            p.call(why, Syscall.DUP3, own, Arg.num(fd), Arg.ZERO);
            plan.close(own);
            p.bind(other);
        }
    }

    /** The parent's end: it goes, or waits for the container's, and clears up. */
    void live(Arg.Result pid, Optional<String> processes) {
        FrontCall front = plan.spec.front().orElseThrow();
        Arg.Result status = p.register("status");
        if (front.waits()) {
            if (!front.leftovers().isEmpty()) {
                p.undo(removals(front.leftovers()).toArray(Step[]::new));
            }
            p.add(new Step.Reap(status, pid, "until the container ends; signals are passed on"));
            processes.ifPresent(procs -> p.add(new Step.KillAll(
                    procs, "without a PID namespace of its own, what it started must be ended one by one")));
        } else {
            p.add(new Step.Exit(Arg.ZERO, "nobody of ours stays"));
        }
        p.unwind();
        // After a failure it is zero, and the front ends with the status of the JVM, which has explained it.
        p.add(new Step.Exit(status, "as the container ended"));
    }

    private List<Step> removals(List<Path> leftovers) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < leftovers.size(); i++) {
            steps.add(Program.Builder.attempted(
                    "it was asked to leave nothing behind",
                    Syscall.UNLINKAT,
                    Arg.CWD,
                    Arg.string(leftovers.get(i).toString()),
                    i < leftovers.size() - 1 ? Arg.ZERO : plan.flags("AT_REMOVEDIR")));
        }
        return steps;
    }

    /**
     * The container's process, all set up: looks whether its program is there, since a caller wants to hear that from
     * create, and waits. After that nobody is there to be told of a failure. What is there and cannot be executed is refused
     * with the reason: a folder by an open for writing, which only it answers with EISDIR.
     */
    void waitAtGate(List<String> paths) {
        Step.Label found = new Step.Label();
        List<Errno> elsewhere = List.of(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES);
        for (String path : paths) {
            Step.Label next = new Step.Label();
            p.jump(Step.When.NEGATIVE, look(path, 1, "X_OK", elsewhere), next, "it cannot");
            // Folders have the right to be executed too. Only they have an entry ".".
            p.jump(Step.When.NEGATIVE, look(path + "/.", 0, "F_OK", elsewhere), found, "it can");
            p.bind(next);
        }
        for (String path : paths) {
            Step.Label missing = new Step.Label();
            p.jump(Step.When.NEGATIVE, look(path, 0, "F_OK", elsewhere), missing, "not there");
            look(path, 1, "X_OK", List.of());
            p.call(LOOK, Syscall.OPENAT, Arg.CWD, Arg.string(path), plan.flags("O_WRONLY|O_CLOEXEC"), Arg.ZERO);
            p.bind(missing);
        }
        look(paths.getLast(), 1, "X_OK", List.of());
        p.bind(found);
        int kept = plan.spec.firstOwn();
        p.call("the front hears that it is made, and ends", Syscall.CLOSE, Arg.num(kept));
        Data go = Data.buffer(8, "go");
        String why = "until start writes into the FIFO";
        p.callAtLeast(1, why, Syscall.READ, Arg.num(kept + 1L), Arg.at(go), Arg.num(1));
        Arg.Result word = p.register("word");
        p.add(new Step.Get(word, Arg.at(go), 1, why));
        Step.Label start = new Step.Label();
        p.jump(Step.When.ZERO, word, start, "it is to start");
        p.add(new Step.Exit(Arg.num(DELETED), "it was deleted before it was started"));
        p.bind(start);
    }

    private Arg.Result look(String path, int mode, String name, List<Errno> tolerated) {
        return p.tolerant("there", tolerated, LOOK, Syscall.FACCESSAT, Arg.CWD, Arg.string(path), Arg.num(mode, name));
    }
}
