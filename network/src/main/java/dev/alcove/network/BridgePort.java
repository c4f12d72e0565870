package dev.alcove.network;

import dev.alcove.linux.Link;
import dev.alcove.linux.Netlink;
import dev.alcove.network.AllowRule.Direction;

/** How a bridge treats the port of one container. */
final class BridgePort {
    private BridgePort() {}

    /**
     * Whether the bridge passes nothing between a container's port and others that are so: on a network that keeps its
     * containers apart (icc off). The kernel does that by itself, without any firewall. A container that publishes ports or
     * says who may talk to it is left out: all that is sent to it goes by way of the host and its rules ({@link
     * BridgeTable}), and the others must be able to find it.
     */
    static boolean isolated(NetworkConfig network, Endpoint endpoint) {
        return !network.icc()
                && endpoint.ports().isEmpty()
                && endpoint.allow().stream().noneMatch(r -> r.direction() == Direction.FROM);
    }

    /**
     * Sets what a port is to be; to be called in the host's network namespace, before it is up. Does nothing for most.
     *
     * <p>With br_netfilter a packet that a container sends to its own published port is not routed back but bridged, and a
     * bridge sends nothing back where it came from, unless its port is a "hairpin".
     */
    static void set(Netlink net, Link wire, NetworkConfig network, Endpoint endpoint) {
        boolean isolated = isolated(network, endpoint);
        boolean hairpin = !endpoint.ports().isEmpty() && BrNetfilter.shows(Family.V4);
        if (isolated || hairpin) {
            net.links().port(wire, isolated, hairpin);
        }
    }
}
