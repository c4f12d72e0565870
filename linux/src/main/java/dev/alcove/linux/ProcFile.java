package dev.alcove.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The texts of /proc and how they are taken apart. Read with the JDK's own file calls, so that a command that only looks
 * at processes links no native call.
 */
final class ProcFile {
    private ProcFile() {}

    /**
     * A file of a process.
     *
     * @param pid  the process
     * @param name below /proc/PID
     * @return its text, or empty if the process, or this file of it, is not there, or no more since it ended
     * @throws LinuxException     EACCES if it may not be read
     * @throws UncheckedIOException if it cannot be read for another reason
     */
    static Optional<String> text(int pid, String name) {
        return text(Path.of("/proc/" + pid), name);
    }

    private static Optional<String> text(Path process, String name) {
        Path file = process.resolve(name);
        try {
            return Optional.of(new String(bytes(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (java.nio.file.AccessDeniedException e) {
            throw new LinuxException("open", Errno.EACCES, file.toString());
        } catch (IOException e) {
            // After the end of the process a read fails with ESRCH, and before it is reaped an open with EINVAL where
            // it
            // had to give back what the file is of; the JDK tells either only in words.
            if (name.equals("stat") ? !Files.exists(process) : hasEnded(process)) {
                return Optional.empty();
            }
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasEnded(Path process) {
        Optional<String> stat = text(process, "stat");
        if (stat.isEmpty()) {
            return true;
        }
        char state = ProcStat.parse(stat.get()).state();
        return state == 'Z' || state == 'X';
    }

    /**
     * In reads of a large buffer. Files.readAllBytes begins with a read of one byte where the size is said to be 0, and a
     * number of /proc/sys has no second read: 40 would be 4.
     */
    static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readAllBytes();
        }
    }

    /** The number a file holds, or empty if there is no such file or something else in it. */
    static OptionalInt intAt(String path) {
        try {
            long number = decimal(new String(bytes(Path.of(path)), StandardCharsets.US_ASCII).strip());
            return number >= 0 && number <= Integer.MAX_VALUE ? OptionalInt.of((int) number) : OptionalInt.empty();
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }

    /** The lines of a text, without their ends; a last one may lack its end. */
    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end;
            lines.add(text.substring(from, to));
            from = to + 1;
        }
        return lines;
    }

    /** A number of decimal digits alone, or -1. */
    static long decimal(String digits) {
        if (digits.isEmpty() || digits.length() > 18) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }

    /** Walks over the words of a text, which blanks and line ends part. */
    static final class Words {
        private final String text;
        private int from;
        private int to;

        Words(String text) {
            this.text = text;
        }

        /** Goes to the next word, if there is one. */
        boolean next() {
            from = to;
            while (from < text.length() && blank(text.charAt(from))) {
                from++;
            }
            to = from;
            while (to < text.length() && !blank(text.charAt(to))) {
                to++;
            }
            return to > from;
        }

        /** Goes to the next word. */
        void must() {
            if (!next()) {
                throw new IllegalArgumentException("the text ends too early: " + text);
            }
        }

        /** The word. */
        String word() {
            return text.substring(from, to);
        }

        /** The next word. */
        String take() {
            must();
            return word();
        }

        /** The word as a decimal number. */
        long number() {
            long number = decimal(word());
            if (number < 0) {
                throw new IllegalArgumentException("not a number: '" + word() + "'");
            }
            return number;
        }

        /** The next word as a decimal number, which may be below zero. */
        long takeSigned() {
            must();
            String word = word();
            boolean minus = word.startsWith("-");
            long number = decimal(minus ? word.substring(1) : word);
            if (number < 0) {
                throw new IllegalArgumentException("not a number: '" + word + "'");
            }
            return minus ? -number : number;
        }

        private static boolean blank(char c) {
            return c == ' ' || c == '\t' || c == '\n';
        }
    }
}
