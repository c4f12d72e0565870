package dev.alcove.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which users or groups of a user namespace are which outside, user_namespaces(7).
 *
 * @param ranges at most 340, no two of which overlap on either side
 */
public record IdMap(List<IdRange> ranges) {
    /** The kernel's own limit, since Linux 4.15. */
    static final int MAX_RANGES = 340;
    /** A map is written at once and must be shorter than a page; this is the smallest page there is. */
    private static final int MAX_TEXT = 4095;

    /**
     * Checked as the kernel would.
     *
     * @throws IllegalArgumentException if there are too many ranges, or two overlap; it names both
     */
    public IdMap {
        ranges = List.copyOf(ranges);
        if (ranges.size() > MAX_RANGES) {
            throw new IllegalArgumentException("an id map has at most " + MAX_RANGES + " ranges, not " + ranges.size());
        }
        for (int i = 0; i < ranges.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (ranges.get(i).overlaps(ranges.get(j))) {
                    throw new IllegalArgumentException(
                            "the id ranges '" + ranges.get(j) + "' and '" + ranges.get(i) + "' overlap");
                }
            }
        }
        if (text(ranges).length() > MAX_TEXT) {
            throw new IllegalArgumentException("an id map of more than " + MAX_TEXT + " characters cannot be written");
        }
    }

    /** Whether it maps all ids to themselves, as that of the machine's first user namespace does. */
    public boolean isWhole() {
        return ranges.size() == 1 && ranges.getFirst().count() > 0xffff_0000L;
    }

    /** One of these ranges. */
    public static IdMap of(IdRange... ranges) {
        return new IdMap(List.of(ranges));
    }

    /** One id alone, as a user without privileges may map it: {@code inside} is {@code outside}. */
    public static IdMap single(long inside, long outside) {
        return of(new IdRange(inside, outside, 1));
    }

    /**
     * Reads the text of /proc/PID/uid_map or gid_map.
     *
     * @param text lines of three numbers
     * @throws IllegalArgumentException if it is no such text
     */
    public static IdMap parse(String text) {
        List<IdRange> ranges = new ArrayList<>();
        ProcFile.Words words = new ProcFile.Words(text);
        while (words.next()) {
            long container = words.number();
            words.must();
            long host = words.number();
            words.must();
            ranges.add(new IdRange(container, host, words.number()));
        }
        return new IdMap(ranges);
    }

    /** The id outside of one inside, or empty if it is not mapped. */
    public OptionalLong toHost(long id) {
        for (IdRange range : ranges) {
            if (id >= range.container() && id - range.container() < range.count()) {
                return OptionalLong.of(range.host() + id - range.container());
            }
        }
        return OptionalLong.empty();
    }

    /** The id inside of one outside, or empty if it is not mapped. */
    public OptionalLong toContainer(long id) {
        for (IdRange range : ranges) {
            if (id >= range.host() && id - range.host() < range.count()) {
                return OptionalLong.of(range.container() + id - range.host());
            }
        }
        return OptionalLong.empty();
    }

    /** What is written to uid_map or gid_map, in one write: a line a range. */
    public String text() {
        return text(ranges);
    }

    private static String text(List<IdRange> ranges) {
        StringBuilder text = new StringBuilder();
        for (IdRange range : ranges) {
            text.append(range).append('\n');
        }
        return text.toString();
    }
}
