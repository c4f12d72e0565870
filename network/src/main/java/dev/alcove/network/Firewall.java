package dev.alcove.network;

import dev.alcove.linux.Connections;
import dev.alcove.linux.Link;
import dev.alcove.linux.Mac;
import dev.alcove.linux.Netlink;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.Nft.Answer;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Forwarding, masquerade, isolation, published ports and rules, in tables of nftables of our own on the host: through
 * {@code nft -j -f -}, each change as one transaction. No other table is touched. What has to be done for a container
 * that publishes nothing and has no rules is done once for its network: such a start calls no program.
 *
 * <p>To be called under the lock of the networks' state.
 */
final class Firewall {
    private final HostNetwork host;
    private final Optional<Nft> nft;

    /** With the program that PATH leads to. */
    Firewall(HostNetwork host) {
        this(host, System.getenv().getOrDefault("PATH", ""));
    }

    /**
     * With the program that a path leads to.
     *
     * @param path directories between colons
     */
    Firewall(HostNetwork host, String path) {
        this(host, Nft.find(path, host));
    }

    /** With this program, or none. */
    Firewall(HostNetwork host, Optional<Nft> nft) {
        this.host = host;
        this.nft = nft;
    }

    /** Whether there is a program to change anything with. */
    boolean available() {
        return nft.isPresent();
    }

    /** Whether a container has anything for {@link #open} to do. */
    static boolean concerns(Endpoint endpoint) {
        return !endpoint.ports().isEmpty() || !endpoint.allow().isEmpty();
    }

    /**
     * What the user should know of this host: that containers have no way out for want of nft or of the kernel's part, or
     * that another's rules drop what they send. Each in words of its own, a line each.
     *
     * @param networks those that it is about
     */
    List<String> warnings(List<NetworkConfig> networks) {
        List<NetworkConfig> leading =
                networks.stream().filter(n -> isBridge(n) && !n.internal()).toList();
        if (leading.isEmpty()) {
            return List.of();
        }
        if (nft.isEmpty()) {
            return List.of(
                    "the program nft is not there: containers reach each other and this host, but nothing behind it,"
                            + " and networks are not kept apart; it comes with: apt-get install nftables");
        }
        Answer chains = nft.get().ask("list", "chains");
        if (!chains.done()) {
            return List.of(
                    "nft does not work here, so containers reach each other and this host, but nothing behind it: "
                            + chains.error());
        }
        return ForeignChains.warnings(chains.output(), leading, nft.get());
    }

    /**
     * The whole tables as they are to be for these networks and containers; replaces what is there in one transaction. Called
     * when a network is made or removed, and after a crash. Without networks nothing is left. The host is made to forward what
     * networks need that lead out. Where there is no nft, or no
     * such part of the kernel, nothing happens: {@link #warnings} tells.
     *
     * @throws NetworkException DENIED without the right to, INTERNAL if nft refuses
     */
    void apply(List<NetworkConfig> networks, List<Endpoint> endpoints) {
        replace(networks, endpoints);
    }

    /** Returns whether it could be done at all. */
    private boolean replace(List<NetworkConfig> networks, List<Endpoint> endpoints) {
        if (nft.isEmpty()) {
            return false;
        }
        List<NetworkConfig> bridges =
                networks.stream().filter(Firewall::isBridge).toList();
        for (Endpoint endpoint : endpoints) {
            if (!endpoint.ports().isEmpty()) {
                leadLocalhost(endpoint, bridges);
            }
        }
        Answer chains = nft.get().ask("list", "chains");
        if (!chains.done()) {
            return supported(chains);
        }
        Forwarding forwarding = Forwarding.of(host, nft.get(), chains.output(), bridges);
        List<Object> all = whole(bridges, endpoints, ForeignChains.hasBridgeTable(chains.output()));
        if (!bridges.isEmpty()) {
            all.addAll(FirewallTable.closed(forwarding.closed()));
        }
        boolean done = supported(nft.get().change(all));
        if (done) {
            forwarding.set(host);
        }
        return done;
    }

    /** Whether it was done; if not, for want of the kernel's part. */
    private static boolean supported(Answer answer) {
        if (!answer.done() && !isUnsupported(answer.error())) {
            throw refused(answer.error());
        }
        return answer.done();
    }

    private List<Object> whole(List<NetworkConfig> networks, List<Endpoint> endpoints, boolean bridgeTable) {
        List<Object> all = new ArrayList<>();
        all.add(FirewallTable.TABLE.add());
        all.add(FirewallTable.TABLE.delete());
        if (!networks.isEmpty()) {
            all.addAll(FirewallTable.frame());
            all.addAll(FirewallTable.rules(loopback6()));
            all.addAll(FirewallTable.elements(networks));
            for (Endpoint endpoint : endpoints) {
                all.addAll(PortElements.opened(endpoint, networks));
                all.addAll(ContainerRules.opened(endpoint));
            }
        }
        // A kernel without tables for bridges must not stop those who need none.
        boolean concerned = endpoints.stream().anyMatch(e -> BridgeTable.concerns(e, networks));
        if (bridgeTable || concerned) {
            all.add(BridgeTable.TABLE.add());
            all.add(BridgeTable.TABLE.delete());
        }
        if (concerned) {
            all.addAll(BridgeTable.frame());
            all.addAll(BridgeTable.rules());
            Map<String, Mac> addresses = addresses(networks);
            endpoints.stream()
                    .filter(e -> BridgeTable.concerns(e, networks))
                    .forEach(e -> all.addAll(BridgeTable.opened(e, addresses)));
        }
        return all;
    }

