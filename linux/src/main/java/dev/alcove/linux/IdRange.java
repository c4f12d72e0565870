package dev.alcove.linux;

/**
 * One line of an id map, user_namespaces(7): the ids from {@code container} on are the ids from {@code host} on.
 *
 * @param container the first id inside, 0 to 4294967294
 * @param host      the first id outside, 0 to 4294967294
 * @param count     how many, 1 to 4294967295
 */
public record IdRange(long container, long host, long count) {
    /** 4294967295 is no id but the kernel's "none". */
    static final long NO_ID = 0xffffffffL;

    /**
     * Checked.
     *
     * @throws IllegalArgumentException if the range is empty or leaves the 32 bits of an id
     */
    public IdRange {
        if (count < 1 || count > NO_ID) {
            throw new IllegalArgumentException("an id range has 1 to 4294967295 ids, not " + count);
        }
        check("container", container, count);
        check("host", host, count);
    }

    private static void check(String side, long first, long count) {
        if (first < 0 || first + count > NO_ID) {
            throw new IllegalArgumentException("the " + side + " ids from " + first + " on, " + count
                    + " of them, leave the range 0 to 4294967294");
        }
    }

    boolean overlaps(IdRange other) {
        return overlap(container, count, other.container, other.count) || overlap(host, count, other.host, other.count);
    }

    private static boolean overlap(long a, long countA, long b, long countB) {
        return a < b + countB && b < a + countA;
    }

    /** As a line of uid_map: {@code 0 100000 65536}. */
    @Override
    public String toString() {
        return container + " " + host + " " + count;
    }
}
