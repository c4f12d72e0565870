package dev.alcove.spec;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A port of the host that leads to one of a container, {@code -p}.
 *
 * @param address   the host's address it is open on; empty for all of them, IPv4 and IPv6
 * @param host      the host's port, 1 to 65535; 0 for one that is free
 * @param last      the last of several ports of the host's of which any will do, {@code -p 8000-8009:80}; else the same
 * @param container the container's port, 1 to 65535
 * @param protocol  what speaks on it
 */
public record PortMapping(Optional<InetAddress> address, int host, int last, int container, Protocol protocol) {
    private static final int MOST = 65535;

    /** What speaks on a port. */
    public enum Protocol {
        /** tcp(7). */
        TCP,
        /** udp(7). */
        UDP,
        /** sctp(7). */
        SCTP;

        /** As people and nftables write it: {@code tcp}. */
        public String word() {
            return switch (this) {
                case TCP -> "tcp";
                case UDP -> "udp";
                case SCTP -> "sctp";
            };
        }

        /**
         * A protocol by its name, in letters of any case.
         *
         * @param field the flag as it is written
         * @throws SpecException if it is none that has ports
         */
        public static Protocol parse(String field, String word) {
            return PortText.protocol(field, word);
        }

        /** As IP numbers it. */
        public int number() {
            return switch (this) {
                case TCP -> 6;
                case UDP -> 17;
                case SCTP -> 132;
            };
        }
    }

    /** Checks the numbers' ranges. */
    public PortMapping {
        if (host < 0 || host > MOST || last < host || last > MOST || container < 1 || container > MOST) {
            throw new IllegalArgumentException(
                    "ports are 1 to 65535, the host's may be 0: " + host + "-" + last + ":" + container);
        }
    }

    /** One port of the host's. */
    public PortMapping(Optional<InetAddress> address, int host, int container, Protocol protocol) {
        this(address, host, host, container, protocol);
    }

    /**
     * Reads published ports, {@code [ADDRESS:][HOST[-LAST]:]CONTAINER[-LAST][/PROTOCOL]}, as docker has it. Without a port
     * of the host's, or with 0, one that is free is found at the start. Two ranges have the same length and are joined one to
     * one; a range of the host's before one port of the container's means any of them.
     *
     * @param field the flag as it is written
     * @param text  what was written behind it
     * @return one mapping for each of the container's ports
     * @throws SpecException if it is anything else; names are not addresses, and IPv6 stands in brackets
     */
    public static List<PortMapping> parse(String field, String text) {
        return PortText.parse(field, text);
    }

    /** The same with a port of the host's that was found to be free. */
    public PortMapping at(int port) {
        return new PortMapping(address, port, container, protocol);
    }

    /** The same on one address of the host's. */
    public PortMapping on(InetAddress one) {
        return new PortMapping(Optional.of(one), host, last, container, protocol);
    }

    /** As {@code docker ps} writes it: {@code 127.0.0.1:8080->80/tcp}. */
    public String text() {
        String at = address.map(a -> a.getAddress().length == 16 ? "[" + a.getHostAddress() + "]" : a.getHostAddress())
                .map(a -> a + ":")
                .orElse("");
        String range = last == host ? "" : "-" + last;
        return at + host + range + "->" + container + "/" + protocol.word();
    }
}
