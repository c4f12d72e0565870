package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import java.util.List;

/**
 * A container's place in one network.
 *
 * @param network    the network's id
 * @param name       the network's name
 * @param inside     the interface in the container: {@code eth0}
 * @param outside    the interface on the host; empty for none
 * @param addresses  its addresses, with the prefix of their subnets
 * @param mac        its hardware address
 * @param aliases    further names by which others on this network find it
 */
public record Joined(
        String network,
        String name,
        String inside,
        String outside,
        List<Cidr> addresses,
        Mac mac,
        List<String> aliases) {
    /** Copies the lists. */
    public Joined {
        addresses = List.copyOf(addresses);
        aliases = List.copyOf(aliases);
    }
}
