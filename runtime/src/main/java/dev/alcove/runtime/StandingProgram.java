package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The program that stands in a container's folder for the commands to come: start, state, kill and delete, done by a
 * front without a JVM. It is made when the container is, of what does not change in its life; what may have changed is
 * looked at by its steps.
 *
 * <p>It ends with 0 when it has done the command. With anything else the command is the JVM's, from its beginning: so it
 * does nothing that the JVM would not do again, tells nobody anything before all is done, and removes the record last.
 *
 * <p>Its first registers are the front's ({@code GIVEN_*} in the wire table); all paths are relative to the two folders
 * in them but those of the control groups.
 */
final class StandingProgram {
    /** Its file in the container's folder. */
    static final String FILE = "commands";

    private static final int STATX_SIZE = 256;
    private static final int STATX_INODE = 32;
    private static final int STATX_CHANGED = 96;
    private static final int STATX_CHANGED_NANOS = 104;
    private static final int SIGKILL = 9;
    private static final int EBUSY = 16;
    /** Where the kernel says which run of the machine this is: a UUID. */
    static final String BOOT = "/proc/sys/kernel/random/boot_id";

    private static final int BOOT_LENGTH = 36;
    private static final int ENDING_SECONDS = 2;
    private static final int TRIES = 50;
    private static final int TRY_NANOS = 1_000_000;

    /** struct linux_dirent64 without the name: inode, offset, length, type. */
    private static final int ENTRY = 19;

    /**
     * What it is made of.
     *
     * @param record    the version of the container's record: with another one everything here is out of date
     * @param boot      the run of this machine, random(4): a later one gives the same numbers to others
     * @param pid       the first process
     * @param identity  its pidfd's inode, which no later process has (Linux 6.9)
     * @param starts    whether start is done without a JVM: no hook has a part in it
     * @param deletes   whether delete is
     * @param dies      whether the first process's end is everybody's, in a PID namespace of its own
     * @param groups    the directories of its control groups, in the order of their removal
     * @param freezer   the file that tells and says whether it is frozen
     * @param unified   whether that is version 2's
     * @param id        the container's id, its folder's name
     * @param states    what state prints of it: created, running, paused, stopped
     */
    record Facts(
            FileVersion record,
            String boot,
            int pid,
            long identity,
            boolean starts,
            boolean deletes,
            boolean dies,
            List<String> groups,
            Optional<String> freezer,
            boolean unified,
            String id,
            States states) {
        Facts {
            if (boot.length() != BOOT_LENGTH) {
                throw new IllegalArgumentException(BOOT + ": '" + boot + "' is no UUID");
            }
        }
    }

    /** What state prints. */
    record States(String created, String running, String paused, String stopped) {}

    private final Program.Builder p;
    private final Facts facts;
    private final Arg.Result command;
    private final Arg.Result signal;
    private final Arg.Result folder;
    private final Arg.Result root;
    private final Arg.Result alive;
    private final Arg.Result pidfd;
    private final Data stat = Data.buffer(STATX_SIZE, "stat");
    private final Data one = Data.longs("{1}", 1);
    private final Step.Label jvm = new Step.Label();

    private StandingProgram(Arch arch, Facts facts) {
        this.p = new Program.Builder(arch);
        this.facts = facts;
        // In the order of GIVEN_*.
        this.command = p.register("command");
        this.signal = p.register("signal");
        this.folder = p.register("folder");
        this.root = p.register("root");
        this.alive = p.register("alive");
        this.pidfd = p.register("first");
    }

    static Program of(Arch arch, Facts facts) {
        return new StandingProgram(arch, facts).plan();
    }

    private Arg.Num flags(String names) {
        return KernelConstants.flags(p.arch(), names);
    }

