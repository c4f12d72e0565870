package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinkAddress;
import dev.alcove.linux.Links;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Mac;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.NewLink;
import dev.alcove.linux.Route;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.SubnetPlan.Taken;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A network's own interface on the host; to be called in the host's network namespace. */
final class HostLinks {
    private static final int MAC_PREFIX = 0x0242;

    private HostLinks() {}

    /** The ranges that the host's addresses and routes are of, but for those that lead everywhere. */
    static List<Taken> taken(Netlink net) {
        List<Link> links = net.links().list();
        List<Taken> taken = new ArrayList<>();
        for (LinkAddress address : net.addresses().list()) {
            Cidr range = address.address().network();
            taken.add(new Taken(range, "the host's interface " + name(links, address.link())));
        }
        for (Route route : net.routes().list()) {
            Cidr range = route.destination();
            if (range.prefix() > 0 && taken.stream().noneMatch(t -> t.range().equals(range))) {
                String by = route.link().isPresent()
                        ? " by " + name(links, route.link().getAsInt())
                        : "";
                taken.add(new Taken(range, "the host's route" + by));
            }
        }
        return taken;
    }

    private static String name(List<Link> links, int index) {
        return links.stream()
                .filter(l -> l.index() == index)
                .map(Link::name)
                .findFirst()
                .orElse("number " + index);
    }

    /**
     * The interface that carries a network, as it is to be: a bridge is made where it is missing, as after a restart of the
     * host, or completed, as after a crash. It is up when all else is done: a bridge that is up needs no look.
     *
     * @param rules makes the firewall's rules; called only if the bridge was not up
     */
    static Link carrier(Netlink net, NetworkConfig network, Steps steps, Runnable rules) {
        String name = network.link().orElseThrow();
        Optional<Link> found = net.links().find(name);
        if (found.isPresent() && found.get().up()) {
            return found.get();
        }
        if (network.driver() == Driver.MACVLAN) {
            throw NetworkException.of(
                    Kind.NOT_FOUND,
                    "the interface " + name + " that carries network '" + network.name() + "' is "
                            + (found.isPresent() ? "down" : "not there"),
                    "it was removed, renamed, set down or moved",
                    found.isPresent() ? "ip link set " + name + " up" : "make it again, or remove the network");
        }
        return bridge(net, network, found, steps, rules);
    }

    private static Link bridge(Netlink net, NetworkConfig network, Optional<Link> found, Steps steps, Runnable rules) {
        Links links = net.links();
        // Its own hardware address: the kernel's choice changes as ports come and go, and with it everybody's
        // neighbours.
        NewLink wanted = NewLink.named(network.link().orElseThrow()).mac(mac(gateway(network)));
        steps.before("make the bridge");
        Link bridge = found.orElseGet(() -> links.addBridge(network.mtu() == 0 ? wanted : wanted.mtu(network.mtu())));
        boolean v6 = network.subnets().stream().anyMatch(s -> s.network().isV6());
        steps.before("set up the bridge");
        HostSysctls.ipv6(bridge.name(), v6);
        for (Subnet subnet : network.subnets()) {
            if (subnet.gateway().isPresent()) {
                steps.before("give the bridge an address");
                addAddress(
                        net,
                        bridge,
                        new Cidr(subnet.gateway().get(), subnet.network().prefix()));
            }
        }
        steps.before("make the firewall's rules");
        rules.run();
        steps.before("set the bridge up");
        links.up(bridge);
        return bridge;
    }

    /** It may have it, of an attempt that a crash ended. */
    private static void addAddress(Netlink net, Link bridge, Cidr address) {
        try {
            net.addresses().addNoDad(bridge, address);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    private static InetAddress gateway(NetworkConfig network) {
        Subnet first = network.subnets().getFirst();
        return first.gateway().orElse(first.network().address());
    }

    /** Takes a network's bridge away; what carries a macvlan is not ours. */
    static void remove(Netlink net, NetworkConfig network) {
        if (network.driver() == Driver.BRIDGE) {
            net.links().find(network.link().orElseThrow()).ifPresent(net.links()::delete);
        }
    }

    /** The hardware address that follows from an address: docker's 02:42, then the last four bytes. */
    static Mac mac(InetAddress address) {
        byte[] bytes = address.getAddress();
        long bits = MAC_PREFIX;
        for (int i = bytes.length - 4; i < bytes.length; i++) {
            bits = bits << 8 | (bytes[i] & 0xff);
        }
        return new Mac(bits);
    }
}
