package dev.alcove.it.tricks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Sends a byte to a datagram socket of others. Its own socket is one of a pair, put where the filter lets sendmsg(2) pass:
 * the number that the owner's socket had when the filter's listener was sent.
 */
public final class Datagram {
    private static final int AF_UNIX = 1;

    private Datagram() {}

    /**
     * Tries; ends with 0 if it was sent.
     *
     * @param arguments the numbers of socketpair, dup3 and sendmsg; the descriptor; the pair's type; the address, a path
     *     or {@code @} and an abstract name
     */
    public static void main(String[] arguments) throws Throwable {
        long pair = Long.parseLong(arguments[0]);
        long dup = Long.parseLong(arguments[1]);
        long send = Long.parseLong(arguments[2]);
        long descriptor = Long.parseLong(arguments[3]);
        long type = Long.parseLong(arguments[4]);
        MemorySegment two = Arena.global().allocate(8, 8);
        long made = SystemCall.call(pair, AF_UNIX, type, 0, two.address(), 0, 0);
        System.out.println("pair " + made);
        if (made < 0) {
            System.exit(1);
        }
        SystemCall.call(dup, two.get(ValueLayout.JAVA_INT, 0), descriptor, 0, 0, 0, 0);
        MemorySegment address = address(arguments[5]);
        MemorySegment bytes = Arena.global().allocateFrom("x");
        MemorySegment part = Arena.global().allocate(16, 8);
        part.set(ValueLayout.JAVA_LONG, 0, bytes.address());
        part.set(ValueLayout.JAVA_LONG, 8, 1);
        MemorySegment message = Arena.global().allocate(56, 8);
        message.set(ValueLayout.JAVA_LONG, 0, address.address());
        message.set(ValueLayout.JAVA_INT, 8, (int) address.byteSize());
        message.set(ValueLayout.JAVA_LONG, 16, part.address());
        message.set(ValueLayout.JAVA_LONG, 24, 1);
        long sent = SystemCall.call(send, descriptor, message.address(), 0, 0, 0, 0);
        System.out.println("sent " + sent);
        System.exit(sent == 1 ? 0 : 1);
    }

    /** struct sockaddr_un, as long as it is. */
    public static MemorySegment address(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        MemorySegment address = Arena.global().allocate(2 + text.length + (name.startsWith("@") ? 0 : 1), 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(text, 0, address, ValueLayout.JAVA_BYTE, 2, text.length);
        if (name.startsWith("@")) {
            address.set(ValueLayout.JAVA_BYTE, 2, (byte) 0);
        }
        return address;
    }
}