    private Program plan() {
        p.heading("what is there", "");
        p.call(
                "the record, as it was when this program was made: else it is out of date",
                Syscall.STATX,
                folder,
                Arg.string(OciRecord.FILE),
                flags("AT_SYMLINK_NOFOLLOW"),
                flags("STATX_BASIC_STATS"),
                Arg.at(stat));
        same(Arg.at(stat, STATX_INODE), 8, facts.record().inode(), jvm, "another record");
        same(Arg.at(stat, STATX_CHANGED), 8, facts.record().seconds(), jvm, "a later record");
        same(Arg.at(stat, STATX_CHANGED_NANOS), 4, facts.record().nanos(), jvm, "a later record");
        boot();
        look();
        Arg.Result gate = p.tolerant(
                "gate",
                List.of(Errno.ENOENT),
                "whether it still waits for its start",
                Syscall.FACCESSAT,
                folder,
                Arg.string(OciContainers.GATE),
                flags("F_OK"));
        Step.Label[] parts = new Step.Label[Wire.COMMAND_FORCE + 1];
        for (int c = Wire.COMMAND_START; c <= Wire.COMMAND_FORCE; c++) {
            parts[c] = new Step.Label();
            p.jump(Step.When.ZERO, less(command, Arg.num(c), "which command"), parts[c], "this one");
        }
        p.bind(jvm);
        p.add(new Step.Exit(Arg.num(1), "a JVM does it"));
        p.bind(parts[Wire.COMMAND_START]);
        start(gate);
        p.bind(parts[Wire.COMMAND_STATE]);
        state(gate);
        p.bind(parts[Wire.COMMAND_KILL]);
        kill();
        p.bind(parts[Wire.COMMAND_DELETE]);
        delete(gate, parts[Wire.COMMAND_FORCE]);
        return p.build();
    }

    private Arg.Result less(Arg from, Arg number, String why) {
        Arg.Result result = p.register("difference");
        p.add(new Step.Subtract(result, from, number, why));
        return result;
    }

    /** Goes to the label unless memory holds this number. */
    private void same(Arg.At at, int width, long number, Step.Label other, String why) {
        Arg.Result found = p.register("found");
        p.add(new Step.Get(found, at, width, why + "?"));
        Arg.Result difference = less(found, Arg.num(number), why + "?");
        p.jump(Step.When.POSITIVE, difference, other, why);
        p.jump(Step.When.NEGATIVE, difference, other, why);
    }

