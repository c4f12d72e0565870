package dev.alcove.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Writes a classic BPF program from its end to its beginning. Jumps go forward only, so that way each target's distance
 * is known when a jump is written, and one that is too far for the 8 bits of a conditional jump gets a stepping stone.
 *
 * <p>A <em>goal</em> is where control goes: an instruction already written, or a value to return. Goals are numbers, so
 * that equal ones are found without hashing: the place counted from the end, or {@link #RETURN} and the value.
 */
final class BpfAssembler {
    static final int LD = 0x20;
    static final int JA = 0x05;
    static final int JEQ = 0x15;
    static final int JGT = 0x25;
    static final int JGE = 0x35;
    static final int JSET = 0x45;
    static final int AND = 0x54;
    static final int RET = 0x06;

    /** BPF_MAXINSNS. */
    static final int LIMIT = 4096;

    private static final long RETURN = 1L << 32;
    private static final int FARTHEST = 255;

    /** Each instruction as struct sock_filter in a little-endian long: code, jt, jf, k. */
    private long[] code = new long[512];

    private int size;
    private int[] returned = new int[8];
    private int[] returnedAt = new int[8];
    private int returns;

    /** The goal of returning a value. */
    static long returning(int value) {
        return RETURN | (value & 0xffffffffL);
    }

    /** Load a word of struct seccomp_data, then go on. */
    long load(int offset, long next) {
        fall(next);
        return write(LD, 0, 0, offset);
    }

    /** Mask what was loaded, then go on. */
    long and(int mask, long next) {
        fall(next);
        return write(AND, 0, 0, mask);
    }

    /** Compare what was loaded, then go one of two ways. */
    long branch(int jump, int value, long yes, long no) {
        if (yes == no) {
            return yes;
        }
        // the other side's stone may come between: one place is kept for it
        int yesAt = near(yes, 1);
        int noAt = near(no, 0);
        return write(jump, size - yesAt - 1, size - noAt - 1, value);
    }

    /**
     * A balanced tree that finds what was loaded among ranges; the first range's start is not looked at.
     */
    long tree(Ranges ranges) {
        return tree(ranges, 0, ranges.size());
    }

    private long tree(Ranges ranges, int from, int to) {
        if (to - from == 1) {
            return ranges.goal(from);
        }
        if (to - from == 3
                && ranges.goal(from) == ranges.goal(from + 2)
                && ranges.start(from + 2) == ranges.start(from + 1) + 1) {
            return branch(JEQ, (int) ranges.start(from + 1), ranges.goal(from + 1), ranges.goal(from));
        }
        int middle = (from + to) >>> 1;
        long right = tree(ranges, middle, to);
        long left = tree(ranges, from, middle);
        return branch(JGE, (int) ranges.start(middle), right, left);
    }

    /** The program that begins at a goal, as an array of struct sock_filter. */
    byte[] program(long entry) {
        fall(entry);
        if (size > LIMIT) {
            throw new IllegalArgumentException(
                    "the policy makes a filter of " + size + " instructions, and the kernel takes " + LIMIT);
        }
        ByteBuffer bytes = ByteBuffer.allocate(size * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = size - 1; i >= 0; i--) {
            bytes.putLong(code[i]);
        }
        return bytes.array();
    }

    private long write(int operation, int yes, int no, int value) {
        if (size == code.length) {
            code = Arrays.copyOf(code, size * 2);
        }
        code[size] = operation | (long) yes << 16 | (long) no << 24 | (long) value << 32;
        return size++;
    }

    /** Makes the goal the instruction after the next one written. */
    private void fall(long goal) {
        if (isReturn(goal)) {
            writeReturn((int) goal);
        } else if (goal != size - 1) {
            write(JA, 0, 0, (int) (size - goal - 1));
        }
    }

    /** A place for the goal that a conditional jump reaches, even if some more instructions come between. */
    private int near(long goal, int between) {
        if (isReturn(goal)) {
            for (int i = 0; i < returns; i++) {
                if (returned[i] == (int) goal && size - returnedAt[i] - 1 + between <= FARTHEST) {
                    return returnedAt[i];
                }
            }
            return writeReturn((int) goal);
        }
        if (size - goal - 1 + between <= FARTHEST) {
            return (int) goal;
        }
        return (int) write(JA, 0, 0, (int) (size - goal - 1));
    }

    private int writeReturn(int value) {
        int at = (int) write(RET, 0, 0, value);
        int i = 0;
        while (i < returns && returned[i] != value) {
            i++;
        }
        if (i == returned.length) {
            returned = Arrays.copyOf(returned, i * 2);
            returnedAt = Arrays.copyOf(returnedAt, i * 2);
        }
        returned[i] = value;
        returnedAt[i] = at;
        returns = Math.max(returns, i + 1);
        return at;
    }

    private static boolean isReturn(long goal) {
        return goal >= RETURN;
    }

    /** Ranges of unsigned 32-bit numbers, ascending; neighbours with one goal become one. */
    static final class Ranges {
        private long[] starts = new long[64];
        private long[] goals = new long[64];
        private int size;

        /** From this number on, until the next one said. */
        void from(long start, long goal) {
            if (size > 0 && starts[size - 1] == start) {
                size--;
            }
            if (size > 0 && goals[size - 1] == goal) {
                return;
            }
            if (size == starts.length) {
                starts = Arrays.copyOf(starts, size * 2);
                goals = Arrays.copyOf(goals, size * 2);
            }
            starts[size] = start;
            goals[size++] = goal;
        }

        int size() {
            return size;
        }

        long start(int i) {
            return starts[i];
        }

        long goal(int i) {
            return goals[i];
        }
    }
}
