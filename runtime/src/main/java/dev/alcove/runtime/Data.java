package dev.alcove.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a program's memory: a string, a structure that a system call reads, or a buffer that it fills. A structure
 * may hold the addresses of other pieces. Its identity is its place: one piece used by two steps is one place in memory.
 */
final class Data {
    /** An address of {@code target} stored at {@code at}. */
    record Pointer(int at, Data target) {}

    private final byte[] bytes;
    private List<Pointer> pointers = List.of();
    private final String text;
    private final @Nullable String literal;

    private Data(byte[] bytes, String text) {
        this(bytes, text, null);
    }

    private Data(byte[] bytes, String text, @Nullable String literal) {
        this.bytes = bytes;
        this.text = text;
        this.literal = literal;
    }

    /** A NUL-terminated string. */
    static Data string(String s) {
        if (s.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a string for the kernel cannot hold a NUL character");
        }
        return new Data(s.getBytes(StandardCharsets.UTF_8), "", s);
    }

    /**
     * Bytes as they are.
     *
     * @param text how a person reads them
     */
    static Data bytes(byte[] bytes, String text) {
        return new Data(bytes.clone(), text);
    }

    /** Zeroed room of some bytes, named for the reader. */
    static Data buffer(int size, String name) {
        return new Data(new byte[size], "&" + name);
    }

    /** A structure of 64-bit fields. */
    static Data longs(String text, long... fields) {
        byte[] bytes = new byte[fields.length * 8];
        for (int i = 0; i < fields.length; i++) {
            put(bytes, i * 8, fields[i]);
        }
        return new Data(bytes, text);
    }

    /** Stores 64 bits, the lowest first, as both architectures have them. */
    static void put(byte[] bytes, int at, long value) {
        for (int i = 0; i < 8; i++) {
            bytes[at + i] = (byte) (value >>> (8 * i));
        }
    }

    /** A structure of 32-bit fields. */
    static Data ints(String text, int... fields) {
        ByteBuffer b = ByteBuffer.allocate(fields.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int f : fields) {
            b.putInt(f);
        }
        return new Data(b.array(), text);
    }

    /** A list of strings as execve(2) takes it: pointers, then a null one. */
    static Data list(List<String> strings, String text) {
        Data d = new Data(new byte[(strings.size() + 1) * 8], text);
        for (int i = 0; i < strings.size(); i++) {
            d.pointer(i * 8, string(strings.get(i)));
        }
        return d;
    }

    /** Stores the address of another piece here; returns this. */
    Data pointer(int at, Data target) {
        if (at % 8 != 0 || at + 8 > bytes.length) {
            throw new IllegalArgumentException("a pointer at " + at + " of " + bytes.length + " bytes");
        }
        if (pointers.isEmpty()) {
            pointers = new ArrayList<>();
        }
        pointers.add(new Pointer(at, target));
        return this;
    }

    /** The string this is, if it is one: equal strings may share a place in memory. */
    @Nullable
    String literal() {
        return literal;
    }

    /** Bytes it takes in the program's memory; a string has its NUL. */
    int size() {
        return literal == null ? bytes.length : bytes.length + 1;
    }

    /** Puts its bytes into memory that is still zero. */
    void copyTo(byte[] to, int at) {
        System.arraycopy(bytes, 0, to, at, bytes.length);
    }

    List<Pointer> pointers() {
        return pointers;
    }

    /** As a person reads it: a quoted string, {@code {flags, mode}} or {@code &name}. */
    String text() {
        // Made when somebody reads it: most programs are only run.
        return literal == null ? text : quote(literal);
    }

    private static String quote(String s) {
        StringBuilder b = new StringBuilder(s.length() + 2).append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"', '\\' -> b.append('\\').append(c);
                case '\n' -> b.append("\\n");
                case '\t' -> b.append("\\t");
                default -> b.append(c < ' ' ? '?' : c);
            }
        }
        return b.append('"').toString();
    }
}
