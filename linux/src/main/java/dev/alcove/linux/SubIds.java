package dev.alcove.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The ranges of ids that a user may map with newuidmap(1) and newgidmap(1), subuid(5) and subgid(5).
 *
 * @param ranges in the file's order
 */
public record SubIds(List<Range> ranges) {
    /**
     * Ids that follow each other.
     *
     * @param first the first, 0 to 4294967294
     * @param count how many, at least 1
     */
    public record Range(long first, long count) {}

    /** Copies the list. */
    public SubIds {
        ranges = List.copyOf(ranges);
    }

    /** Of /etc/subuid. See {@link #read}. */
    public static SubIds uids(String user, long uid) {
        return read(Path.of("/etc/subuid"), user, uid);
    }

    /** Of /etc/subgid, whose lines also name users. See {@link #read}. */
    public static SubIds gids(String user, long uid) {
        return read(Path.of("/etc/subgid"), user, uid);
    }

    /**
     * Of a file; a missing one gives nobody anything.
     *
     * @param file the file
     * @param user the user's name; empty if it has none
     * @param uid  the user's number, by which a line may name it as well
     * @throws UncheckedIOException if the file is there and cannot be read
     */
    public static SubIds read(Path file, String user, long uid) {
        try {
            return parse(new String(ProcFile.bytes(file), StandardCharsets.UTF_8), user, uid);
        } catch (NoSuchFileException e) {
            return new SubIds(List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Of a text. Lines that are not {@code name:first:count} are passed over, as the programs do that use the file.
     *
     * @param text the file's contents
     * @param user the user's name; empty if it has none
     * @param uid  the user's number
     */
    public static SubIds parse(String text, String user, long uid) {
        List<Range> ranges = new ArrayList<>();
        String number = Long.toString(uid);
        for (String line : ProcFile.lines(text)) {
            int colon = line.indexOf(':');
            int second = line.indexOf(':', colon + 1);
            if (colon <= 0 || second < 0) {
                continue;
            }
            String name = line.substring(0, colon);
            if (!name.equals(user) && !name.equals(number)) {
                continue;
            }
            long first = ProcFile.decimal(line.substring(colon + 1, second));
            long count = ProcFile.decimal(line.substring(second + 1).strip());
            if (first >= 0 && count > 0 && first + count <= IdRange.NO_ID) {
                ranges.add(new Range(first, count));
            }
        }
        return new SubIds(ranges);
    }

    /** How many ids in all. */
    public long count() {
        long count = 0;
        for (Range range : ranges) {
            count += range.count();
        }
        return count;
    }
}