    /**
     * Opens a container's ports and puts its rules in force; does nothing if it has neither. The bridges of its networks are
     * there. Rules that somebody flushed are put back, and a table that somebody removed is made anew.
     *
     * @param present all containers, this one or not; looked into only if the table has to be made anew
     * @throws NetworkException UNSUPPORTED without nft, INVALID if a port cannot lead to the container, INTERNAL if nft
     *     refuses
     */
    void open(Endpoint endpoint, List<NetworkConfig> networks, List<Endpoint> present) {
        if (!concerns(endpoint)) {
            return;
        }
        PortElements.check(endpoint, networks, loopback6());
        String what = endpoint.ports().isEmpty() ? "enforce the container's rules" : "publish ports";
        if (nft.isEmpty()) {
            throw NetworkException.of(
                    Kind.UNSUPPORTED,
                    "cannot " + what,
                    "the program nft is not there",
                    "apt-get install nftables, or leave -p, --allow-from and --allow-to out");
        }
        if (!endpoint.ports().isEmpty()) {
            leadLocalhost(endpoint, networks);
        }
        List<Object> all = new ArrayList<>(FirewallTable.rules(loopback6()));
        all.addAll(PortElements.opened(endpoint, networks));
        all.addAll(ContainerRules.opened(endpoint));
        if (BridgeTable.concerns(endpoint, networks)) {
            all.addAll(BridgeTable.frame());
            all.addAll(BridgeTable.rules());
            all.addAll(BridgeTable.opened(endpoint, addresses(networks)));
        }
        boolean done = nft.get().change(all).done();
        if (!done) {
            List<Endpoint> everybody = new ArrayList<>(present);
            everybody.removeIf(e -> e.container().equals(endpoint.container()));
            everybody.add(endpoint);
            if (!replace(networks, everybody)) {
                throw NetworkException.of(
                        Kind.UNSUPPORTED,
                        "cannot " + what,
                        "this kernel is built without a part of nf_tables",
                        "leave -p, --allow-from and --allow-to out");
            }
        }
        host.in(() -> {
            for (PortMapping port : endpoint.ports()) {
                if (port.protocol() == Protocol.UDP) {
                    Connections.forgetUdpTo(port.host());
                }
            }
            return done;
        });
    }

    /**
     * Takes back what {@link #open} did.
     *
     * @param remaining the other containers; looked into only if it had rules, or the table has to be made anew
     * @throws NetworkException INTERNAL if nft refuses
     */
    void close(Endpoint endpoint, List<NetworkConfig> networks, List<Endpoint> remaining) {
        if (nft.isEmpty() || !concerns(endpoint)) {
            return;
        }
        List<Object> all = new ArrayList<>(FirewallTable.rules(loopback6()));
        all.addAll(PortElements.closed(endpoint, networks));
        all.addAll(ContainerRules.closed(endpoint));
        if (BridgeTable.concerns(endpoint, networks)) {
            boolean others = remaining.stream()
                    .anyMatch(e ->
                            BridgeTable.concerns(e, networks) && !e.container().equals(endpoint.container()));
            all.add(BridgeTable.TABLE.add());
            if (others) {
                all.addAll(BridgeTable.frame());
                all.addAll(BridgeTable.rules());
                all.addAll(BridgeTable.closed(endpoint, addresses(networks)));
            } else {
                all.add(BridgeTable.TABLE.delete());
            }
        }
        if (!nft.get().change(all).done()) {
            apply(
                    networks,
                    remaining.stream()
                            .filter(e -> !e.container().equals(endpoint.container()))
                            .toList());
        }
        host.in(() -> {
            for (Joined joined : endpoint.joined()) {
                joined.addresses().forEach(a -> Connections.forget(a.address()));
            }
            return true;
        });
    }

    private boolean loopback6() {
        return host.in(() -> !BrNetfilter.shows(Family.V6));
    }

    private void leadLocalhost(Endpoint endpoint, List<NetworkConfig> networks) {
        host.in(() -> {
            try (Netlink net = Netlink.open()) {
                for (NetworkConfig network : networks) {
                    boolean joined =
                            endpoint.joined().stream().anyMatch(j -> j.network().equals(network.id()));
                    if (joined && isBridge(network) && !network.internal()) {
                        boolean v6 = network.subnets().stream()
                                .anyMatch(s -> s.network().isV6());
                        net.links()
                                .find(network.link().orElseThrow())
                                .ifPresent(bridge -> Localhost.lead(net, bridge, v6));
                    }
                }
            }
            return true;
        });
    }

    /** The bridges' hardware addresses by the networks' ids. */
    private Map<String, Mac> addresses(List<NetworkConfig> networks) {
        return host.in(() -> {
            Map<String, Mac> addresses = new LinkedHashMap<>();
            try (Netlink net = Netlink.open()) {
                for (NetworkConfig network : networks) {
                    if (isBridge(network)) {
                        net.links()
                                .find(network.link().orElseThrow())
                                .flatMap(Link::mac)
                                .ifPresent(mac -> addresses.put(network.id(), mac));
                    }
                }
            }
            return addresses;
        });
    }

    private static boolean isBridge(NetworkConfig network) {
        return network.driver() == Driver.BRIDGE && network.link().isPresent();
    }

    /** Of a kernel that is built without: containers run all the same. */
    private static boolean isUnsupported(String words) {
        return words.contains("not supported") || words.contains("Protocol not available");
    }

    private static NetworkException refused(String words) {
        boolean denied = words.contains("not permitted") || words.contains("ermission denied");
        return NetworkException.of(
                denied ? Kind.DENIED : Kind.INTERNAL,
                "nft refused the firewall's change: " + words,
                denied
                        ? "changing the firewall needs CAP_NET_ADMIN over the host's network"
                        : "this version of nft or this kernel does not know a part of what it was given",
                denied ? "run it as root" : "nft --version and uname -r tell which; say so to Alcove's authors");
    }
}
