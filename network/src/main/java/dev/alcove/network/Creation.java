package dev.alcove.network;

import dev.alcove.linux.Flock;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Netlink;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.SubnetPlan.Taken;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Makes and removes networks. The record comes first and goes last, the bridge comes up last and goes first: so a network
 * that a crash left is one whose bridge is missing or down, and that is noticed and mended by whoever uses it next.
 */
final class Creation {
    private static final int ID_BYTES = 32;
    private static final int NAME_DIGITS = 12;

    private final Parts parts;

    Creation(Parts parts) {
        this.parts = parts;
    }

    NetworkConfig create(NetworkRequest request) {
        NetworkName.check(request.name());
        NetworkOptions options = NetworkOptions.of(request);
        try (Flock lock = parts.folder().lock()) {
            Optional<NetworkConfig> other = parts.folder().named(request.name());
            if (other.isPresent()) {
                throw NetworkException.of(
                        Kind.CONFLICT,
                        "there is a network '" + request.name() + "' already",
                        "it was made " + other.get().created() + " and not removed",
                        "alcove network rm " + request.name() + ", or choose another name");
            }
            return make(request, options, lock);
        }
    }

    /** A network that a container is to be on; the default one is made when it is missing. Under the lock. */
    NetworkConfig wanted(String reference, Flock lock) {
        if (reference.equals(NetworkConfig.DEFAULT)
                && parts.folder().named(reference).isEmpty()) {
            NetworkRequest request = NetworkRequest.bridge(reference);
            return make(request, NetworkOptions.of(request), lock);
        }
        return parts.folder().find(reference);
    }

    private NetworkConfig make(NetworkRequest request, NetworkOptions options, Flock lock) {
        if (!lock.fd().isOpen()) {
            throw new IllegalStateException("networks are made under the lock");
        }
        String id = HexFormat.of().formatHex(Kernel.random(ID_BYTES));
        String what = "cannot make network '" + request.name() + "'";
        List<NetworkConfig> others = parts.folder().networks();
        try {
            return parts.host().in(() -> {
                try (Netlink net = Netlink.open()) {
                    Optional<String> link = link(net, request, options, id);
                    NetworkConfig network = new NetworkConfig(
                            id,
                            request.name(),
                            request.driver(),
                            link,
                            request.driver() == Driver.CNI
                                    ? List.of()
                                    : SubnetPlan.of(request, id, parts.pool(), taken(others), HostLinks.taken(net)),
                            request.internal(),
                            options.icc(),
                            options.mtu(),
                            request.options(),
                            request.labels(),
                            Instant.now().truncatedTo(ChronoUnit.SECONDS));
                    record(net, network);
                    return network;
                }
            });
        } catch (LinuxException e) {
            throw NetworkException.of(what, e);
        }
    }

    private void record(Netlink net, NetworkConfig network) {
        boolean done = false;
        try {
            parts.steps().before("write the network's record");
            parts.folder().write(network);
            if (network.driver() == Driver.BRIDGE) {
                HostLinks.carrier(net, network, parts.steps(), this::rules);
            } else {
                rules();
            }
            done = true;
        } finally {
            if (!done) {
                HostLinks.remove(net, network);
                parts.folder().remove(network);
            }
        }
    }

    private void rules() {
        parts.firewall().apply(parts.folder().networks(), new Present(parts.folder()));
    }

    private Optional<String> link(Netlink net, NetworkRequest request, NetworkOptions options, String id) {
        if (request.driver() == Driver.CNI) {
            return Optional.empty();
        }
        if (request.driver() == Driver.BRIDGE) {
            String name = options.link().orElse("br-" + id.substring(0, NAME_DIGITS));
            boolean standard = request.name().equals(NetworkConfig.DEFAULT)
                    && options.link().isEmpty();
            if (standard && net.links().find(request.name()).isEmpty()) {
                return Optional.of(request.name());
            }
            if (net.links().find(name).isPresent()) {
                throw NetworkException.of(
                        Kind.CONFLICT,
                        "the host has an interface " + name + " already",
                        "somebody else made it, or alcove with another state folder",
                        "ip link show " + name + "; choose another with --opt com.docker.network.bridge.name=…");
            }
            return Optional.of(name);
        }
        String parent = options.link().orElseThrow();
        Optional<Link> found = net.links().find(parent);
        if (found.isEmpty()) {
            throw NetworkException.of(
                    Kind.NOT_FOUND,
                    "the host has no interface " + parent,
                    "a slip in --opt parent=" + parent,
                    "ip link lists those there are");
        }
        return Optional.of(parent);
    }

    private static List<Taken> taken(List<NetworkConfig> networks) {
        List<Taken> taken = new ArrayList<>();
        for (NetworkConfig network : networks) {
            for (Subnet subnet : network.subnets()) {
                taken.add(new Taken(subnet.network(), "network '" + network.name() + "'"));
            }
        }
        return taken;
    }

    /** Removes a network. Under the lock, after those that are over have been released. */
    void remove(NetworkConfig network) {
        List<String> users = users(network);
        if (!users.isEmpty()) {
            throw NetworkException.of(
                    Kind.BUSY,
                    "network '" + network.name() + "' is in use by container" + (users.size() == 1 ? " " : "s ")
                            + String.join(", ", users),
                    "they run, or are about to",
                    "end them, or alcove network disconnect " + network.name() + " CONTAINER");
        }
        try {
            parts.host().in(() -> {
                parts.steps().before("remove the bridge");
                try (Netlink net = Netlink.open()) {
                    HostLinks.remove(net, network);
                }
                return network;
            });
        } catch (LinuxException e) {
            throw NetworkException.of("cannot remove network '" + network.name() + "'", e);
        }
        parts.steps().before("remove the network from the firewall");
        List<NetworkConfig> rest = new ArrayList<>(parts.folder().networks());
        rest.removeIf(n -> n.id().equals(network.id()));
        parts.firewall().apply(rest, new Present(parts.folder()));
        parts.steps().before("remove the network's names");
        parts.names().removed(network);
        parts.steps().before("remove the network's record");
        parts.folder().remove(network);
    }

    /** The containers on a network, by name where they have one. */
    List<String> users(NetworkConfig network) {
        List<String> users = new ArrayList<>();
        for (Endpoint endpoint : new Present(parts.folder())) {
            if (endpoint.joined().stream().anyMatch(j -> j.network().equals(network.id()))) {
                users.add(endpoint.name().isEmpty() ? endpoint.container() : endpoint.name());
            }
        }
        return users;
    }

    /** A network's bridge or parent; made again, with the rules, where it is missing. Not under the lock. */
    Link carrier(Netlink net, NetworkConfig network) {
        Optional<Link> found = net.links().find(network.link().orElseThrow());
        if (found.isPresent() && found.get().up()) {
            return found.get();
        }
        try (Flock lock = parts.folder().lock()) {
            return restored(net, network, lock);
        }
    }

    /** The same under the lock. */
    Link restored(Netlink net, NetworkConfig network, Flock lock) {
        if (!lock.fd().isOpen()) {
            throw new IllegalStateException("a network's rules are made under the lock");
        }
        return HostLinks.carrier(net, network, parts.steps(), this::rules);
    }
}
