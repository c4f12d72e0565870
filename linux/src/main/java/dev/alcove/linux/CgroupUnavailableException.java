package dev.alcove.linux;

/** A limit that this machine's control groups cannot hold: which limit, what is missing, and how to mend it. */
public final class CgroupUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The limit that was asked for. */
    private final String limit;
    /** What the machine lacks for it. */
    private final String missing;
    /** What can be done about it. */
    private final String mend;

    /**
     * A limit that cannot be set.
     *
     * @param limit   the limit's name, a component of {@link CgroupLimits}: {@code memorySwap}
     * @param missing what there is not: {@code the cgroup controller memory is not there}
     * @param mend    what a person can do about it
     */
    public CgroupUnavailableException(String limit, String missing, String mend) {
        super(limit + ": " + missing + "; " + mend);
        this.limit = limit;
        this.missing = missing;
        this.mend = mend;
    }

    /** The limit's name. */
    public String limit() {
        return limit;
    }

    /** What is missing. */
    public String missing() {
        return missing;
    }

    /** What a person can do about it. */
    public String mend() {
        return mend;
    }
}
