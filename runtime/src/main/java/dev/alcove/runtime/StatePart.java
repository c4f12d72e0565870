package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the monitor keeps in a container's folder, {@link ContainerStore}, and the locks that it holds; nothing for one without. */
final class StatePart {
    private final Plan plan;
    private final Program.Builder p;
    private final ContainerSpec spec;

    StatePart(Plan plan) {
        this.plan = plan;
        this.p = plan.p;
        this.spec = plan.spec;
    }

    /** While the monitor lives it holds this lock: whoever can take it knows that the container is over. */
    void lock() {
        spec.duties().held().forEach(this::hold);
        if (spec.state().isEmpty()) {
            return;
        }
        hold(spec.state().get().resolve("lock"));
        // In another's user namespace the monitor cannot remove the groups: the record stays until Java has.
        if (spec.remove() && !spec.joinsUserNamespace()) {
            removeState();
        }
    }

    private void hold(Path file) {
        String why = "held as long as the monitor lives: that is how others see that the container does";
        Arg.Result lock = p.callTo(
                "lock",
                why,
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string(file.toString()),
                plan.flags("O_RDWR|O_CREAT|O_CLOEXEC"),
                Arg.mode(0600));
        // It waits: whoever looks whether the lock is held holds it for that moment.
        p.call(why, Syscall.FLOCK, lock, plan.flags("LOCK_EX"));
    }

    private void removeState() {
        Path folder = spec.state().orElseThrow();
        List<Step> removals = new ArrayList<>();
        for (String file : ContainerStore.FILES) {
            removals.add(Program.Builder.attempted(
                    "it was asked to leave nothing behind",
                    Syscall.UNLINKAT,
                    Arg.CWD,
                    Arg.string(folder.resolve(file).toString()),
                    Arg.ZERO));
        }
        removals.add(Program.Builder.attempted(
                "it was asked to leave nothing behind",
                Syscall.UNLINKAT,
                Arg.CWD,
                Arg.string(folder.toString()),
                plan.flags("AT_REMOVEDIR")));
        p.undo(removals.toArray(Step[]::new));
    }

    void recordPid(Arg.Result pid) {
        if (spec.state().isEmpty()) {
            return;
        }
        writeNumber(
                spec.state().get().resolve("pid").toString(),
                "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC",
                pid,
                "the container's pid, for other processes");
    }

    void recordExit(Data exited) {
        if (spec.state().isEmpty()) {
            return;
        }
        Arg.Result status = p.register("status");
        p.add(new Step.Get(status, Arg.at(exited, Wire.REPORT_VALUE), 8, "how it ended"));
        // Over the blanks that are there, which a full disk has room for.
        writeNumber(
                spec.state().get().resolve("exit").toString(),
                "O_WRONLY|O_CREAT|O_CLOEXEC",
                status,
                "how it ended, as wait4(2) says");
    }

    private void writeNumber(String path, String flags, Arg.Result number, String why) {
        Data text = Data.buffer(24, "number");
        Arg.Result length = p.register("length");
        p.add(new Step.Decimal(length, Arg.at(text), number, "\n", why));
        Arg.Result file =
                p.callTo("file", why, Syscall.OPENAT, Arg.CWD, Arg.string(path), plan.flags(flags), Arg.mode(0600));
        p.call(why, Syscall.WRITE, file, Arg.at(text), length);
        plan.close(file);
    }
}
