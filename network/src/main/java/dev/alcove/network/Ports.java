package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.LinkAddress;
import dev.alcove.linux.Netlink;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The host's ports that lead to containers. */
final class Ports {
    /** How many ports that containers have are held while the kernel is asked for another one. */
    private static final int TRIES = 32;

    private final HostNetwork host;
    private final Optional<InetAddress> standard;

    Ports(HostNetwork host) {
        this(host, Optional.empty());
    }

    /**
     * With an address of the host's for those ports that name none.
     *
     * @param standard such as 127.0.0.1, so that only the host itself reaches them; empty for all addresses, as docker
     */
    Ports(HostNetwork host, Optional<InetAddress> standard) {
        this.host = host;
        this.standard = standard;
    }

    /**
     * Finds numbers for those that have none, and refuses those that are taken: by another container, or by a process of
     * the host, which is named. Under the lock of the networks' state, so that no two starts get the same.
     *
     * @param wanted  what a container asks for
     * @param present the other containers there are
     * @return the same with numbers, and with the standard address where they had none
     * @throws NetworkException CONFLICT if a port is taken, INVALID if it is asked for twice or the address is none of the
     *     host's, EXHAUSTED if no port is free
     */
    List<PortMapping> reserve(List<PortMapping> wanted, List<Endpoint> present) {
        if (wanted.isEmpty()) {
            return List.of();
        }
        return host.in(() -> {
            List<Cidr> own = ownAddresses();
            List<PortMapping> found = new ArrayList<>();
            for (PortMapping each : wanted) {
                PortMapping mapping = each.address().isEmpty() && standard.isPresent() ? each.on(standard.get()) : each;
                if (mapping.address().isPresent()
                        && !HostSockets.isLocal(mapping.address().get(), own)) {
                    throw NetworkException.of(
                            Kind.INVALID,
                            "port " + mapping.text() + " cannot be published",
                            mapping.address().get().getHostAddress() + " is none of this host's addresses",
                            "ip address shows them; leave the address out for all of them");
                }
                found.add(mapping.host() == 0 ? free(mapping, found, present) : first(mapping, found, present));
            }
            return List.copyOf(found);
        });
    }

    private static List<Cidr> ownAddresses() {
        try (Netlink net = Netlink.open()) {
            return net.addresses().list().stream().map(LinkAddress::address).toList();
        }
    }

    /** The first of a range, which is mostly one port, that nobody has. */
    private static PortMapping first(PortMapping mapping, List<PortMapping> found, List<Endpoint> present) {
        String why = "";
        for (int port = mapping.host(); port <= mapping.last(); port++) {
            PortMapping candidate = mapping.at(port);
            Optional<String> taken = taken(candidate, found, present).or(() -> bound(candidate));
            if (taken.isEmpty()) {
                return candidate;
            }
            why = why.isEmpty()
                    ? "port " + port + "/" + mapping.protocol().word() + " is taken by " + taken.get()
                    : why;
        }
        boolean one = mapping.host() == mapping.last();
        throw NetworkException.of(
                Kind.CONFLICT,
                "port " + mapping.text() + " cannot be published",
                one ? why : "all of them are taken; " + why,
                "choose another port of the host's, or none for a free one: -p " + mapping.container());
    }

