package dev.alcove.linux;

import dev.alcove.linux.BpfAssembler.Ranges;
import java.util.Arrays;
import java.util.List;

/**
 * The part of a filter that looks at the arguments of one call: alternatives in order, each a list of conditions and
 * where to go when all of them hold.
 *
 * <p>An argument is 64 bits wide and BPF's registers are 32, so that each comparison is one of the high and one of the
 * low halves. Alternatives about one and the same argument, such as the address families allowed to socket(2), become
 * ranges of its value and a tree of them.
 */
final class SeccompArguments {
    private static final int ARGS = 16;
    private static final long LOW = 0xffffffffL;

    private final BpfAssembler out;
    private final boolean wide;

    SeccompArguments(BpfAssembler out, boolean wide) {
        this.out = out;
        this.wide = wide;
    }

    /** What one rule asks of a call's arguments: all conditions, and the filter's return value if they hold. */
    record Alternative(List<SeccompArgument> conditions, int value) {
        boolean same(Alternative other) {
            if (value != other.value || conditions.size() != other.conditions.size()) {
                return false;
            }
            for (int i = 0; i < conditions.size(); i++) {
                if (!conditions.get(i).same(other.conditions.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Writes the alternatives of one call; to otherwise if none holds. */
    long write(List<Alternative> alternatives, long otherwise) {
        if (comparesOneArgument(alternatives)) {
            return ranges(alternatives, otherwise);
        }
        long next = otherwise;
        for (int i = alternatives.size() - 1; i >= 0; i--) {
            Alternative alternative = alternatives.get(i);
            long goal = BpfAssembler.returning(alternative.value());
            List<SeccompArgument> conditions = alternative.conditions();
            for (int j = conditions.size() - 1; j >= 0; j--) {
                goal = condition(conditions.get(j), goal, next);
            }
            next = goal;
        }
        return next;
    }

    private static boolean comparesOneArgument(List<Alternative> alternatives) {
        int index = alternatives.getFirst().conditions().getFirst().index();
        for (Alternative alternative : alternatives) {
            if (alternative.conditions().size() != 1) {
                return false;
            }
            SeccompArgument condition = alternative.conditions().getFirst();
            if (condition.index() != index || condition.operator() == SeccompOperator.MASKED_EQ) {
                return false;
            }
        }
        return true;
    }

    private long ranges(List<Alternative> alternatives, long otherwise) {
        int index = alternatives.getFirst().conditions().getFirst().index();
        long[] starts = new long[alternatives.size() * 2 + 1];
        int count = 1;
        for (Alternative alternative : alternatives) {
            SeccompArgument condition = alternative.conditions().getFirst();
            // an outcome can change at the value and after it, nowhere else
            starts[count++] = condition.value();
            if (condition.value() != (wide ? -1 : LOW)) {
                starts[count++] = condition.value() + 1;
            }
        }
        starts = sortUnsigned(Arrays.copyOf(starts, count));
        Ranges high = new Ranges();
        long last = otherwise;
        int i = 0;
        while (i < starts.length) {
            long word = starts[i] >>> 32;
            Ranges low = new Ranges();
            if ((starts[i] & LOW) != 0) {
                low.from(0, last);
            }
            for (; i < starts.length && starts[i] >>> 32 == word; i++) {
                last = first(alternatives, starts[i], otherwise);
                low.from(starts[i] & LOW, last);
            }
            high.from(word, low.size() == 1 ? last : out.load(low(index), out.tree(low)));
            if (word != LOW) {
                high.from(word + 1, last);
            }
        }
        if (!wide) {
            return high.goal(0);
        }
        return high.size() == 1 ? high.goal(0) : out.load(high(index), out.tree(high));
    }

    /** Where the first alternative that a value fulfils goes. */
    private static long first(List<Alternative> alternatives, long value, long otherwise) {
        for (Alternative alternative : alternatives) {
            if (alternative.conditions().getFirst().matches(value)) {
                return BpfAssembler.returning(alternative.value());
            }
        }
        return otherwise;
    }

    private static long[] sortUnsigned(long[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] ^= Long.MIN_VALUE;
        }
        Arrays.sort(values);
        for (int i = 0; i < values.length; i++) {
            values[i] ^= Long.MIN_VALUE;
        }
        return values;
    }

    private long condition(SeccompArgument condition, long yes, long no) {
        return switch (condition.operator()) {
            case EQ -> equal(condition, -1, condition.value(), yes, no);
            case NE -> equal(condition, -1, condition.value(), no, yes);
            case MASKED_EQ -> equal(condition, condition.value(), condition.valueTwo(), yes, no);
            case GT -> greater(condition, BpfAssembler.JGT, yes, no);
            case GE -> greater(condition, BpfAssembler.JGE, yes, no);
            case LE -> greater(condition, BpfAssembler.JGT, no, yes);
            case LT -> greater(condition, BpfAssembler.JGE, no, yes);
        };
    }

    private long equal(SeccompArgument condition, long mask, long value, long yes, long no) {
        long goal = half(low(condition.index()), (int) mask, (int) value, yes, no);
        return wide ? half(high(condition.index()), (int) (mask >>> 32), (int) (value >>> 32), goal, no) : goal;
    }

    private long half(int offset, int mask, int value, long yes, long no) {
        if (mask == 0) {
            return yes;
        }
        long goal = out.branch(BpfAssembler.JEQ, value & mask, yes, no);
        if (goal == yes) {
            return goal;
        }
        return out.load(offset, mask == -1 ? goal : out.and(mask, goal));
    }

    private long greater(SeccompArgument condition, int jump, long yes, long no) {
        int highValue = (int) (condition.value() >>> 32);
        long goal = out.load(low(condition.index()), out.branch(jump, (int) condition.value(), yes, no));
        if (!wide) {
            return goal;
        }
        goal = out.branch(BpfAssembler.JEQ, highValue, goal, no);
        return out.load(high(condition.index()), out.branch(BpfAssembler.JGT, highValue, yes, goal));
    }

    private static int low(int index) {
        return ARGS + 8 * index;
    }

    private static int high(int index) {
        return ARGS + 8 * index + 4;
    }
}
