package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Errno;
import java.util.ArrayList;
import java.util.List;

/**
 * A container as a list of steps: what {@link Planner} makes and init carries out. It is complete: it holds both sides
 * of the clone, and what is undone when a step fails or the container ends.
 *
 * <p>{@link #text()} prints it for people; the binary form for init is made by {@link ProgramEncoder}.
 */
public final class Program {
    private final Arch arch;
    private final List<Step> steps;
    private final int registers;

    Program(Arch arch, List<Step> steps, int registers) {
        this.arch = arch;
        this.steps = List.copyOf(steps);
        this.registers = registers;
    }

    Arch arch() {
        return arch;
    }

    /** All steps, and the headings between them, which are not counted. */
    List<Step> steps() {
        return steps;
    }

    int registers() {
        return registers;
    }

    /** How many steps it has. */
    public int length() {
        int n = 0;
        for (Step s : steps) {
            if (!(s instanceof Step.Heading)) {
                n++;
            }
        }
        return n;
    }

    /** The step that init calls number {@code index}. */
    Step step(int index) {
        int n = 0;
        for (Step s : steps) {
            if (!(s instanceof Step.Heading) && n++ == index) {
                return s;
            }
        }
        throw new IndexOutOfBoundsException("step " + index + " of " + n);
    }

    /** For people: a numbered line a step, as strace(1) would print the call, and why it is there. */
    public String text() {
        return new ProgramText(this).toString();
    }

    @Override
    public String toString() {
        return text();
    }

    /** Builds a program from its first step to its last. */
    static final class Builder {
        private final Arch arch;
        private final List<Step> steps = new ArrayList<>(800);
        private final List<Step> undo = new ArrayList<>();
        private final List<Step.Label> undoLabels = new ArrayList<>();
        private int registers;

        Builder(Arch arch) {
            this.arch = arch;
        }

        Arch arch() {
            return arch;
        }

        /** A fresh register, named for the reader. */
        Arg.Result register(String name) {
            return new Arg.Result(registers++, name, false);
        }

        /** A fresh register for the descriptor of a place in the root. */
        Arg.Result place(String path) {
            return new Arg.Result(registers++, path, true);
        }

        void heading(String title, String why) {
            steps.add(new Step.Heading(title, why));
        }

        void add(Step step) {
            steps.add(step);
        }

        /** A call that must succeed and whose result nobody needs. */
        void call(String why, dev.alcove.linux.Syscall call, Arg... args) {
            steps.add(new Step.Call(call, List.of(args), null, List.of(), false, Integer.MIN_VALUE, why));
        }

        /** A call that must give at least {@code least}, such as all the bytes of a write. */
        void callAtLeast(int least, String why, dev.alcove.linux.Syscall call, Arg... args) {
            steps.add(new Step.Call(call, List.of(args), null, List.of(), false, least, why));
        }

        /** A call whose result later steps use. */
        Arg.Result callTo(String name, String why, dev.alcove.linux.Syscall call, Arg... args) {
            Arg.Result r = register(name);
            steps.add(new Step.Call(call, List.of(args), r, List.of(), false, Integer.MIN_VALUE, why));
            return r;
        }

        /** A call that may fail with these errors. */
        Arg.Result tolerant(
                String name, List<Errno> tolerated, String why, dev.alcove.linux.Syscall call, Arg... args) {
            Arg.Result r = register(name);
            steps.add(new Step.Call(call, List.of(args), r, tolerated, false, Integer.MIN_VALUE, why));
            return r;
        }

        /** A call that may fail in any way. */
        void attempt(String why, dev.alcove.linux.Syscall call, Arg... args) {
            steps.add(attempted(why, call, args));
        }

        static Step attempted(String why, dev.alcove.linux.Syscall call, Arg... args) {
            return new Step.Call(call, List.of(args), null, List.of(), true, Integer.MIN_VALUE, why);
        }

        void jump(Step.When when, Arg value, Step.Label to, String why) {
            steps.add(new Step.Jump(when, value, to, why));
        }

        void bind(Step.Label label) {
            label.bind(steps.size());
        }

        /**
         * What takes back the step before. From here on a failure runs it, then what was registered earlier; so does the
         * end of the container.
         */
        void undo(Step... inverse) {
            Step.Label label = new Step.Label();
            // The last of several runs first, so they are kept in the order in which they are to run.
            for (int i = inverse.length - 1; i >= 0; i--) {
                undo.add(inverse[i]);
                undoLabels.add(i == 0 ? label : new Step.Label());
            }
            steps.add(new Step.OnFailure(label, "from here on a failure takes back what was done so far"));
        }

        /**
         * As {@link #undo}, where the normal end keeps what was made. There must be an {@link #undo} before it.
         *
         * @param keep more than 0 at the normal end, 0 after a failure
         */
        void undoUnless(Arg keep, Step... inverse) {
            List<Step> all = new ArrayList<>();
            all.add(new Step.Jump(Step.When.POSITIVE, keep, earlierUndo(), "only a failed start takes this back"));
            all.addAll(List.of(inverse));
            undo(all.toArray(Step[]::new));
        }

        /** What the next step of an inverse jumps to in order to be passed over: the inverse that was registered before. */
        Step.Label earlierUndo() {
            return undoLabels.getLast();
        }

        /** All that {@link #undo} registered, the latest first: the end of the monitor's part. */
        void unwind() {
            for (int i = undo.size() - 1; i >= 0; i--) {
                undoLabels.get(i).bind(steps.size());
                steps.add(undo.get(i));
            }
        }

        Program build() {
            return new Program(arch, steps, registers);
        }
    }
}
