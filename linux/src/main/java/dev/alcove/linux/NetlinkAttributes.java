package dev.alcove.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a received netlink message. Reads within the bytes it was given whatever their lengths claim: an
 * attribute that reaches past the end ends the list.
 */
final class NetlinkAttributes {
    /** The two uppermost bits are flags (nested, network byte order). */
    private static final int TYPE_MASK = 0x3fff;

    private final ByteBuffer bytes;

    private NetlinkAttributes(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * The attributes behind a message's fixed part.
     *
     * @param payload the message behind its netlink header
     * @param skip    the length of the fixed part, a multiple of four
     */
    static NetlinkAttributes of(ByteBuffer payload, int skip) {
        int from = Math.min(skip, payload.limit());
        return new NetlinkAttributes(payload.slice(from, payload.limit() - from).order(ByteOrder.nativeOrder()));
    }

    boolean has(int type) {
        return find(type) != null;
    }

    /** A number of four bytes. */
    OptionalInt u32(int type) {
        ByteBuffer value = find(type);
        return value == null || value.limit() < 4 ? OptionalInt.empty() : OptionalInt.of(value.getInt(0));
    }

    /** A string without its final NUL; empty if the attribute is missing. */
    String string(int type) {
        byte[] raw = bytes(type);
        int length = 0;
        while (length < raw.length && raw[length] != 0) {
            length++;
        }
        return new String(raw, 0, length, StandardCharsets.UTF_8);
    }

    /** The value's bytes; none if the attribute is missing. */
    byte[] bytes(int type) {
        ByteBuffer value = find(type);
        if (value == null) {
            return new byte[0];
        }
        byte[] copy = new byte[value.limit()];
        value.get(0, copy);
        return copy;
    }

    /** The attributes within an attribute; none if it is missing. */
    NetlinkAttributes nested(int type) {
        ByteBuffer value = find(type);
        return new NetlinkAttributes(value == null ? ByteBuffer.allocate(0) : value);
    }

    private @Nullable ByteBuffer find(int type) {
        int at = 0;
        while (bytes.limit() - at >= 4) {
            int length = bytes.getShort(at) & 0xffff;
            if (length < 4 || length > bytes.limit() - at) {
                return null;
            }
            if ((bytes.getShort(at + 2) & TYPE_MASK) == type) {
                return bytes.slice(at + 4, length - 4).order(ByteOrder.nativeOrder());
            }
            at += (length + 3) & ~3;
        }
        return null;
    }
}
