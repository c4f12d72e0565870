package dev.alcove.network;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import java.nio.charset.StandardCharsets;

/**
 * Changes of small text files that others read at the same time, without a lock, through mounts that would not follow a
 * file renamed into the place: so the file itself is changed.
 *
 * <p>A read and a write of the same page are not kept apart by the kernel, and a reader takes a long file in several reads.
 * So lines are never moved, and a line that comes or goes has a <em>slot</em>: a line of 64, 128, 256 or 512 bytes, its end
 * filled with blanks, at a multiple of its own size, so that no buffer of a usual size begins or ends within it. A slot that
 * begins with {@code #} is empty.
 *
 * <pre>
 *   #                        \n     empty
 *   #0.88.0.5  web           \n     1. the line but its first byte: still a comment
 *   10.88.0.5  web           \n     2. its first byte: from here on it is there
 *   #0.88.0.5  web           \n     and back: 1. the first byte
 *   #                        \n     2. the rest
 * </pre>
 *
 * <p>Whatever a reader gets, a line is in it as a whole or not at all.
 */
final class InPlace {
    static final int SMALLEST = 64;
    static final int LARGEST = 512;

    private InPlace() {}

    /** The size of the slot that a line needs. */
    static int sizeFor(String line) {
        int size = SMALLEST;
        while (size < line.length() + 1) {
            size *= 2;
        }
        if (size > LARGEST) {
            throw new IllegalArgumentException("a line of " + line.length() + " characters is too long: " + line);
        }
        return size;
    }

    /** A slot's text. */
    static String slot(String line, int size) {
        return line + " ".repeat(size - 1 - line.length()) + "\n";
    }

    /** An empty slot's text. */
    static String empty(int size) {
        return slot("#", size);
    }

    /** Fills an empty slot. */
    static void fill(Fd file, int offset, String line, int size) {
        FileIo.writeAt(file, offset + 1L, bytes(slot(line, size).substring(1)));
        FileIo.writeAt(file, offset, bytes(line.substring(0, 1)));
    }

    /** Empties a slot. */
    static void clear(Fd file, int offset, int size) {
        String empty = empty(size);
        FileIo.writeAt(file, offset, bytes("#"));
        FileIo.writeAt(file, offset + 1L, bytes(empty.substring(1)));
    }

    /**
     * Replaces a file's whole content. Of two texts with nothing in common a reader may get a part of each; this is for files
     * that nobody reads yet, that are not as they should be, or that change as a whole because the host's did.
     *
     * @param length the file's length until now
     */
    static void rewrite(Fd file, String content, long length) {
        // One write as long as the longer of the two, and only then the cut: no moment at which the file is empty, or
        // has
        // the new text and then the rest of the old.
        int missing = (int) Math.max(0, length - content.length());
        FileIo.writeAt(file, 0, bytes(content + "\n".repeat(missing)));
        if (missing > 0) {
            FileIo.truncate(file, content.length());
        }
    }

    /** Text that is ASCII, or what it holds of the host's own files byte by byte. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