    /** The numbers of processes and of their pidfds begin anew with the machine. */
    private void boot() {
        String why = "since the machine was started";
        Arg.Result fd =
                p.callTo("boot", why, Syscall.OPENAT, Arg.CWD, Arg.string(BOOT), flags("O_RDONLY|O_CLOEXEC"), Arg.ZERO);
        Data text = Data.buffer(BOOT_LENGTH + 4, "boot_id");
        p.callAtLeast(BOOT_LENGTH, why, Syscall.READ, fd, Arg.at(text), Arg.num(BOOT_LENGTH));
        byte[] id = facts.boot().getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < BOOT_LENGTH; at += 4) {
            long wanted = 0;
            for (int i = 0; i < 4; i++) {
                wanted |= (long) id[at + i] << (8 * i);
            }
            same(Arg.at(text, at), 4, wanted, jvm, "the machine was started anew");
        }
    }

    /** Whether the first process lives, and is it: its number may be another's by now. */
    private void look() {
        Step.Label ended = new Step.Label();
        Errno[] gone = {Errno.ESRCH, Errno.EINVAL, Errno.ENOENT};
        p.add(new Step.Call(
                Syscall.PIDFD_OPEN,
                List.of(Arg.num(facts.pid()), Arg.ZERO),
                pidfd,
                List.of(gone),
                false,
                Integer.MIN_VALUE,
                "the first process"));
        p.jump(Step.When.NEGATIVE, pidfd, ended, "it has ended");
        p.call(
                "which process has this number",
                Syscall.STATX,
                pidfd,
                Arg.EMPTY,
                flags("AT_EMPTY_PATH"),
                flags("STATX_BASIC_STATS"),
                Arg.at(stat));
        same(Arg.at(stat, STATX_INODE), 8, facts.identity(), ended, "a later process of this number");
        p.jump(Step.When.POSITIVE, ready(0, "whether it has ended, and only waits to be reaped"), ended, "it has");
        p.add(new Step.Get(alive, Arg.at(one), 8, "it lives"));
        p.bind(ended);
    }

    /** Waits for the first process's end; more than 0 if it has ended. */
    private Arg.Result ready(int seconds, String why) {
        Data poll = Data.ints("{POLLIN}", 0, 1);
        p.add(new Step.Put(Arg.at(poll), pidfd, 4, why));
        return p.callTo(
                "ended",
                why,
                Syscall.PPOLL,
                Arg.at(poll),
                Arg.num(1),
                Arg.at(Data.longs("{" + seconds + " s}", seconds, 0)),
                Arg.NULL,
                Arg.ZERO);
    }

    private void start(Arg.Result gate) {
        p.heading("start", "");
        if (!facts.starts()) {
            p.jump(Step.When.ALWAYS, Arg.ZERO, jvm, "hooks have a part in it");
            return;
        }
        p.jump(Step.When.ZERO, alive, jvm, "it has ended: the JVM says so");
        p.jump(Step.When.NEGATIVE, gate, jvm, "it runs already: the JVM says so");
        unlessPaused();
        Arg.Result end = p.callTo(
                "fifo",
                "where it waits; without anybody there this fails",
                Syscall.OPENAT,
                folder,
                Arg.string(OciContainers.GATE),
                flags("O_WRONLY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC"),
                Arg.ZERO);
        p.call(
                "whoever takes the name away is the one who starts it",
                Syscall.UNLINKAT,
                folder,
                Arg.string(OciContainers.GATE),
                Arg.ZERO);
        p.callAtLeast(
                1,
                "it goes on",
                Syscall.WRITE,
                end,
                Arg.at(Data.bytes(new byte[] {FrontPart.START}, "{start}")),
                Arg.num(1));
        done();
    }

    private void done() {
        p.add(new Step.Exit(Arg.ZERO, "done"));
    }

    private void state(Arg.Result gate) {
        p.heading("state", "");
        Step.Label stopped = new Step.Label();
        Step.Label notCreated = new Step.Label();
        p.jump(Step.When.ZERO, alive, stopped, "it has ended");
        if (facts.freezer().isPresent()) {
            Step.Label moving = new Step.Label();
            frozen(facts.freezer().get(), moving);
            print(facts.states().paused());
            p.bind(moving);
        }
        p.jump(Step.When.NEGATIVE, gate, notCreated, "it was started");
        print(facts.states().created());
        p.bind(notCreated);
        print(facts.states().running());
        p.bind(stopped);
        print(facts.states().stopped());
    }

    private void unlessPaused() {
        if (facts.freezer().isPresent()) {
            Step.Label moving = new Step.Label();
            frozen(facts.freezer().get(), moving);
            p.jump(Step.When.ALWAYS, Arg.ZERO, jvm, "it is paused: the JVM says so");
            p.bind(moving);
        }
    }

    /** Goes on if all its processes are frozen. */
    private void frozen(String file, Step.Label running) {
        Arg.Result fd = p.callTo(
                "freezer",
                "whether it is paused",
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string(file),
                flags("O_RDONLY|O_CLOEXEC"),
                Arg.ZERO);
        Data word = Data.buffer(8, "word");
        p.callAtLeast(1, "whether it is paused", Syscall.READ, fd, Arg.at(word), Arg.num(8));
        byte[] frozen = (facts.unified() ? "1\n" : "FROZEN\n").getBytes(StandardCharsets.US_ASCII);
        long wanted = 0;
        for (int i = 0; i < frozen.length; i++) {
            wanted |= (long) frozen[i] << (8 * i);
        }
        same(Arg.at(word), 8, wanted, running, "not frozen");
    }

    private void print(String text) {
        Arg.At bytes = Arg.string(text);
        p.callTo(
                "printed",
                "what state prints; of what was printed in part the rest cannot be had by printing it again",
                Syscall.WRITE,
                Arg.num(1),
                bytes,
                Arg.num(bytes.data().size() - 1L));
        done();
    }

    private void kill() {
        p.heading("kill", "");
        p.jump(Step.When.ZERO, alive, jvm, "it has ended: the JVM says so");
        send(signal, "the signal");
        Arg.Result other = less(signal, Arg.num(SIGKILL, "SIGKILL"), "whether it is to die");
        Step.Label sent = new Step.Label();
        p.jump(Step.When.POSITIVE, other, sent, "another signal");
        p.jump(Step.When.NEGATIVE, other, sent, "another signal");
        thaw();
        p.bind(sent);
        done();
    }

    private void send(Arg number, String why) {
        p.call(why, Syscall.PIDFD_SEND_SIGNAL, pidfd, number, Arg.NULL, Arg.ZERO);
    }

    /** What version 1's freezer holds does not die. */
    private void thaw() {
        String file = facts.freezer().orElse(null);
        if (file == null) {
            return;
        }
        String why = "what is frozen does not die";
        Step.Label missing = new Step.Label();
        Arg.Result fd = p.register("freezer");
        p.add(new Step.Call(
                Syscall.OPENAT,
                List.of(Arg.CWD, Arg.string(file), flags("O_WRONLY|O_CLOEXEC"), Arg.ZERO),
                fd,
                List.of(),
                true,
                Integer.MIN_VALUE,
                why));
        p.jump(Step.When.NEGATIVE, fd, missing, "its groups are gone");
        Arg.At word = Arg.string(facts.unified() ? "0" : "THAWED");
        p.attempt(why, Syscall.WRITE, fd, word, Arg.num(word.data().size() - 1L));
        p.bind(missing);
    }

    private void delete(Arg.Result gate, Step.Label force) {
        p.heading("delete", "");
        Step.Label end = new Step.Label();
        Step.Label ended = new Step.Label();
        p.jump(Step.When.ZERO, alive, ended, "it has ended");
        p.jump(Step.When.NEGATIVE, gate, jvm, "it runs: the JVM says so");
        unlessPaused();
        p.jump(Step.When.ALWAYS, Arg.ZERO, end, "it was never started");
        p.bind(force);
        p.jump(Step.When.ZERO, alive, ended, "it has ended");
        p.bind(end);
        if (!facts.deletes() || !facts.dies()) {
            p.jump(Step.When.ALWAYS, Arg.ZERO, jvm, "hooks, or processes that outlive the first, have a part in it");
        } else {
            send(flags("SIGKILL"), "it is to end, and all that are in its PID namespace");
            thaw();
            p.jump(Step.When.ZERO, ready(ENDING_SECONDS, "its end"), jvm, "it takes long");
        }
        p.bind(ended);
        if (!facts.deletes()) {
            p.jump(Step.When.ALWAYS, Arg.ZERO, jvm, "hooks have a part in it");
            return;
        }
        remove();
        done();
    }

    private void remove() {
        unlink(OciContainers.GATE);
        onlyOurs();
        Arg.Result left = p.register("left");
        p.add(new Step.Get(left, Arg.at(Data.longs("{" + TRIES + "}", TRIES)), 8, "how often to try again"));
        for (String directory : facts.groups()) {
            group(directory, left);
        }
        unlink(OciContainers.CONFIG);
        unlink(FILE);
        unlink(OciRecord.FILE);
        p.tolerant(
                "removed",
                List.of(Errno.ENOENT),
                "the container's folder",
                Syscall.UNLINKAT,
                root,
                Arg.string(facts.id()),
                flags("AT_REMOVEDIR"));
    }

    private void unlink(String name) {
        p.tolerant(
                "removed",
                List.of(Errno.ENOENT),
                "a file of ours",
                Syscall.UNLINKAT,
                folder,
                Arg.string(name),
                Arg.ZERO);
    }

    /** What is not known here would keep the folder, when the record is gone already: that is for the JVM. */
    private void onlyOurs() {
        int size = 0;
        for (String name : List.of(".", "..", OciRecord.FILE, OciContainers.CONFIG, FILE)) {
            size += (ENTRY + name.length() + 1 + 7) & ~7;
        }
        String why = "nothing but our files";
        Data names = Data.buffer(size, "names");
        p.callAtLeast(size, why, Syscall.GETDENTS64, folder, Arg.at(names), Arg.num(size));
        Arg.Result more = p.callTo("more", why, Syscall.GETDENTS64, folder, Arg.at(names), Arg.num(size));
        p.jump(Step.When.POSITIVE, more, jvm, "there is something else");
    }

    /** Whose processes end just now is busy for a moment; whose processes live, or who has groups below, stays it. */
    private void group(String directory, Arg.Result left) {
        Step.Label again = new Step.Label();
        Step.Label removed = new Step.Label();
        p.bind(again);
        Arg.Result result = p.tolerant(
                "removed",
                List.of(Errno.ENOENT, Errno.EBUSY),
                "its control group",
                Syscall.UNLINKAT,
                Arg.CWD,
                Arg.string(directory),
                flags("AT_REMOVEDIR"));
        p.jump(Step.When.ZERO, result, removed, "gone");
        Arg.Result busy = less(result, Arg.num(-EBUSY, "-EBUSY"), "whether it is busy");
        p.jump(Step.When.POSITIVE, busy, removed, "it was gone");
        p.add(new Step.Subtract(left, left, Arg.num(1), "one try less"));
        p.jump(Step.When.ZERO, left, jvm, "somebody is in it");
        p.call("a moment", Syscall.NANOSLEEP, Arg.at(Data.longs("{" + TRY_NANOS + " ns}", 0, TRY_NANOS)), Arg.NULL);
        p.jump(Step.When.ALWAYS, Arg.ZERO, again, "once more");
        p.bind(removed);
    }
}