    /**
     * A port that the kernel gives away. Those that containers have it does not know: they are held while it is asked for
     * another one, and if it has named too many of them, the rest of its range is gone through.
     */
    private static PortMapping free(PortMapping mapping, List<PortMapping> found, List<Endpoint> present) {
        List<NetworkChannel> held = new ArrayList<>();
        try {
            while (held.size() < TRIES) {
                NetworkChannel channel = bind(mapping);
                held.add(channel);
                PortMapping candidate = mapping.at(((InetSocketAddress) channel.getLocalAddress()).getPort());
                if (taken(candidate, found, present).isEmpty()) {
                    return candidate;
                }
            }
        } catch (BindException e) {
            // All of them are in use, those that are held here among them.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            for (NetworkChannel channel : held) {
                close(channel);
            }
        }
        String[] range = HostSysctls.get("ipv4/ip_local_port_range").split("\\s+", 2);
        for (int port = Integer.parseInt(range[0]); port <= Integer.parseInt(range[1]); port++) {
            PortMapping candidate = mapping.at(port);
            if (taken(candidate, found, present).isEmpty() && bound(candidate).isEmpty()) {
                return candidate;
            }
        }
        throw NetworkException.of(
                Kind.EXHAUSTED,
                "there is no free port of the host's for " + mapping.text(),
                "processes and containers have all that the kernel gives away by itself (net.ipv4.ip_local_port_range)",
                "name a port, or remove containers");
    }

    private static void close(NetworkChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Which container has a port: another one, or this one by another of its mappings. */
    private static Optional<String> taken(PortMapping wanted, List<PortMapping> found, List<Endpoint> present) {
        if (found.stream().anyMatch(f -> meet(f, wanted))) {
            return Optional.of("this container itself, which asks for it twice");
        }
        return present.stream()
                .filter(e -> e.ports().stream().anyMatch(p -> meet(p, wanted)))
                .findFirst()
                .map(e -> "the container " + (e.name().isEmpty() ? e.container() : "'" + e.name() + "'"));
    }

    private static boolean meet(PortMapping one, PortMapping other) {
        return one.protocol() == other.protocol()
                && one.host() == other.host()
                && overlap(one.address(), other.address());
    }

    /** Whether a packet can be to both; without an address it is to all of them. */
    static boolean overlap(Optional<InetAddress> one, Optional<InetAddress> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return true;
        }
        return Family.of(one.get()) == Family.of(other.get())
                && (one.get().isAnyLocalAddress()
                        || other.get().isAnyLocalAddress()
                        || one.get().equals(other.get()));
    }

    /** Which process of the host has a port. A port that nobody listens on can be taken too: by bind(2). */
    private static Optional<String> bound(PortMapping wanted) {
        if (wanted.protocol() == Protocol.SCTP) {
            return Optional.empty();
        }
        try (NetworkChannel channel = bind(wanted)) {
            return Optional.empty();
        } catch (BindException e) {
            List<HostSockets.Bound> meeting =
                    HostSockets.look().stream().filter(s -> s.meets(wanted)).toList();
            for (HostSockets.Bound socket : meeting) {
                Optional<String> owner = HostSockets.owner(socket.inode());
                if (owner.isPresent()) {
                    return Optional.of(owner.get() + " of the host");
                }
            }
            // Java's sockets on all of IPv6 want IPv4 too, which was not asked for here.
            boolean allOfV6 = wanted.address().isPresent()
                    && wanted.address().get().isAnyLocalAddress()
                    && Family.of(wanted.address().get()) == Family.V6;
            return meeting.isEmpty() && allOfV6
                    ? Optional.empty()
                    : Optional.of("a process of the host that is not to be seen from here");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A socket on the port, as a process would have it; for a free number of SCTP's one of TCP, since Java has no other. */
    private static NetworkChannel bind(PortMapping mapping) throws IOException {
        Optional<InetAddress> address = mapping.address();
        boolean udp = mapping.protocol() == Protocol.UDP;
        NetworkChannel channel;
        if (address.isEmpty()) {
            channel = udp ? DatagramChannel.open() : ServerSocketChannel.open();
        } else {
            ProtocolFamily family = address.get().getAddress().length == 16
                    ? StandardProtocolFamily.INET6
                    : StandardProtocolFamily.INET;
            channel = udp ? DatagramChannel.open(family) : ServerSocketChannel.open(family);
        }
        boolean done = false;
        try {
            InetSocketAddress at = address.isEmpty()
                    ? new InetSocketAddress(mapping.host())
                    : new InetSocketAddress(address.get(), mapping.host());
            channel.bind(at);
            done = true;
            return channel;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }
}
