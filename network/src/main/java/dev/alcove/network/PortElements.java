package dev.alcove.network;

import static dev.alcove.network.NftJson.concat;

import dev.alcove.linux.Cidr;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.spec.PortMapping;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A container's published ports as elements of the maps that {@link FirewallTable} translates by. Nothing here acts. */
final class PortElements {
    /**
     * One element.
     *
     * @param maps the beginning of both maps' names: {@code any4}
     * @param key  protocol and port, or address, protocol and port
     */
    private record Element(String maps, Object key, String address, int port) {
        List<Object> added() {
            return List.of(
                    FirewallTable.TABLE.element(maps + "_addr", key, address),
                    FirewallTable.TABLE.element(maps + "_port", key, port));
        }

        List<Object> removed() {
            List<Object> all = new ArrayList<>(FirewallTable.TABLE.removal(maps + "_addr", key, address));
            all.addAll(FirewallTable.TABLE.removal(maps + "_port", key, port));
            return all;
        }
    }

    private PortElements() {}

    static List<Object> opened(Endpoint endpoint, List<NetworkConfig> networks) {
        return elements(endpoint, networks).stream()
                .flatMap(e -> e.added().stream())
                .toList();
    }

    static List<Object> closed(Endpoint endpoint, List<NetworkConfig> networks) {
        return elements(endpoint, networks).stream()
                .flatMap(e -> e.removed().stream())
                .toList();
    }

    /**
     * Where ports of the host's lead: to the container's first address on a bridge that leads out.
     *
     * @return it, or empty if it has none of this family
     */
    static Optional<InetAddress> target(Endpoint endpoint, List<NetworkConfig> networks, Family family) {
        for (Joined joined : endpoint.joined()) {
            boolean leadsOut = networks.stream()
                    .anyMatch(n -> n.id().equals(joined.network()) && n.driver() == Driver.BRIDGE && !n.internal());
            for (Cidr address : leadsOut ? joined.addresses() : List.<Cidr>of()) {
                if (Family.of(address) == family) {
                    return Optional.of(address.address());
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Refuses ports that cannot lead anywhere.
     *
     * @param loopback6 whether ::1 can lead to containers
     * @throws NetworkException INVALID or UNSUPPORTED, naming the port
     */
    static void check(Endpoint endpoint, List<NetworkConfig> networks, boolean loopback6) {
        for (PortMapping port : endpoint.ports()) {
            boolean v4 = target(endpoint, networks, Family.V4).isPresent();
            boolean v6 = target(endpoint, networks, Family.V6).isPresent();
            if (!v4 && !v6) {
                throw NetworkException.of(
                        Kind.INVALID,
                        "port " + port.text() + " cannot be published",
                        "the container is on no network with a bridge that leads out: an internal one has no way in",
                        "give it one more network, or leave the port out");
            }
            if (port.address().isPresent() && !(Family.of(port.address().get()) == Family.V4 ? v4 : v6)) {
                throw NetworkException.of(
                        Kind.INVALID,
                        "port " + port.text() + " cannot be published",
                        "the container has no " + (v4 ? "IPv6" : "IPv4")
                                + " address, and the kernel does not translate one into the other",
                        v4 ? "use a network made with --ipv6" : "use a network with IPv4");
            }
            if (!loopback6 && port.address().filter(PortElements::isLoopback6).isPresent()) {
                throw NetworkException.of(
                        Kind.UNSUPPORTED,
                        "port " + port.text() + " cannot be published",
                        "br_netfilter is in force for IPv6, and with it no answer reaches ::1",
                        "publish it on 127.0.0.1, or: sysctl net.bridge.bridge-nf-call-ip6tables=0");
            }
        }
    }

    private static boolean isLoopback6(InetAddress address) {
        return Family.of(address) == Family.V6 && address.isLoopbackAddress();
    }

    private static List<Element> elements(Endpoint endpoint, List<NetworkConfig> networks) {
        List<Element> all = new ArrayList<>();
        for (PortMapping port : endpoint.ports()) {
            for (Family family : Family.values()) {
                Optional<InetAddress> target = target(endpoint, networks, family);
                Optional<InetAddress> at = port.address();
                if (target.isPresent() && (at.isEmpty() || Family.of(at.get()) == family)) {
                    all.add(element(family, at, port, target.get().getHostAddress()));
                }
            }
        }
        return all;
    }

    private static Element element(Family family, Optional<InetAddress> at, PortMapping port, String target) {
        String protocol = port.protocol().word();
        if (at.isEmpty() || at.get().isAnyLocalAddress()) {
            return new Element(family.name("any"), concat(protocol, port.host()), target, port.container());
        }
        Object key = concat(at.get().getHostAddress(), protocol, port.host());
        return new Element(family.name("at"), key, target, port.container());
    }
}
