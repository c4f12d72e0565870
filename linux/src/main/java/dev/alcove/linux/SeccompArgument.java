package dev.alcove.linux;

/**
 * A condition on one argument of a system call, seccomp_rule_add(3).
 *
 * <p>On 64-bit conventions all 64 bits are compared, on 32-bit ones (i386, x32, arm) the low 32 of both sides, as
 * libseccomp does. A pointer's target cannot be looked at.
 *
 * @param index    which argument, 0 to 5
 * @param operator how it is compared
 * @param value    with what, unsigned; for MASKED_EQ the mask
 * @param valueTwo for MASKED_EQ what the masked argument must equal (its bits outside the mask do not count); else
 *                 without meaning
 */
public record SeccompArgument(int index, SeccompOperator operator, long value, long valueTwo) {
    /** Checked. */
    public SeccompArgument {
        if (index < 0 || index > 5) {
            throw new IllegalArgumentException("index: " + index + " is not from 0 to 5");
        }
    }

    /** A condition with one value. */
    public SeccompArgument(int index, SeccompOperator operator, long value) {
        this(index, operator, value, 0);
    }

    /** The condition as a 32-bit convention sees it. */
    SeccompArgument narrow() {
        return new SeccompArgument(index, operator, value & 0xffffffffL, valueTwo & 0xffffffffL);
    }

    /** Whether an argument fulfils it. */
    boolean matches(long argument) {
        int order = Long.compareUnsigned(argument, value);
        return switch (operator) {
            case NE -> order != 0;
            case LT -> order < 0;
            case LE -> order <= 0;
            case EQ -> order == 0;
            case GE -> order >= 0;
            case GT -> order > 0;
            case MASKED_EQ -> (argument & value) == (valueTwo & value);
        };
    }

    /** Equality without the record's own, whose first use costs a cold start tens of milliseconds. */
    boolean same(SeccompArgument other) {
        return index == other.index && operator == other.operator && value == other.value && valueTwo == other.valueTwo;
    }
}
