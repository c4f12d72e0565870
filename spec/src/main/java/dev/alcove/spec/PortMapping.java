package dev.alcove.spec;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A port of the host that leads to one of a container, {@code -p}.
 *
 * @param address   the host's address it is open on; empty for all of them, IPv4 and IPv6
 * @param host      the host's port, 1 to 65535; 0 for one that is free
 * @param container the container's port, 1 to 65535
 * @param protocol  what speaks on it
 */
public record PortMapping(Optional<InetAddress> address, int host, int container, Protocol protocol) {
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
    }
}
