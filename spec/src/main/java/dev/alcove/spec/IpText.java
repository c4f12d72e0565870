package dev.alcove.spec;

import java.net.Inet4Address;
import java.net.InetAddress;

/** Addresses as people write them; nothing is looked up. */
final class IpText {
    private static final int V4_PARTS = 4;

    private IpText() {}

    /**
     * An IPv4 or IPv6 address; the latter may stand in brackets.
     *
     * @throws SpecException if it is written in no usual form
     */
    static InetAddress parse(String field, String text) {
        String address = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        // The JDK also takes 10.7 and plain numbers, and zones, which mean nothing to others.
        boolean usual = address.indexOf(':') >= 0
                ? address.indexOf('%') < 0
                : Split.at('.', address).size() == V4_PARTS;
        if (usual) {
            try {
                return InetAddress.ofLiteral(address);
            } catch (IllegalArgumentException e) {
                throw SpecException.not(field, text, "an IP address");
            }
        }
        throw SpecException.not(field, text, "an IP address");
    }

    /** An IPv4 address. */
    static InetAddress v4(String field, String text) {
        InetAddress address = parse(field, text);
        if (!(address instanceof Inet4Address)) {
            throw SpecException.not(field, text, "an IPv4 address");
        }
        return address;
    }

    /** An IPv6 address. */
    static InetAddress v6(String field, String text) {
        InetAddress address = parse(field, text);
        if (address instanceof Inet4Address) {
            throw SpecException.not(field, text, "an IPv6 address");
        }
        return address;
    }
}
