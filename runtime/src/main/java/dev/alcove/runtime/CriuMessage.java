package dev.alcove.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * A message of criu's protocol, whose requests and answers are protocol buffers (criu's {@code rpc.proto}): the encoding of
 * numbers, strings and messages in messages, which is all of it that occurs there.
 *
 * @param fields in the order in which they are sent; a number may occur more than once
 */
record CriuMessage(List<Field> fields) {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;
    private static final int MORE = 0x80;
    private static final int SEVEN = 0x7f;

    /** One field. */
    sealed interface Field {
        /** Its number, by which the other side knows it. */
        int number();
    }

    /** A number, a truth value or one of an enumeration. */
    record Whole(int number, String name, long value) implements Field {}

    /** A string. */
    record Text(int number, String name, String value) implements Field {}

    /** A message in it. */
    record Inner(int number, String name, CriuMessage value) implements Field {}

    /** What came: without a name, and bytes may be a string or a message. */
    record Bytes(int number, ByteBuffer value) implements Field {}

    CriuMessage {
        fields = List.copyOf(fields);
    }

    /** Puts one together. Truth values that are false are left out, as is their meaning everywhere in this protocol. */
    static final class Builder {
        private final List<Field> fields = new ArrayList<>();

        Builder number(int number, String name, long value) {
            fields.add(new Whole(number, name, value));
            return this;
        }

        Builder on(int number, String name, boolean value) {
            return value ? number(number, name, 1) : this;
        }

        Builder text(int number, String name, String value) {
            fields.add(new Text(number, name, value));
            return this;
        }

        Builder inner(int number, String name, CriuMessage value) {
            fields.add(new Inner(number, name, value));
            return this;
        }

        CriuMessage build() {
            return new CriuMessage(fields);
        }
    }

    /** As it is sent. */
    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Field field : fields) {
            switch (field) {
                case Whole n -> {
                    varint(out, (long) n.number() << 3 | VARINT);
                    varint(out, n.value());
                }
                case Text t -> bytes(out, t.number(), t.value().getBytes(StandardCharsets.UTF_8));
                case Inner m -> bytes(out, m.number(), m.value().encode());
                case Bytes b -> bytes(out, b.number(), array(b));
            }
        }
        return out.toByteArray();
    }

    private static void bytes(ByteArrayOutputStream out, int number, byte[] value) {
        varint(out, (long) number << 3 | LENGTH);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~SEVEN) != 0) {
            out.write((int) (rest & SEVEN) | MORE);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /**
     * Reads what {@link #encode} or another program wrote.
     *
     * @throws IllegalArgumentException if it is no message
     */
    static CriuMessage parse(byte[] bytes, int length) {
        Reader in = new Reader(bytes, length);
        List<Field> fields = new ArrayList<>();
        while (in.more()) {
            long key = in.varint();
            int number = (int) (key >>> 3);
            switch ((int) key & 7) {
                case VARINT -> fields.add(new Whole(number, "", in.varint()));
                case LENGTH ->
                    fields.add(new Bytes(
                            number, ByteBuffer.wrap(in.take(in.varint())).asReadOnlyBuffer()));
                case FIXED64 -> in.take(8);
                case FIXED32 -> in.take(4);
                default -> throw new IllegalArgumentException("a field of an unknown kind: " + (key & 7));
            }
        }
        return new CriuMessage(fields);
    }

    private static final class Reader {
        private final byte[] bytes;
        private final int end;
        private int at;

        Reader(byte[] bytes, int end) {
            this.bytes = bytes;
            this.end = end;
        }

        boolean more() {
            return at < end;
        }

        long varint() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at >= end) {
                    throw new IllegalArgumentException("cut off in a number");
                }
                byte b = bytes[at++];
                value |= (long) (b & SEVEN) << shift;
                if ((b & MORE) == 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("a number of more than 64 bits");
        }

        byte[] take(long count) {
            if (count < 0 || count > end - at) {
                throw new IllegalArgumentException(
                        "cut off: " + count + " bytes were to come, and " + (end - at) + " did");
            }
            byte[] taken = new byte[(int) count];
            System.arraycopy(bytes, at, taken, 0, taken.length);
            at += taken.length;
            return taken;
        }
    }

    /** The last number of a field, which is the one that counts; empty if there is none. */
    Optional<Long> number(int number) {
        Optional<Long> last = Optional.empty();
        for (Field field : fields) {
            if (field instanceof Whole n && n.number() == number) {
                last = Optional.of(n.value());
            }
        }
        return last;
    }

    /** A string of what was read; empty if there is none. */
    Optional<String> text(int number) {
        return bytes(number).map(b -> new String(b, StandardCharsets.UTF_8));
    }

    /** A message in what was read; empty if there is none. */
    Optional<CriuMessage> inner(int number) {
        return bytes(number).map(b -> parse(b, b.length));
    }

    private static byte[] array(Bytes bytes) {
        byte[] copy = new byte[bytes.value().remaining()];
        bytes.value().duplicate().get(copy);
        return copy;
    }

    private Optional<byte[]> bytes(int number) {
        for (Iterator<Field> all = fields.reversed().iterator(); all.hasNext(); ) {
            if (all.next() instanceof Bytes b && b.number() == number) {
                return Optional.of(array(b));
            }
        }
        return Optional.empty();
    }

    /** For people, in protocol buffers' text form: a field a line. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        print(out, "");
        return out.toString();
    }

    private void print(StringBuilder out, String indent) {
        for (Field field : fields) {
            switch (field) {
                case Whole n -> out.append(indent).append(n.name()).append(": ").append(n.value());
                case Text t ->
                    out.append(indent)
                            .append(t.name())
                            .append(": \"")
                            .append(t.value())
                            .append('"');
                case Inner m -> {
                    out.append(indent).append(m.name()).append(" {\n");
                    m.value().print(out, indent + "  ");
                    out.append(indent).append('}');
                }
                case Bytes b ->
                    out.append(indent)
                            .append(b.number())
                            .append(": bytes ")
                            .append(b.value().remaining());
            }
            out.append('\n');
        }
    }
}
