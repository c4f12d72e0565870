package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.spec.PortMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Containers coming onto networks with their start, and leaving them with their end. */
final class Endpoints {
    static final String INTERFACE = "eth";

    private final Parts parts;
    private final StateFolder folder;
    private final Creation creation;
    private final Joining joining;
    private final Sweep sweep;

    Endpoints(Parts parts, Creation creation, Sweep sweep) {
        this.parts = parts;
        this.folder = parts.folder();
        this.creation = creation;
        this.joining = new Joining(folder);
        this.sweep = sweep;
    }

    Plug plug(PlugRequest request, Networks networks) {
        NetworkName.checkContainer(request.container());
        if (request.joins().isEmpty()) {
            throw new IllegalArgumentException("a plug is for one network or more");
        }
        try (Flock lock = folder.lock()) {
            List<NetworkConfig> on = wanted(request, lock);
            sweep.starts(lock);
            if (folder.knows(request.container()) && !folder.isOver(request.container())) {
                throw NetworkException.of(
                        Kind.CONFLICT,
                        "container '" + request.container() + "' is on networks already",
                        "one of that id runs, or is about to",
                        "choose another id");
            }
            if (folder.knows(request.container())) {
                sweep.release(request.container(), lock);
            }
            if (!request.ports().isEmpty()) {
                // A port that somebody has who is over is not taken.
                sweep.dead(lock);
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
                    sweep.release(request.container(), lock);
                    starting.close();
                }
            }
        } catch (LinuxException e) {
            throw NetworkException.of("cannot put the container on a network", e);
        }
    }

    /** The networks a container asks for, in its order, after a look whether they can give what it asks for. */
    List<NetworkConfig> wanted(PlugRequest request, Flock lock) {
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

    private Plug reserve(PlugRequest request, List<NetworkConfig> on, Networks networks, Flock starting, Flock lock) {
        List<Joined> joined = new ArrayList<>();
        List<List<Cidr>> extra = new ArrayList<>();
        for (int i = 0; i < on.size(); i++) {
            JoinRequest join = request.joins().get(i);
            joined.add(join(request.container(), join, on.get(i), INTERFACE + i, lock));
            extra.add(join.linkLocal());
        }
        List<PortMapping> ports = List.of();
        if (!request.ports().isEmpty()) {
            parts.steps().before("reserve ports");
            ports = parts.ports().reserve(request.ports(), new Present(folder));
        }
        Endpoint endpoint = new Endpoint(
                request.container(),
                request.name(),
                request.hostname(),
                joined,
                ports,
                request.allow(),
                request.alive());
        parts.steps().before("record the endpoint");
        folder.write(endpoint);
        parts.steps().before("write the names");
        List<EtcFile> files = parts.names().come(endpoint, request, on);
        parts.steps().before("open the firewall");
        if (Firewall.concerns(endpoint)) {
            parts.firewall().open(endpoint, folder.networks(), new Present(folder));
        }
        return new Plug(networks, endpoint, wires(endpoint, on, extra), files, starting);
    }

    /** Takes addresses; what somebody has who is over is not taken. */
    Joined join(String container, JoinRequest request, NetworkConfig network, String inside, Flock lock) {
        parts.steps().before("take an address");
        try {
            return joining.join(container, request, network, inside);
        } catch (NetworkException e) {
            boolean taken = e.kind() == Kind.CONFLICT || e.kind() == Kind.EXHAUSTED;
            sweep.freeAll(container, folder.leases(network.id()), Optional.empty());
            if (!taken || !sweep.addresses(lock)) {
                throw e;
            }
        }
        return joining.join(container, request, network, inside);
    }

    private static List<Wire> wires(Endpoint endpoint, List<NetworkConfig> on, List<List<Cidr>> extra) {
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < on.size(); i++) {
            wires.add(new Wire(on.get(i), endpoint.joined().get(i), extra.get(i), Wire.gateways(on, i)));
        }
        return wires;
    }

    void wire(Endpoint endpoint, List<Wire> wires, int pid) {
        try (Namespace inside = Wire.namespace(endpoint.container(), pid)) {
            Wire.connect(parts.host(), endpoint, wires, inside, creation::carrier, parts.steps());
        } catch (LinuxException e) {
            throw NetworkException.of("cannot connect the container", e);
        }
    }

    /**
     * Whether a container's monitor holds its lock; then this process answers for it no more. The container runs, so now
     * is the time to look whether others are over: it keeps nobody waiting.
     */
    boolean started(String container) {
        boolean alive = folder.isAlive(container);
        if (alive) {
            folder.endStart(container);
        }
        if (folder.containers().stream().anyMatch(folder::isOver)) {
            try (Flock lock = folder.lock()) {
                sweep.dead(lock);
            }
        }
        return alive;
    }
}
