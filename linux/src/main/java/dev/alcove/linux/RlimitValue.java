package dev.alcove.linux;

/**
 * The two values of a resource limit, getrlimit(2). They are unsigned; {@link #UNLIMITED} is the largest.
 *
 * @param soft what is in force
 * @param hard up to where the process may raise the soft one by itself
 */
public record RlimitValue(long soft, long hard) {
    /** No limit: RLIM_INFINITY. */
    public static final long UNLIMITED = -1L;

    /**
     * Checked.
     *
     * @throws IllegalArgumentException if soft is above hard
     */
    public RlimitValue {
        if (Long.compareUnsigned(soft, hard) > 0) {
            throw new IllegalArgumentException(
                    "the soft limit " + text(soft) + " is above the hard limit " + text(hard));
        }
    }

    /** Both the same. */
    public static RlimitValue of(long both) {
        return new RlimitValue(both, both);
    }

    /** No limit at all. */
    public static RlimitValue unlimited() {
        return new RlimitValue(UNLIMITED, UNLIMITED);
    }

    private static String text(long value) {
        return value == UNLIMITED ? "unlimited" : Long.toUnsignedString(value);
    }

    /** As {@code ulimit} and docker write it: {@code 1024:unlimited}. */
    @Override
    public String toString() {
        return text(soft) + ":" + text(hard);
    }
}
