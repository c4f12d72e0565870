package dev.alcove.linux;

/** How an argument of a system call is compared, seccomp_rule_add(3); always unsigned. */
public enum SeccompOperator {
    /** Not equal. */
    NE,
    /** Less than. */
    LT,
    /** Less or equal. */
    LE,
    /** Equal. */
    EQ,
    /** Greater or equal. */
    GE,
    /** Greater than. */
    GT,
    /** {@code (argument & value) == valueTwo}. */
    MASKED_EQ
}
