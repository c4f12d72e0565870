package dev.alcove.spec;

import dev.alcove.spec.PortMapping.Protocol;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How people write ports: {@code -p [ADDRESS:][HOST[-LAST]:]CONTAINER[-LAST][/PROTOCOL]}, as docker has it. */
final class PortText {
    private static final String EXPECTED =
            "a port, as 80, 8080:80, 127.0.0.1:8080:80/udp, [::1]:8080:80 or 8000-8009:80";
    private static final int MOST = 65535;

    /** What is written alone; as a range. */
    private record Ports(int first, int last) {
        int count() {
            return last - first + 1;
        }
    }

    private PortText() {}

    /** See {@link PortMapping#parse}. */
    static List<PortMapping> parse(String field, String text) {
        int slash = text.indexOf('/');
        Protocol protocol = slash < 0 ? Protocol.TCP : protocol(field, text.substring(slash + 1));
        String rest = slash < 0 ? text : text.substring(0, slash);
        Optional<InetAddress> address = Optional.empty();
        if (rest.startsWith("[")) {
            int end = rest.indexOf("]:");
            if (end < 0) {
                throw SpecException.not(field, text, EXPECTED);
            }
            address = Optional.of(address(field, rest.substring(1, end), true));
            rest = rest.substring(end + 2);
            if (rest.indexOf(':') < 0) {
                throw SpecException.of(
                        field,
                        SpecException.quote(text) + ": behind an address come the host's port and the"
                                + " container's, as [::1]:8080:80 or [::1]::80");
            }
        }
        List<String> parts = Split.at(':', rest);
        if (parts.size() == 3 && address.isEmpty()) {
            // docker takes an empty address for none.
            address = parts.getFirst().isEmpty()
                    ? Optional.empty()
                    : Optional.of(address(field, parts.getFirst(), false));
            parts = parts.subList(1, 3);
        }
        if (parts.size() > 2) {
            throw SpecException.of(
                    field,
                    SpecException.quote(text)
                            + " has too many colons; an IPv6 address stands in brackets: [::1]:8080:80");
        }
        Ports inside = ports(field, text, parts.getLast(), 1);
        String before = parts.size() == 2 ? parts.getFirst() : "";
        if (parts.size() == 2 && before.indexOf('.') >= 0) {
            throw SpecException.of(
                    field,
                    SpecException.quote(text) + ": behind an address come the host's port and the"
                            + " container's; did you mean '" + before + "::" + parts.getLast() + "'?");
        }
        Ports outside = before.isEmpty() ? new Ports(0, 0) : ports(field, text, before, 0);
        return mappings(field, text, address, outside, inside, protocol);
    }

    private static List<PortMapping> mappings(
            String field, String text, Optional<InetAddress> address, Ports outside, Ports inside, Protocol protocol) {
        boolean free = outside.first == 0;
        if (free && outside.last != 0) {
            throw SpecException.not(field, text, EXPECTED + "; 0 for a free port stands alone");
        }
        if (inside.count() == 1) {
            return List.of(new PortMapping(address, outside.first, outside.last, inside.first, protocol));
        }
        if (!free && outside.count() != inside.count()) {
            throw SpecException.of(
                    field,
                    SpecException.quote(text) + ": " + outside.count() + " ports of the host cannot lead to "
                            + inside.count() + " of the container; the ranges have the same length");
        }
        List<PortMapping> all = new ArrayList<>();
        for (int i = 0; i < inside.count(); i++) {
            all.add(new PortMapping(address, free ? 0 : outside.first + i, inside.first + i, protocol));
        }
        return all;
    }

    /** See {@link Protocol#parse}. */
    static Protocol protocol(String field, String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        for (Protocol p : Protocol.values()) {
            if (p.word().equals(lower)) {
                return p;
            }
        }
        throw SpecException.not(
                field,
                word,
                "a protocol with ports",
                List.of(Protocol.TCP.word(), Protocol.UDP.word(), Protocol.SCTP.word()));
    }

    private static Ports ports(String field, String text, String range, int least) {
        int dash = range.indexOf('-');
        if (dash < 0) {
            int one = port(field, text, range, least);
            return new Ports(one, one);
        }
        int first = port(field, text, range.substring(0, dash), least);
        int last = port(field, text, range.substring(dash + 1), least);
        if (last < first) {
            throw SpecException.of(
                    field,
                    SpecException.quote(text) + ": the range " + range + " goes backwards; did you mean '" + last + "-"
                            + first + "'?");
        }
        return new Ports(first, last);
    }

    /** A port's number, least to 65535. */
    static int port(String field, String text, String digits, int least) {
        if (!Split.isDigits(digits)) {
            throw SpecException.not(field, text, EXPECTED);
        }
        int value = digits.length() > 5 ? MOST + 1 : Integer.parseInt(digits);
        if (value < least || value > MOST) {
            throw SpecException.not(field, digits, "a port's number: " + least + " to 65535");
        }
        return value;
    }

    private static InetAddress address(String field, String text, boolean v6) {
        // The JDK also takes 10.7 and numbers for IPv4.
        boolean usual = v6
                ? text.indexOf(':') >= 0 && text.indexOf('%') < 0
                : Split.at('.', text).size() == 4;
        if (usual) {
            try {
                InetAddress address = InetAddress.ofLiteral(text);
                if (address instanceof Inet6Address == v6) {
                    return address;
                }
            } catch (IllegalArgumentException e) {
                // refused below
            }
        }
        throw SpecException.not(
                field, text, v6 ? "an IPv6 address" : "an address of the host; names are not looked up");
    }
}
