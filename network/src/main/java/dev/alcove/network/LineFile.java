package dev.alcove.network;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.Open;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/**
 * A text file of a heading that never changes and lines in no order, which come and go in place, see {@link InPlace}. One
 * writer at a time; any number of readers at any time.
 */
final class LineFile implements AutoCloseable {
    /** More than this is none of ours: a hundred thousand containers. */
    private static final int LONGEST = 16 << 20;

    /**
     * A slot that was emptied is not filled while there are fewer empty ones than this, and then one of them is drawn: a
     * reader that was stopped in the midst of a slot shall not go on in another line.
     */
    private static final int RESTING = 16;

    /** Empty slots at the end that are worth cutting off, in bytes. */
    private static final int MANY = 8192;

    private final Fd file;
    private final String heading;
    private final StringBuilder text;

    private record Slot(int offset, int size) {}

    private LineFile(Fd file, String heading, StringBuilder text) {
        this.file = file;
        this.heading = heading;
        this.text = text;
    }

    /**
     * Opens one, or makes it. One that is not as it should be, such as after a crash of the machine, is cut off there; of a
     * long one that is found only where all of it is looked at, see {@link #become}.
     *
     * @param heading lines, each with its end; filled up to where slots can begin
     */
    static LineFile open(Path path, String heading) {
        String filled = filled(heading);
        Fd file = Open.readWrite().create(0644).noFollow().at(path);
        try {
            String content = InPlace.text(FileIo.readAll(file, LONGEST));
            String good = content;
            if (!content.startsWith(filled)) {
                good = filled;
            } else if (content.length() % InPlace.SMALLEST != 0 || !content.endsWith("\n")) {
                good = whole(content, filled.length());
            }
            if (good.length() != content.length()) {
                // Whoever runs in the container may be anybody, whatever the umask here is.
                FileIo.permissions(file, 0644);
                InPlace.rewrite(file, good, content.length());
            }
            return new LineFile(file, filled, new StringBuilder(good));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The lines of a file that this class has written, without its heading; of one that is not there, none. */
    static List<String> read(Path path) {
        return Open.read()
                .noFollow()
                .find(path)
                .map(file -> {
                    try (file) {
                        return parse(InPlace.text(FileIo.readAll(file, LONGEST)));
                    }
                })
                .orElse(List.of());
    }

    /** The lines of a file's content that are no comments. */
    static List<String> parse(String content) {
        List<String> lines = new ArrayList<>();
        int at = 0;
        int end = content.indexOf('\n');
        while (end >= 0) {
            if (at < end && content.charAt(at) != '#') {
                lines.add(content.substring(at, end).stripTrailing());
            }
            at = end + 1;
            end = content.indexOf('\n', at);
        }
        return lines;
    }

    /** A heading that ends where a slot of any size can begin: a comment line fills it up. */
    private static String filled(String heading) {
        int rest = heading.length() % InPlace.SMALLEST;
        if (rest == 0) {
            return heading;
        }
        int missing = InPlace.SMALLEST - rest;
        return missing == 1 ? heading + "\n" : heading + InPlace.slot("#", missing);
    }

    /** A content up to the first line behind its heading that is in no slot. */
    private static String whole(String content, int heading) {
        int at = heading;
        while (at < content.length()) {
            int size = content.indexOf('\n', at) + 1 - at;
            if (size < InPlace.SMALLEST || size > InPlace.LARGEST || Integer.bitCount(size) != 1 || at % size != 0) {
                break;
            }
            at += size;
        }
        return content.substring(0, at);
    }

    private int sizeAt(int offset) {
        return text.indexOf("\n", offset) + 1 - offset;
    }

    private boolean isEmpty(Slot slot) {
        return text.charAt(slot.offset) == '#';
    }

    private String line(Slot slot) {
        return text.substring(slot.offset, slot.offset + slot.size).stripTrailing();
    }

    private List<Slot> slots() {
        List<Slot> slots = new ArrayList<>();
        for (int at = heading.length(); at < text.length(); ) {
            Slot slot = new Slot(at, sizeAt(at));
            slots.add(slot);
            at += slot.size;
        }
        return slots;
    }

    /** The lines there are, without the heading. */
    List<String> lines() {
        return parse(text.substring(heading.length()));
    }

    /** Whether these characters are anywhere in it. */
    boolean has(String characters) {
        return text.indexOf(characters, heading.length()) >= 0;
    }

    /** Adds a line. It is not looked whether it is there already. */
    void add(String line) {
        int size = InPlace.sizeFor(line);
        List<Slot> empty = new ArrayList<>();
        if (text.indexOf("\n#", heading.length() - 1) >= 0) {
            for (Slot slot : slots()) {
                if (slot.size == size && isEmpty(slot)) {
                    empty.add(slot);
                }
            }
        }
        if (empty.size() < RESTING) {
            append(line, size);
            return;
        }
        Slot slot = empty.get(ThreadLocalRandom.current().nextInt(empty.size()));
        InPlace.fill(file, slot.offset, line, size);
        text.replace(slot.offset, slot.offset + size, InPlace.slot(line, size));
    }

    /** The file's new length is seen after what is in it, so a reader gets the line or the end before it. */
    private void append(String line, int size) {
        int end = text.length();
        var more = new StringBuilder();
        while ((end + more.length()) % size != 0) {
            more.append(InPlace.empty(InPlace.SMALLEST));
        }
        more.append(InPlace.slot(line, size));
        FileIo.writeAt(file, end, InPlace.bytes(more.toString()));
        text.append(more);
    }

    /** Takes away the lines with these characters of which it is true. */
    void removeIf(String characters, Predicate<String> wrong) {
        if (has(characters)) {
            removeIf(wrong);
        }
    }

    /** Takes away the lines of which it is true. */
    void removeIf(Predicate<String> wrong) {
        int end = heading.length();
        boolean removed = false;
        for (Slot slot : slots()) {
            if (!isEmpty(slot) && wrong.test(line(slot))) {
                InPlace.clear(file, slot.offset, slot.size);
                text.replace(slot.offset, slot.offset + slot.size, InPlace.empty(slot.size));
                removed = true;
            }
            if (!isEmpty(slot)) {
                end = slot.offset + slot.size;
            }
        }
        if (removed && text.length() - end > MANY) {
            // A multiple of the largest slot, so that none is cut.
            int kept = Math.ceilDiv(end + RESTING * InPlace.SMALLEST, InPlace.LARGEST) * InPlace.LARGEST;
            FileIo.truncate(file, kept);
            text.setLength(kept);
        }
    }

    /** Makes the lines these: those that are there and stay are not touched. */
    void become(List<String> wanted) {
        String good = whole(text.toString(), heading.length());
        if (good.length() < text.length()) {
            InPlace.rewrite(file, good, text.length());
            text.setLength(good.length());
        }
        Set<String> missing = new HashSet<>(wanted);
        // Those that are new first: somebody whose line changes is found twice for a moment, and not nowhere.
        Set<String> present = new HashSet<>(lines());
        for (String line : wanted) {
            if (!present.contains(line) && missing.remove(line)) {
                add(line);
            }
        }
        Set<String> kept = new HashSet<>(wanted);
        Set<String> seen = new HashSet<>();
        removeIf(line -> !kept.contains(line) || !seen.add(line));
    }

    @Override
    public void close() {
        file.close();
    }
}
