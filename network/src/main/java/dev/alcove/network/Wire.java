package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.NewLink;
import dev.alcove.linux.Route;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A container's interface on one network, as it is to be made.
 *
 * @param network  which network
 * @param joined   what the container has there
 * @param extra    further addresses of the interface
 * @param gateways where its default routes lead; none if another interface has them, or nothing leads out
 */
record Wire(NetworkConfig network, Joined joined, List<Cidr> extra, List<InetAddress> gateways) {
    /**
     * Makes the interface, in the host's network namespace; it appears inside under its last name, down.
     *
     * @param carrier the network's bridge or parent
     * @param inside  the container's network namespace
     * @param endpoint what the container is, for how the bridge treats it
     * @return its index inside; 0 if the kernel does not say
     */
    int make(Netlink host, Link carrier, Namespace inside, Endpoint endpoint) {
        NewLink end = NewLink.named(joined.inside()).mac(joined.mac()).in(inside.fd());
        if (network.mtu() != 0) {
            end = end.mtu(network.mtu());
        }
        try {
            if (network.driver() == Driver.MACVLAN) {
                host.links().addMacvlan(end, carrier);
                return 0;
            }
            NewLink here = NewLink.named(joined.outside()).master(carrier).asUp();
            if (network.mtu() != 0) {
                here = here.mtu(network.mtu());
            }
            Link made = veth(host, here, end);
            BridgePort.set(host, made, network, endpoint);
            return made.peer().orElse(0);
        } catch (LinuxException e) {
            throw NetworkException.of("cannot connect to network '" + network.name() + "'", e);
        }
    }

    /**
     * The host's end is called by the network and the address, and the address is this container's alone: what is called so
     * already is of one that is over, whose network namespace the kernel is still about to take away.
     */
    private static Link veth(Netlink host, NewLink here, NewLink end) {
        try {
            return host.links().addVeth(here, end);
        } catch (LinuxException e) {
            Optional<Link> old = host.links().find(here.name());
            if (e.errno() != Errno.EEXIST || old.isEmpty()) {
                throw e;
            }
            host.links().delete(old.get());
            return host.links().addVeth(here, end);
        }
    }

    /**
     * Gives the interface its addresses and routes, in the container's network namespace.
     *
     * @param index its index, or 0
     */
    void configure(Netlink inside, int index) {
        try {
            Link link = index == 0 ? inside.links().get(joined.inside()) : Link.of(index, joined.inside());
            boolean v6 =
                    Stream.concat(joined.addresses().stream(), extra.stream()).anyMatch(Cidr::isV6);
            HostSysctls.ipv6(link.name(), v6);
            for (Cidr address : joined.addresses()) {
                inside.addresses().addNoDad(link, address);
            }
            for (Cidr address : extra) {
                inside.addresses().addNoDad(link, address);
            }
            inside.links().up(link);
            for (InetAddress gateway : gateways) {
                inside.routes().add(Route.byDefault(gateway).dev(link));
            }
        } catch (LinuxException e) {
            throw NetworkException.of("cannot set up " + joined.inside() + " in the container", e);
        }
    }

    /**
     * The network namespace of a process.
     *
     * @throws NetworkException NOT_FOUND if it has ended
     */
    static Namespace namespace(String container, int pid) {
        return Namespace.of(NamespaceKind.NET, pid)
                .orElseThrow(() -> NetworkException.of(
                        Kind.NOT_FOUND,
                        "the container '" + container + "' has no process " + pid,
                        "it has ended",
                        "start it again"));
    }

    /**
     * Where the default routes of one of a container's interfaces lead: those of the first network, in each family, that
     * leads anywhere.
     *
     * @param on    the container's networks
     * @param place which of them
     */
    static List<InetAddress> gateways(List<NetworkConfig> on, int place) {
        List<InetAddress> gateways = new ArrayList<>();
        for (boolean v6 : new boolean[] {false, true}) {
            for (int i = 0; i <= place; i++) {
                Optional<InetAddress> gateway = gateway(on.get(i), v6);
                if (gateway.isPresent()) {
                    if (i == place) {
                        gateways.add(gateway.get());
                    }
                    break;
                }
            }
        }
        return gateways;
    }

    private static Optional<InetAddress> gateway(NetworkConfig network, boolean v6) {
        return network.internal()
                ? Optional.empty()
                : network.subnets().stream()
                        .filter(s -> s.network().isV6() == v6)
                        .flatMap(s -> s.gateway().stream())
                        .findFirst();
    }

    /** Makes all of a container's interfaces. */
    static void connect(
            HostNetwork host, Endpoint endpoint, List<Wire> wires, Namespace inside, Carriers carriers, Steps steps) {
        int[] indexes = new int[wires.size()];
        host.in(() -> {
            try (Netlink net = Netlink.open()) {
                for (int i = 0; i < indexes.length; i++) {
                    Wire wire = wires.get(i);
                    Link carrier = carriers.of(net, wire.network);
                    steps.before("make the wire");
                    indexes[i] = wire.make(net, carrier, inside, endpoint);
                }
            }
            return indexes;
        });
        NamespaceThread.create().join(inside).call(() -> {
            try (Netlink net = Netlink.open()) {
                for (int i = 0; i < indexes.length; i++) {
                    steps.before("give the interface its addresses");
                    wires.get(i).configure(net, indexes[i]);
                }
            }
            return indexes;
        });
        steps.before("let the container go on");
    }

    /** Where a network's bridge or parent is found. */
    interface Carriers {
        /** It, made where it is missing. */
        Link of(Netlink host, NetworkConfig network);
    }
}
