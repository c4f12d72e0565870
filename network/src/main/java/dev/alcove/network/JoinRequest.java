package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a container wants of one network.
 *
 * @param network   the network's name, or the beginning of its id
 * @param ip        the IPv4 address it wants; empty for a free one
 * @param ip6       the IPv6 address it wants; empty for a free one
 * @param mac       the hardware address it wants; empty for one that follows from the address
 * @param aliases   further names by which others on this network find it
 * @param linkLocal further addresses of its interface
 */
public record JoinRequest(
        String network,
        Optional<InetAddress> ip,
        Optional<InetAddress> ip6,
        Optional<Mac> mac,
        List<String> aliases,
        List<Cidr> linkLocal) {
    /** Copies the lists. */
    public JoinRequest {
        aliases = List.copyOf(aliases);
        linkLocal = List.copyOf(linkLocal);
    }

    /** Anything that is free on a network. */
    public static JoinRequest of(String network) {
        return new JoinRequest(network, Optional.empty(), Optional.empty(), Optional.empty(), List.of(), List.of());
    }
}
