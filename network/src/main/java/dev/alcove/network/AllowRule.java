package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.spec.PortMapping.Protocol;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who may talk to a container, or whom it may talk to. As soon as there is one rule of a direction, all else of that
 * direction is refused, but answers: as a security group of Neutron's. The host itself is a peer as any other. A rule opens
 * what its network's {@code icc} shuts, but nothing between networks.
 *
 * @param direction which way connections are opened
 * @param peer      addresses of the others; empty for anybody
 * @param protocol  the protocol; empty for all
 * @param firstPort the first port (the container's own for FROM, the peer's for TO); 0 for all
 * @param lastPort  the last port
 */
public record AllowRule(
        Direction direction, Optional<Cidr> peer, Optional<Protocol> protocol, int firstPort, int lastPort) {
    private static final int MOST = 65535;

    /** Which way connections are opened. */
    public enum Direction {
        /** By others to the container. */
        FROM("--allow-from"),
        /** By the container to others. */
        TO("--allow-to");

        private final String flag;

        Direction(String flag) {
            this.flag = flag;
        }

        /** The flag of the command line. */
        public String flag() {
            return flag;
        }
    }

    /** Checks the ports. */
    public AllowRule {
        if (firstPort < 0 || lastPort < firstPort || lastPort > MOST || (firstPort == 0 && lastPort != 0)) {
            throw new IllegalArgumentException("ports are 1 to 65535, or 0 for all: " + firstPort + "-" + lastPort);
        }
    }

    /**
     * Reads {@code PEER[:PORT[-PORT]][/PROTOCOL]}; the peer is {@code any}, an address, a range of addresses, or a network's
     * name. An IPv6 peer that has a port behind it stands in brackets. Without a protocol a rule is for all of them, and a
     * port for all that have ports.
     *
     * @param text    as {@code 10.0.0.0/8:5432/tcp}, {@code any:53}, {@code [fd00::/8]:80-89}, {@code backend}
     * @param network finds a network's ranges by its name; it throws if there is none
     * @return one rule for each range
     * @throws SpecException if it is anything else
     */
    public static List<AllowRule> parse(Direction direction, String text, Function<String, List<Cidr>> network) {
        String field = direction.flag;
        String rest = text;
        Optional<Protocol> protocol = Optional.empty();
        int slash = rest.lastIndexOf('/');
        String word = rest.substring(slash + 1);
        // Else it is the length of a range's prefix, and maybe a port behind it.
        if (slash >= 0 && !isNumber(word) && word.indexOf(':') < 0 && word.indexOf(']') < 0) {
            protocol = Optional.of(Protocol.parse(field, word));
            rest = rest.substring(0, slash);
        }
        String peer = rest;
        String ports = "";
        if (rest.startsWith("[")) {
            int end = rest.indexOf(']');
            if (end < 0 || (end + 1 < rest.length() && rest.charAt(end + 1) != ':')) {
                throw bad(field, text);
            }
            peer = rest.substring(1, end);
            ports = rest.substring(Math.min(end + 2, rest.length()));
        } else if (rest.indexOf(':') >= 0 && rest.indexOf(':') == rest.lastIndexOf(':')) {
            peer = rest.substring(0, rest.indexOf(':'));
            ports = rest.substring(rest.indexOf(':') + 1);
            if (ports.isEmpty()) {
                throw bad(field, text);
            }
        }
        int first = 0;
        int last = 0;
        if (!ports.isEmpty()) {
            int dash = ports.indexOf('-');
            first = port(field, text, dash < 0 ? ports : ports.substring(0, dash));
            last = dash < 0 ? first : port(field, text, ports.substring(dash + 1));
            if (last < first) {
                throw SpecException.of(field, SpecException.quote(text) + ": the range " + ports + " goes backwards");
            }
        }
        List<AllowRule> rules = new ArrayList<>();
        if (peer.equals("any")) {
            rules.add(new AllowRule(direction, Optional.empty(), protocol, first, last));
        } else {
            for (Cidr range : ranges(field, text, peer, network)) {
                rules.add(new AllowRule(direction, Optional.of(range.network()), protocol, first, last));
            }
        }
        return rules;
    }

    private static List<Cidr> ranges(String field, String text, String peer, Function<String, List<Cidr>> network) {
        boolean v4 = isNumber(peer.replace(".", "").replace("/", ""));
        if (v4 || peer.indexOf(':') >= 0 || peer.indexOf('/') >= 0) {
            try {
                return List.of(Cidr.parse(peer));
            } catch (IllegalArgumentException e) {
                throw SpecException.not(field, peer, "an address or a range of addresses, as 10.0.0.7 or fd00::/8");
            }
        }
        if (peer.isEmpty()) {
            throw bad(field, text);
        }
        return network.apply(peer);
    }

    private static int port(String field, String text, String digits) {
        if (!isNumber(digits)) {
            throw bad(field, text);
        }
        int value = digits.length() > 5 ? MOST + 1 : Integer.parseInt(digits);
        if (value < 1 || value > MOST) {
            throw SpecException.not(field, digits, "a port's number: 1 to 65535");
        }
        return value;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static SpecException bad(String field, String text) {
        return SpecException.not(
                field, text, "a rule, as any:53/udp, 10.0.0.0/8:8000-8099, [fd00::/8]:80 or a network's name");
    }
}
