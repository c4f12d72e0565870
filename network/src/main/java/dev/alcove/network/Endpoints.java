package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.Route;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.spec.PortMapping;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Containers coming onto networks and leaving them. */
final class Endpoints {
    private static final String INTERFACE = "eth";

    private final Parts parts;
    private final StateFolder folder;
    private final Creation creation;
    private final Joining joining;

    Endpoints(Parts parts, Creation creation) {
        this.parts = parts;
        this.folder = parts.folder();
        this.creation = creation;
        this.joining = new Joining(folder);
    }

    Plug plug(PlugRequest request, Networks networks) {
        NetworkName.checkContainer(request.container());
        if (request.joins().isEmpty()) {
            throw new IllegalArgumentException("a plug is for one network or more");
        }
        try (Flock lock = folder.lock()) {
            List<NetworkConfig> on = wanted(request, lock);
            sweepStarts(lock);
            if (!folder.isOver(request.container())) {
                throw NetworkException.of(
                        Kind.CONFLICT,
                        "container '" + request.container() + "' is on networks already",
                        "one of that id runs",
                        "choose another id");
            }
            release(request.container(), lock);
            if (!request.ports().isEmpty()) {
                sweepDead(lock);
            }
            parts.steps().before("say that a start begins");
            Flock starting = Flock.exclusive(folder.starting(request.container()));
            boolean done = false;
            try {
                Plug plug = reserve(request, on, networks, starting, lock);
                done = true;
                return plug;
            } finally {
                if (!done) {
                    release(request.container(), lock);
                    starting.close();
                }
            }
        } catch (LinuxException e) {
            throw NetworkException.of("cannot record the container's networks", e);
        }
    }

    /** The networks a container asks for, in its order, after a look whether they can give what it asks for. */
    private List<NetworkConfig> wanted(PlugRequest request, Flock lock) {
        List<NetworkConfig> on = new ArrayList<>();
        for (JoinRequest join : request.joins()) {
            NetworkConfig network = creation.wanted(join.network(), lock);
            if (on.stream().anyMatch(n -> n.id().equals(network.id()))) {
                throw NetworkException.of(
                        Kind.INVALID,
                        "network '" + network.name() + "' is asked for twice",
                        "--network was given twice",
                        "give it once; a container has one interface on a network");
            }
            if (network.driver() == Driver.CNI) {
                throw NetworkException.of(
                        Kind.UNSUPPORTED,
                        "network '" + network.name() + "' is made by plugins",
                        "containers join such networks in another way",
                        "use a bridge or macvlan network");
            }
            Joining.check(join, network);
            on.add(network);
        }
        return on;
    }

    private Plug reserve(
            PlugRequest request, List<NetworkConfig> on, Networks networks, Flock starting, Flock lock) {
        List<Joined> joined = new ArrayList<>();
        List<List<Cidr>> extra = new ArrayList<>();
        for (int i = 0; i < on.size(); i++) {
            JoinRequest join = request.joins().get(i);
            joined.add(join(request.container(), join, on.get(i), INTERFACE + i, lock));
            extra.add(join.linkLocal());
        }
        List<Endpoint> present = new Present(folder);
        List<PortMapping> ports =
                request.ports().isEmpty() ? List.of() : parts.ports().reserve(request.ports(), present);
        Endpoint endpoint = new Endpoint(
                request.container(), request.name(), request.hostname(), joined, ports, request.allow(), request.alive());
        parts.steps().before("record the endpoint");
        folder.write(StoredEndpoint.of(endpoint, request.resolver(), request.hosts()));
        List<NetworkConfig> all = folder.networks();
        parts.steps().before("write the names");
        List<EtcFile> files = parts.names().come(endpoint, request, new Present(folder), all);
        parts.steps().before("open the firewall");
        parts.firewall().open(endpoint, all);
        return new Plug(networks, endpoint, extra, files, starting);
    }

