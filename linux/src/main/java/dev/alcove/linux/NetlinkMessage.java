package dev.alcove.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A netlink request being written: the header, a family's fixed part, then attributes (type, length, value, padded to
 * four bytes), which may nest. See netlink(7), rtnetlink(7).
 */
final class NetlinkMessage {
    static final int HEADER = 16;
    static final int REQUEST = 0x1;
    static final int ACK = 0x4;
    static final int DUMP = 0x300;
    static final int EXCL = 0x200;
    static final int CREATE = 0x400;

    /** Marks an attribute whose value is attributes; a kernel that checks strictly requires it. */
    private static final int NESTED = 0x8000;

    private static final int SEQUENCE_OFFSET = 8;

    private final int flags;
    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

    /**
     * Starts a request.
     *
     * @param type  RTM_*
     * @param flags NLM_F_* beside REQUEST, which is always set
     */
    NetlinkMessage(int type, int flags) {
        this.flags = flags | REQUEST;
        u32(0).u16(type).u16(this.flags).u32(0).u32(0);
    }

    boolean wantsAck() {
        return (flags & ACK) != 0;
    }

    NetlinkMessage u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    NetlinkMessage u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    NetlinkMessage u32(int value) {
        room(4).putInt(value);
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        u16(4 + value.length).u16(type);
        room(value.length).put(value);
        return pad();
    }

    NetlinkMessage attribute(int type, int value) {
        return u16(8).u16(type).u32(value);
    }

    /** A string attribute, ended by a NUL as the kernel's NLA_STRING policies like it. */
    NetlinkMessage attribute(int type, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        u16(4 + bytes.length + 1).u16(type);
        room(bytes.length + 1).put(bytes).put((byte) 0);
        return pad();
    }

    /**
     * Opens an attribute that holds attributes.
     *
     * @return what {@link #end} takes to close it
     */
    int begin(int type) {
        int start = buffer.position();
        u16(0).u16(type | NESTED);
        return start;
    }

    void end(int start) {
        buffer.putShort(start, (short) (buffer.position() - start));
    }

    /** An attribute that holds attributes, as they were received. */
    NetlinkMessage nested(int type, byte[] attributes) {
        return attribute(type | NESTED, attributes);
    }

    /** The finished message with its length and number filled in. */
    byte[] bytes(int sequence) {
        buffer.putInt(0, buffer.position());
        buffer.putInt(SEQUENCE_OFFSET, sequence);
        byte[] bytes = new byte[buffer.position()];
        buffer.get(0, bytes);
        return bytes;
    }

    private NetlinkMessage pad() {
        while ((buffer.position() & 3) != 0) {
            u8(0);
        }
        return this;
    }

    private ByteBuffer room(int more) {
        if (buffer.remaining() < more) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.capacity() * 2, buffer.position() + more))
                    .order(ByteOrder.nativeOrder());
            larger.put(buffer.flip());
            buffer = larger;
        }
        return buffer;
    }
}
