package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Programs in which something happens between two steps. */
final class Deaths {
    private Deaths() {}

    /** Whether a step is the child's, by its number among all steps and headings. */
    static boolean ofChild(Program p, int index) {
        for (int i = 0; i < index; i++) {
            if (p.steps().get(i) instanceof Step.Heading h && h.title().startsWith("the child")) {
                return true;
            }
        }
        return false;
    }

    /** Whether everything above the handshake is closed by then. */
    static boolean closed(Program p, int index) {
        for (int i = 0; i < index; i++) {
            if (p.steps().get(i) instanceof Step.Call c
                    && c.call() == Syscall.CLOSE_RANGE
                    && c.args().getFirst() instanceof Arg.Num n
                    && n.value() > Wire.CONTROL) {
                return true;
            }
        }
        return false;
    }

    /** The same program, in which whoever comes to that step does these first; jumps to it included. */
    static Program before(Program p, int index, List<Step> inserted, int registers) {
        IdentityHashMap<Step.Label, Step.Label> labels = new IdentityHashMap<>();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < p.steps().size(); i++) {
            if (i == index) {
                steps.addAll(inserted);
            }
            steps.add(relabelled(p.steps().get(i), index, inserted.size(), labels));
        }
        return new Program(p.arch(), steps, p.registers() + registers);
    }

    private static Step relabelled(Step step, int index, int more, IdentityHashMap<Step.Label, Step.Label> labels) {
        return switch (step) {
            case Step.Jump j -> new Step.Jump(j.when(), j.value(), moved(j.to(), index, more, labels), j.why());
            case Step.OnFailure f -> new Step.OnFailure(moved(f.to(), index, more, labels), f.why());
            default -> step;
        };
    }

    private static Step.Label moved(
            Step.Label label, int index, int more, IdentityHashMap<Step.Label, Step.Label> labels) {
        return labels.computeIfAbsent(label, old -> {
            Step.Label moved = new Step.Label();
            moved.bind(old.index() > index ? old.index() + more : old.index());
            return moved;
        });
    }

    /**
     * init dies here, and nothing of it acts any more. In the child it is PID 1 of its namespace, to which the kernel does
     * not give a SIGKILL of its own; it ends at once instead, which is as sudden for all others.
     */
    static Program killedBefore(Program p, int index) {
        if (ofChild(p, index)) {
            return before(p, index, List.of(new Step.Exit(Arg.num(137), "killed here")), 0);
        }
        Arg.Result self = new Arg.Result(p.registers(), "self", false);
        Arg.Result handle = new Arg.Result(p.registers() + 1, "handle", false);
        return before(
                p,
                index,
                List.of(
                        call(Syscall.GETPID, self),
                        call(Syscall.PIDFD_OPEN, handle, self, Arg.ZERO),
                        call(Syscall.PIDFD_SEND_SIGNAL, null, handle, Arg.num(9), Arg.NULL, Arg.ZERO)),
                2);
    }

    private static Step call(Syscall call, Arg.@Nullable Result into, Arg... args) {
        return new Step.Call(call, List.of(args), into, List.of(), false, Integer.MIN_VALUE, "killed here");
    }

    /** Says a byte to one descriptor, and goes on when there is one to read from another. */
    static Program pausedBefore(Program p, int index, int said, int go) {
        Arg.At byteOf = Arg.at(Data.buffer(8, "byte"));
        return before(
                p,
                index,
                List.of(
                        Program.Builder.attempted("come this far", Syscall.WRITE, Arg.num(said), byteOf, Arg.num(1)),
                        Program.Builder.attempted("goes on", Syscall.READ, Arg.num(go), byteOf, Arg.num(1))),
                0);
    }
}