    /** What somebody has who is over is not taken. */
    private Joined join(String container, JoinRequest request, NetworkConfig network, String inside, Flock lock) {
        parts.steps().before("take an address");
        try {
            return joining.join(container, request, network, inside);
        } catch (NetworkException e) {
            boolean taken = e.kind() == Kind.CONFLICT || e.kind() == Kind.EXHAUSTED;
            if (!taken || !sweep(lock)) {
                throw e;
            }
        }
        return joining.join(container, request, network, inside);
    }

    void wire(Endpoint endpoint, List<List<Cidr>> extra, int pid) {
        List<NetworkConfig> on = new ArrayList<>();
        for (Joined joined : endpoint.joined()) {
            on.add(folder.named(joined.name()).orElseGet(() -> folder.find(joined.network())));
        }
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < on.size(); i++) {
            wires.add(new Wire(on.get(i), endpoint.joined().get(i), extra.get(i), Wire.gateways(on, i)));
        }
        try (Namespace inside = Wire.namespace(endpoint.container(), pid)) {
            Wire.connect(parts.host(), wires, inside, creation::carrier, parts.steps());
        }
    }

    Joined connect(PlugRequest request, int pid) {
        NetworkName.checkContainer(request.container());
        if (request.joins().size() != 1) {
            throw new IllegalArgumentException("a running container is connected to one network at a time");
        }
        JoinRequest join = request.joins().getFirst();
        try (Flock lock = folder.lock();
                Namespace inside = Wire.namespace(request.container(), pid)) {
            NetworkConfig network = wanted(request, lock).getFirst();
            sweepStarts(lock);
            sweepChanges(lock);
            Optional<StoredEndpoint> stored = folder.endpoint(request.container());
            Endpoint before = stored.map(StoredEndpoint::endpoint)
                    .orElseGet(() -> new Endpoint(
                            request.container(),
                            request.name(),
                            request.hostname(),
                            List.of(),
                            List.of(),
                            List.of(),
                            request.alive()));
            if (before.joined().stream().anyMatch(j -> j.network().equals(network.id()))) {
                throw NetworkException.of(
                        Kind.CONFLICT,
                        "container '" + request.container() + "' is on network '" + network.name() + "' already",
                        "it was started on it, or connected before",
                        "alcove network disconnect " + network.name() + " " + request.container());
            }
            List<NetworkConfig> on = networksOf(before);
            on.add(network);
            parts.steps().before("say that a change begins");
            folder.changing(request.container(), network.id());
            boolean done = false;
            try {
                Joined joined = join(request.container(), join, network, free(before), lock);
                List<Joined> all = new ArrayList<>(before.joined());
                all.add(joined);
                Endpoint after = with(before, all);
                StoredEndpoint record = stored.map(
                                s -> StoredEndpoint.of(after, s.resolver(), s.hostEntries()))
                        .orElseGet(() -> StoredEndpoint.of(after, request.resolver(), request.hosts()));
                change(before, after, record);
                Wire wire = new Wire(network, joined, join.linkLocal(), Wire.gateways(on, on.size() - 1));
                Wire.connect(
                        parts.host(),
                        List.of(wire),
                        inside,
                        (net, config) -> creation.restored(net, config, lock),
                        parts.steps());
                folder.endChange(request.container());
                done = true;
                return joined;
            } finally {
                if (!done) {
                    undoChange(request.container(), lock);
                }
            }
        }
    }

    void disconnect(String container, int pid, String reference) {
        NetworkName.checkContainer(container);
        try (Flock lock = folder.lock();
                Namespace inside = Wire.namespace(container, pid)) {
            sweepChanges(lock);
            NetworkConfig network = folder.find(reference);
            Endpoint before = folder.endpoint(container)
                    .map(StoredEndpoint::endpoint)
                    .filter(e -> e.joined().stream().anyMatch(j -> j.network().equals(network.id())))
                    .orElseThrow(() -> NetworkException.of(
                            Kind.NOT_FOUND,
                            "container '" + container + "' is not on network '" + network.name() + "'",
                            "it was disconnected before, or never on it",
                            "alcove network inspect " + network.name() + " lists its containers"));
            List<NetworkConfig> on = networksOf(before);
            int place = on.indexOf(network);
            parts.steps().before("say that a change begins");
            folder.changing(container, network.id());
            Joined left = before.joined().get(place);
            NamespaceThread.create().join(inside).call(() -> {
                try (Netlink net = Netlink.open()) {
                    parts.steps().before("delete the interface");
                    net.links().find(left.inside()).ifPresent(net.links()::delete);
                    List<NetworkConfig> rest = new ArrayList<>(on);
                    rest.remove(place);
                    List<Joined> others = new ArrayList<>(before.joined());
                    others.remove(place);
                    for (int i = 0; i < rest.size(); i++) {
                        for (InetAddress gateway : Wire.gateways(rest, i)) {
                            reroute(net, gateway, others.get(i).inside());
                        }
                    }
                }
                return left;
            });
            undoChange(container, lock);
        } catch (LinuxException e) {
            throw NetworkException.of("cannot disconnect the container", e);
        }
    }

    /** A default route, where there is none. */
    private static void reroute(Netlink net, InetAddress gateway, String link) {
        boolean there = net.routes().list().stream()
                .anyMatch(r -> r.destination().prefix() == 0
                        && r.destination().isV6() == (gateway.getAddress().length == 16));
        if (!there) {
            net.routes().add(Route.byDefault(gateway).dev(net.links().get(link)));
        }
    }

    /** An endpoint's record, rules and names as they are to be now. */
    private void change(Endpoint before, Endpoint after, StoredEndpoint record) {
        List<NetworkConfig> all = folder.networks();
        parts.steps().before("close the firewall");
        parts.firewall().close(before);
        parts.steps().before("record the endpoint");
        folder.write(record);
        parts.steps().before("open the firewall");
        parts.firewall().open(after, all);
        parts.steps().before("write the names");
        parts.names().come(after, record.request(), new Present(folder), all);
    }

    /** Takes a container off the network that it was to join or leave, and ends the change. */
    private void undoChange(String container, Flock lock) {
        String id = folder.changed(container);
        Optional<StoredEndpoint> stored = folder.endpoint(container);
        Optional<Joined> left = stored.flatMap(s -> s.endpoint().joined().stream()
                .filter(j -> j.network().equals(id))
                .findFirst());
        if (left.isPresent()) {
            Endpoint before = stored.get().endpoint();
            List<Joined> rest = new ArrayList<>(before.joined());
            rest.remove(left.get());
            Endpoint after = with(before, rest);
            deleteLink(left.get().outside());
            change(before, after, StoredEndpoint.of(
                    after, stored.get().resolver(), stored.get().hostEntries()));
        }
        parts.steps().before("give the addresses back");
        freeAll(container, folder.leases(id), left.map(Joined::addresses));
        if (!lock.fd().isOpen()) {
            throw new IllegalStateException("a change ends under the lock");
        }
        folder.endChange(container);
    }

    private static void freeAll(String container, Leases leases, Optional<List<Cidr>> known) {
        if (known.isPresent()) {
            known.get().forEach(a -> leases.free(a.address(), container));
            return;
        }
        for (Leases.Lease lease : leases.list()) {
            if (lease.container().equals(container)) {
                leases.free(lease.address(), container);
            }
        }
    }

    private void deleteLink(String name) {
        if (!name.isEmpty()) {
            parts.host().in(() -> {
                try (Netlink net = Netlink.open()) {
                    net.links().find(name).ifPresent(net.links()::delete);
                }
                return name;
            });
        }
    }

    private List<NetworkConfig> networksOf(Endpoint endpoint) {
        List<NetworkConfig> on = new ArrayList<>();
        for (Joined joined : endpoint.joined()) {
            on.add(folder.find(joined.network()));
        }
        return on;
    }

    private static Endpoint with(Endpoint e, List<Joined> joined) {
        return new Endpoint(e.container(), e.name(), e.hostname(), joined, e.ports(), e.allow(), e.alive());
    }

    private static String free(Endpoint endpoint) {
        for (int i = 0; ; i++) {
            String name = INTERFACE + i;
            if (endpoint.joined().stream().noneMatch(j -> j.inside().equals(name))) {
                return name;
            }
        }
    }

    /**
     * Whether a container's monitor holds its lock; then this process answers for it no more. The container runs, so now
     * is the time to look whether others are over.
     */
    boolean started(String container) {
        boolean alive = folder.isAlive(container);
        if (alive) {
            folder.endStart(container);
        }
        if (folder.containers().stream().anyMatch(folder::isOver)) {
            try (Flock lock = folder.lock()) {
                sweepDead(lock);
            }
        }
        return alive;
    }

    /** Releases a container, whatever of it there is. */
    void release(String container, Flock lock) {
        Optional<StoredEndpoint> stored = folder.endpoint(container);
        if (stored.isPresent()) {
            Endpoint endpoint = stored.get().endpoint();
            parts.steps().before("close the firewall");
            parts.firewall().close(endpoint);
            parts.steps().before("withdraw the names");
            parts.names().go(endpoint, new Present(folder, container), folder.networks());
            for (Joined joined : endpoint.joined()) {
                parts.steps().before("give the addresses back");
                freeAll(container, folder.leases(joined.network()), Optional.of(joined.addresses()));
            }
            if (folder.changing().contains(container)) {
                freeAll(container, folder.leases(folder.changed(container)), Optional.empty());
            }
        } else if (folder.starting().contains(container)) {
            for (NetworkConfig network : folder.networks()) {
                freeAll(container, folder.leases(network.id()), Optional.empty());
            }
        }
        if (!lock.fd().isOpen()) {
            throw new IllegalStateException("a container is released under the lock");
        }
        parts.steps().before("remove the endpoint");
        folder.removeEndpoint(container);
        parts.steps().before("say that it is released");
        folder.endChange(container);
        folder.endStart(container);
    }

    /** Ends starts that a crash ended. As many are looked at as are going on. */
    private void sweepStarts(Flock lock) {
        for (String container : folder.starting()) {
            if (folder.isOver(container)) {
                release(container, lock);
            } else if (folder.isAlive(container) && !Flock.isHeld(folder.starting(container))) {
                folder.endStart(container);
            }
        }
    }

    /** Ends changes that a crash ended: nobody changes anything now but who has the lock. */
    private void sweepChanges(Flock lock) {
        for (String container : folder.changing()) {
            undoChange(container, lock);
        }
    }

    /** Releases containers that are over; whether there were any. */
    private boolean sweepDead(Flock lock) {
        Set<String> all = new LinkedHashSet<>(folder.starting());
        all.addAll(folder.containers());
        boolean any = false;
        for (String container : all) {
            if (folder.isOver(container)) {
                release(container, lock);
                any = true;
            }
        }
        return any;
    }

    /** Releases and repairs all there is; whether there was anything. */
    boolean sweep(Flock lock) {
        boolean any = sweepDead(lock);
        sweepChanges(lock);
        List<NetworkConfig> networks = folder.networks();
        folder.removeStrayLeases(networks);
        Set<String> known = new LinkedHashSet<>(folder.starting());
        known.addAll(folder.containers());
        for (NetworkConfig network : networks) {
            Leases leases = folder.leases(network.id());
            for (Leases.Lease lease : leases.list()) {
                if (!known.contains(lease.container())) {
                    leases.free(lease.address(), lease.container());
                    any = true;
                }
            }
        }
        sweepLinks(networks);
        return any;
    }

    /** Host's ends of wires whose address is nobody's: something keeps their network namespace alive. */
    private void sweepLinks(List<NetworkConfig> networks) {
        parts.host().in(() -> {
            try (Netlink net = Netlink.open()) {
                Set<String> owned = new LinkedHashSet<>();
                for (Link link : net.links().list()) {
                    if (!link.kind().equals("veth") || networks.stream().noneMatch(n -> Joining.isOf(link.name(), n))) {
                        continue;
                    }
                    if (owned.isEmpty()) {
                        owned.add("");
                        for (Endpoint endpoint : new Present(folder)) {
                            endpoint.joined().forEach(j -> owned.add(j.outside()));
                        }
                    }
                    if (!owned.contains(link.name())) {
                        net.links().delete(link);
                    }
                }
            }
            return networks;
        });
    }
}
