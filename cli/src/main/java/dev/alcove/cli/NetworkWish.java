package dev.alcove.cli;

import dev.alcove.spec.HostEntry;
import dev.alcove.spec.NetworkFlag;
import dev.alcove.spec.PortMapping;
import java.net.InetAddress;
import java.util.List;

/**
 * What run's flags say of the container's network: checked values, of which nothing has been looked up on the machine.
 *
 * @param flags     the networks; or alone a room that is there, or a program
 * @param ports     the host's ports that lead to it
 * @param allowFrom who may connect to it, as it was written
 * @param allowTo   to whom it may connect, as it was written
 * @param dns       name servers
 * @param search    domains in which names are looked for
 * @param options   the resolver's options
 * @param hosts     lines of its /etc/hosts
 */
record NetworkWish(
        List<NetworkFlag> flags,
        List<PortMapping> ports,
        List<String> allowFrom,
        List<String> allowTo,
        List<InetAddress> dns,
        List<String> search,
        List<String> options,
        List<HostEntry> hosts) {
    NetworkWish {
        flags = List.copyOf(flags);
        ports = List.copyOf(ports);
        dns = List.copyOf(dns);
        hosts = List.copyOf(hosts);
    }

    /** The first of the networks, or the only thing there is. */
    NetworkFlag first() {
        return flags.getFirst();
    }

    /** Whether the network namespace is the container's own. */
    boolean isOwn() {
        return !(first() instanceof NetworkFlag.Room room) || RoomFlags.isOwn(room.mode());
    }

    /** Whether its resolv.conf is to be other than usual. */
    boolean resolves() {
        return !dns.isEmpty() || !search.isEmpty() || !options.isEmpty();
    }
}
