package dev.alcove.network;

import dev.alcove.linux.Flock;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.Route;
import dev.alcove.network.NetworkException.Kind;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Running containers that are connected to a network, or disconnected. The lock is held all the while: that is rare, and so
 * a change that is found begun is one that a crash ended; {@link Sweep#changes} takes the container off the network then.
 */
final class Changes {
    private final Parts parts;
    private final StateFolder folder;
    private final Creation creation;
    private final Endpoints endpoints;
    private final Sweep sweep;

    Changes(Parts parts, Creation creation, Endpoints endpoints, Sweep sweep) {
        this.parts = parts;
        this.folder = parts.folder();
        this.creation = creation;
        this.endpoints = endpoints;
        this.sweep = sweep;
    }

    Joined connect(PlugRequest request, int pid) {
        String container = request.container();
        NetworkName.checkContainer(container);
        if (request.joins().size() != 1) {
            throw new IllegalArgumentException("a running container is connected to one network at a time");
        }
        try (Flock lock = folder.lock();
                Namespace inside = Wire.namespace(container, pid)) {
            sweep.starts(lock);
            sweep.changes(lock);
            NetworkConfig network = endpoints.wanted(request, lock).getFirst();
            refusePlugins(network);
            Optional<Endpoint> known = folder.endpoint(container);
            if (known.isPresent()
                    && known.get().joined().stream().anyMatch(j -> j.network().equals(network.id()))) {
                throw NetworkException.of(
                        Kind.CONFLICT,
                        "container '" + container + "' is on network '" + network.name() + "' already",
                        "it was started on it, or connected before",
                        "alcove network disconnect " + network.name() + " " + container);
            }
            parts.steps().before("say that a change begins");
            folder.changing(container, network.id());
            boolean done = false;
            try {
                Joined joined = connect(request, network, known, inside, pid, lock);
                folder.endChange(container);
                done = true;
                return joined;
            } finally {
                if (!done) {
                    sweep.undoChange(container, lock);
                }
            }
        } catch (LinuxException e) {
            throw NetworkException.of("cannot connect the container", e);
        }
    }

    private Joined connect(
            PlugRequest request,
            NetworkConfig network,
            Optional<Endpoint> known,
            Namespace inside,
            int pid,
            Flock lock) {
        JoinRequest join = request.joins().getFirst();
        Endpoint before = known.orElseGet(() -> new Endpoint(
                request.container(),
                request.name(),
                request.hostname(),
                List.of(),
                List.of(),
                List.of(),
                request.alive()));
        List<NetworkConfig> on = networksOf(before);
        on.add(network);
        Joined joined = endpoints.join(request.container(), join, network, free(before), lock);
        List<Joined> all = new ArrayList<>(before.joined());
        all.add(joined);
        Endpoint after = Sweep.with(before, all);
        List<EtcFile> had = known.isPresent() ? parts.names().files(before) : List.of();
        List<EtcFile> files;
        if (known.isPresent()) {
            files = sweep.change(before, after);
        } else {
            parts.steps().before("record the endpoint");
            folder.write(after);
            parts.steps().before("write the names");
            files = parts.names().come(after, request, on);
        }
        Wire wire = new Wire(network, joined, join.linkLocal(), Wire.gateways(on, on.size() - 1));
        Wire.connect(
                parts.host(),
                after,
                List.of(wire),
                inside,
                (net, config) -> creation.restored(net, config, lock),
                parts.steps());
        new RouterRoutes(parts).give(inside, network.id());
        EtcMounts.replace(pid, had, files);
        return joined;
    }

    private static void refusePlugins(NetworkConfig network) {
        if (CniNetworks.is(network)) {
            throw NetworkException.of(
                    Kind.UNSUPPORTED,
                    "a running container cannot join or leave network '" + network.name() + "'",
                    "plugins make its interfaces, and are asked when a container starts and when it ends",
                    "start the container with --network " + network.name());
        }
    }

    void disconnect(String container, int pid, String reference) {
        NetworkName.checkContainer(container);
        try (Flock lock = folder.lock();
                Namespace inside = Wire.namespace(container, pid)) {
            sweep.starts(lock);
            sweep.changes(lock);
            NetworkConfig network = folder.find(reference);
            refusePlugins(network);
            Endpoint before = folder.endpoint(container)
                    .filter(e -> e.joined().stream().anyMatch(j -> j.network().equals(network.id())))
                    .orElseThrow(() -> NetworkException.of(
                            Kind.NOT_FOUND,
                            "container '" + container + "' is not on network '" + network.name() + "'",
                            "it was disconnected before, or never on it",
                            "alcove network inspect " + network.name() + " lists its containers"));
            List<EtcFile> had = parts.names().files(before);
            parts.steps().before("say that a change begins");
            folder.changing(container, network.id());
            NamespaceThread.create().join(inside).call(() -> unwire(before, network));
            sweep.undoChange(container, lock).ifPresent(c -> EtcMounts.replace(pid, had, c.files()));
        } catch (LinuxException e) {
            throw NetworkException.of("cannot disconnect the container", e);
        }
    }

    /** Deletes the interface, with which its routes go, and lets another have the default routes that it had. */
    private Endpoint unwire(Endpoint before, NetworkConfig network) {
        List<NetworkConfig> rest = networksOf(before);
        List<Joined> others = new ArrayList<>(before.joined());
        int place = 0;
        while (!rest.get(place).id().equals(network.id())) {
            place++;
        }
        rest.remove(place);
        Joined left = others.remove(place);
        parts.steps().before("delete the interface");
        try (Netlink net = Netlink.open()) {
            net.links().find(left.inside()).ifPresent(net.links()::delete);
            parts.steps().before("change the default routes");
            for (int i = 0; i < rest.size(); i++) {
                for (InetAddress gateway : Wire.gateways(rest, i)) {
                    reroute(net, gateway, others.get(i).inside());
                }
            }
        }
        return before;
    }

    /** A default route, where there is none. */
    private static void reroute(Netlink net, InetAddress gateway, String link) {
        boolean v6 = gateway.getAddress().length == 16;
        boolean there = net.routes().list().stream()
                .anyMatch(r -> r.destination().prefix() == 0 && r.destination().isV6() == v6);
        if (!there) {
            net.routes().add(Route.byDefault(gateway).dev(net.links().get(link)));
        }
    }

    private List<NetworkConfig> networksOf(Endpoint endpoint) {
        List<NetworkConfig> on = new ArrayList<>();
        for (Joined joined : endpoint.joined()) {
            on.add(folder.find(joined.network()));
        }
        return on;
    }

    private static String free(Endpoint endpoint) {
        for (int i = 0; ; i++) {
            String name = Endpoints.INTERFACE + i;
            if (endpoint.joined().stream().noneMatch(j -> j.inside().equals(name))) {
                return name;
            }
        }
    }
}
