package dev.alcove.linux;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv4 or IPv6 address with the length of its network's prefix, RFC 4632 and RFC 4291: {@code 10.88.0.5/24}. The
 * address keeps its host part; {@link #network()} is the same without.
 *
 * @param address the address, without a scope
 * @param prefix  the prefix's length in bits, 0 to 32 or 128
 */
public record Cidr(InetAddress address, int prefix) {
    /** Checks the prefix's length. */
    public Cidr {
        int bits = address.getAddress().length * 8;
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException(
                    "a prefix of " + address.getHostAddress() + " has 0 to " + bits + " bits, not " + prefix);
        }
    }

    /**
     * Reads an address with a prefix, or an address alone, which gets the longest prefix. Names are never looked up.
     *
     * @param text {@code 10.88.0.5/24}, {@code fd00::5/64}, {@code 10.88.0.5}
     * @return the address with its prefix
     * @throws IllegalArgumentException if it is anything else
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = parseAddress(slash < 0 ? text : text.substring(0, slash));
        if (slash < 0) {
            return new Cidr(address, address.getAddress().length * 8);
        }
        return new Cidr(address, number(text.substring(slash + 1), 3, text));
    }

    /**
     * Reads an address. Names are never looked up; IPv4 has four decimal numbers without leading zeros; a scope
     * ({@code %eth0}) and IPv4 in IPv6 clothes ({@code ::ffff:10.0.0.1}) are refused.
     *
     * @param text {@code 10.88.0.5} or {@code fd00::5}
     * @return the address
     * @throws IllegalArgumentException if it is anything else
     */
    public static InetAddress parseAddress(String text) {
        if (text.indexOf(':') < 0) {
            return of(parseV4(text));
        }
        if (text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
            throw bad(text);
        }
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw bad(text);
        }
        if (!(address instanceof Inet6Address)) {
            throw bad(text);
        }
        return of(address.getAddress());
    }

    /** The network: the address with its host part zero. */
    public Cidr network() {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (bytes[i] & mask(i));
        }
        return new Cidr(of(bytes), prefix);
    }

    /** Whether an address is of this network. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] its = other.getAddress();
        if (mine.length != its.length) {
            return false;
        }
        for (int i = 0; i < mine.length; i++) {
            if (((mine[i] ^ its[i]) & mask(i)) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is IPv6. */
    public boolean isV6() {
        return address instanceof Inet6Address;
    }

    /** Address, slash, prefix length: {@code 10.88.0.5/24}. */
    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefix;
    }

    /** The last address of an IPv4 network, to which its broadcasts go. */
    byte[] broadcast() {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (bytes[i] | ~mask(i));
        }
        return bytes;
    }

    /** An address of bytes as the kernel writes them, 4 or 16. */
    static InetAddress of(byte[] bytes) {
        try {
            // InetAddress.getByAddress would turn an IPv4-mapped address into an IPv4 one.
            return bytes.length == 16 ? Inet6Address.getByAddress(null, bytes, -1) : Inet4Address.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length, e);
        }
    }

    private int mask(int index) {
        int bits = Math.clamp(prefix - index * 8L, 0, 8);
        return 0xff << (8 - bits) & 0xff;
    }

    private static byte[] parseV4(String text) {
        byte[] bytes = new byte[4];
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            int dot = i == bytes.length - 1 ? text.length() : text.indexOf('.', start);
            if (dot < 0) {
                throw bad(text);
            }
            int value = number(text.substring(start, dot), 3, text);
            if (value > 255) {
                throw bad(text);
            }
            bytes[i] = (byte) value;
            start = dot + 1;
        }
        return bytes;
    }

    private static int number(String digits, int longest, String text) {
        boolean good =
                !digits.isEmpty() && digits.length() <= longest && (digits.length() == 1 || digits.charAt(0) != '0');
        int value = 0;
        for (int i = 0; good && i < digits.length(); i++) {
            char c = digits.charAt(i);
            good = c >= '0' && c <= '9';
            value = value * 10 + (c - '0');
        }
        if (!good) {
            throw bad(text);
        }
        return value;
    }

    private static IllegalArgumentException bad(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not an address; write it like 10.88.0.5 or fd00::5, a network like 10.88.0.0/24");
    }
}
