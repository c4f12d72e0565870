package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a {@link Program}. Most are one system call; the others are what calls alone cannot say. The wire table
 * in {@code init/wire.table} has the same operations.
 */
sealed interface Step {
    /** Why the step is there, for the person who reads the program. */
    String why();

    /**
     * One system call.
     *
     * @param into      the register for the result; null if nothing needs it
     * @param tolerated errors that are no failure; an empty list means every error is one
     * @param anyError  whether no error at all is a failure
     * @param least     a smaller result is a failure too, such as a short read
     */
    record Call(
            Syscall call,
            List<Arg> args,
            Arg.@Nullable Result into,
            List<Errno> tolerated,
            boolean anyError,
            int least,
            @Override String why)
            implements Step {}

    /** Goes to a label if the value is as {@code when} says. */
    record Jump(When when, Arg value, Label to, @Override String why) implements Step {}

    /** From here on, a failure is reported and the program goes on at the label. */
    record OnFailure(Label to, @Override String why) implements Step {}

    /** From here on, failures are reported to this descriptor. */
    record Channel(Arg fd, @Override String why) implements Step {}

    /** Stores a value of 1, 2, 4 or 8 bytes into memory. */
    record Put(Arg.At to, Arg value, int width, @Override String why) implements Step {}

    /** Reads a value of 1, 2, 4 or 8 bytes from memory. */
    record Get(
            Arg.Result into,
            Arg.At from,
            int width,
            @Override String why) implements Step {}

    /** One number less another: whether they are the same, or which is more. */
    record Subtract(
            Arg.Result into, Arg from, Arg number, @Override String why) implements Step {}

    /** Writes a number as decimal text, then a suffix; the buffer has room for 21 bytes and the suffix. */
    record Decimal(
            Arg.Result length,
            Arg.At to,
            Arg value,
            String suffix,
            @Override String why) implements Step {}

    /** Becomes the user's program: the first of the paths that can be executed. */
    record Exec(
            List<String> paths,
            List<String> argv,
            List<String> env,
            @Override String why) implements Step {}

    /** Waits for the other side's word and its end of file, which means it succeeded, or its report of a failure. */
    record Await(Arg fd, @Override String why) implements Step {}

    /**
     * Watches a process.
     *
     * @param ended    0 when it has ended, 1 when it is to be killed
     * @param control  the socket whose end means that the container's owner is gone; -1 for none
     * @param timeout  milliseconds it may run; -1 without limit
     * @param terminal packed descriptors of a terminal's master and its log; -1 for none
     * @param exited   the report that is filled in
     */
    record Monitor(
            Arg.Result ended,
            Arg pid,
            Arg pidfd,
            Arg control,
            Arg timeout,
            Arg terminal,
            Arg.At exited,
            @Override String why)
            implements Step {}

    /** PID 1's duties until the child ends; gives the status as a shell has it. */
    record Reap(Arg.Result status, Arg child, @Override String why) implements Step {}

    /** SIGKILL for everyone in a cgroup.procs file until nobody is left. */
    record KillAll(String procs, @Override String why) implements Step {}

    /** The process that runs the program ends. */
    record Exit(Arg status, @Override String why) implements Step {}

    /** Not a step of init: a heading of the printed program, at its place. */
    record Heading(String title, @Override String why) implements Step {}

    /** When a jump is taken. */
    enum When {
        ALWAYS,
        ZERO,
        NEGATIVE,
        POSITIVE
    }

    /** A place to go to; bound to a step by the builder. */
    final class Label {
        private int index = -1;

        void bind(int index) {
            if (this.index >= 0) {
                throw new IllegalStateException("label bound twice");
            }
            this.index = index;
        }

        /** The index of the step it stands before, among all steps including headings. */
        int index() {
            if (index < 0) {
                throw new IllegalStateException("label never bound");
            }
            return index;
        }
    }
}
