package dev.alcove.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Every system call by name, with its number on each calling convention, up to Linux 6.17; syscalls(2). Read from a
 * resource when first asked for. The calls that Alcove itself makes are in {@link Syscall}.
 */
public final class SyscallTable {
    private static final int NONE = -1;

    private final Map<String, int[]> numbers;

    private SyscallTable(Map<String, int[]> numbers) {
        this.numbers = numbers;
    }

    private static final class Holder {
        static final SyscallTable TABLE = read();
    }

    /** The table. */
    public static SyscallTable standard() {
        return Holder.TABLE;
    }

    /** The names of all calls, in alphabetical order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(numbers.keySet());
    }

    /**
     * The number of a call.
     *
     * @param name the kernel's name of it, such as {@code openat2}
     * @param arch the convention
     * @return the number, as seccomp and ptrace report it (for x32 with its bit); empty if there is no such call
     */
    public OptionalInt number(String name, SeccompArch arch) {
        int number = find(name, arch);
        return number == NONE ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /**
     * The name of a call.
     *
     * @param number the number, for x32 with its bit
     * @param arch   the convention
     * @return the name; of two for one number the first in alphabetical order; empty if there is no such call
     */
    public Optional<String> name(int number, SeccompArch arch) {
        for (Map.Entry<String, int[]> entry : numbers.entrySet()) {
            int[] row = entry.getValue();
            if (row[arch.column()] != NONE && row[arch.column()] == number) {
                return Optional.of(entry.getKey());
            }
        }
        return Optional.empty();
    }

    /** The number, or -1. */
    int find(String name, SeccompArch arch) {
        int[] row = numbers.get(name);
        return row == null ? NONE : row[arch.column()];
    }

    private static SyscallTable read() {
        byte[] text;
        try (InputStream in = SyscallTable.class.getResourceAsStream("syscalls.tsv")) {
            if (in == null) {
                throw new IllegalStateException("the resource syscalls.tsv is missing from dev.alcove.linux");
            }
            text = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, int[]> numbers = LinkedHashMap.newLinkedHashMap(512);
        int at = 0;
        while (at < text.length) {
            int end = at;
            while (text[end] != '\n') {
                end++;
            }
            if (text[at] != '#') {
                line(text, at, end, numbers);
            }
            at = end + 1;
        }
        return new SyscallTable(numbers);
    }

    /** One line: the name, then a number or "-" for each convention in the columns' order, tabs between. */
    private static void line(byte[] text, int start, int end, Map<String, int[]> numbers) {
        int at = start;
        while (text[at] != '\t') {
            at++;
        }
        String name = new String(text, start, at - start, StandardCharsets.ISO_8859_1);
        SeccompArch[] arches = SeccompArch.values();
        int[] row = new int[arches.length];
        for (int i = 0; i < arches.length; i++) {
            at++;
            if (text[at] == '-') {
                row[arches[i].column()] = NONE;
                at++;
                continue;
            }
            int number = 0;
            while (at < end && text[at] != '\t') {
                number = number * 10 + text[at++] - '0';
            }
            row[arches[i].column()] = number + arches[i].bit();
        }
        numbers.put(name, row);
    }
}
