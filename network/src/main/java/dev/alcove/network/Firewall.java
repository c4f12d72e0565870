package dev.alcove.network;

import java.util.List;

/**
 * Forwarding, masquerade, isolation, published ports and rules, in a table of nftables of our own on the host: through
 * {@code nft -j -f -}, each change as one transaction. No other table is touched. What has to be done for a container
 * that publishes nothing and has no rules is done once for its network: such a start calls no program.
 */
final class Firewall {
    @SuppressWarnings("UnusedVariable")
    private final HostNetwork host;

    Firewall(HostNetwork host) {
        this.host = host;
    }

    /**
     * The whole table as it is to be for these networks and containers; replaces what is there in one transaction. Called
     * when a network is made or removed, and after a crash.
     */
    void apply(List<NetworkConfig> networks, List<Endpoint> endpoints) {}

    /** Opens a container's ports and puts its rules in force; does nothing if it has neither. */
    void open(Endpoint endpoint, List<NetworkConfig> networks) {}

    /** Takes back what {@link #open} did. */
    void close(Endpoint endpoint) {}
}
