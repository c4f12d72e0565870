package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The networks of one state folder and one host. There is no daemon: several processes may use the same folder at the same
 * time, and what one of them left when it was killed the next one clears.
 *
 * <p>Every method throws {@link NetworkException}, whose message is for people, if the kernel or the state folder refuses;
 * nothing half-made is left then. Safe for several threads.
 */
public final class Networks {
    private final Parts parts;
    private final Creation creation;
    private final Sweep sweep;
    private final Endpoints endpoints;
    private final Changes changes;

    private Networks(Parts parts) {
        this.parts = parts;
        this.creation = new Creation(parts);
        this.sweep = new Sweep(parts);
        this.endpoints = new Endpoints(parts, creation, sweep);
        this.changes = new Changes(parts, creation, endpoints, sweep);
    }

    /**
     * The networks whose state is in a folder.
     *
     * @param root the state folder; {@code network} is made in it at the first change
     * @param host where the interfaces are made
     */
    public static Networks at(Path root, HostNetwork host) {
        return at(root, host, Steps.NONE);
    }

    /** The same, telling of each step. */
    static Networks at(Path root, HostNetwork host, Steps steps) {
        return new Networks(Parts.of(root.toAbsolutePath(), host, steps));
    }

    /**
     * The same networks, of which those that are made without a range of their own get theirs from others than the built-in
     * ones: a /24 of IPv4 (the default network a /22), a /64 of IPv6, or all of a smaller range.
     *
     * @param ranges where to look, in this order; for a family that has none here, as before
     */
    public Networks pool(List<Cidr> ranges) {
        return new Networks(parts.pool(ranges));
    }

    /**
     * Makes a network: its bridge with the gateway's addresses, the host's forwarding, the firewall's rules.
     *
     * @param request what it is to be
     * @return the network as it was made
     * @throws NetworkException CONFLICT if name, addresses or interface are somebody's; INVALID if the request makes no
     *     sense; NOT_FOUND if macvlan's parent is not there; EXHAUSTED if no range is free; DENIED without CAP_NET_ADMIN
     */
    public NetworkConfig create(NetworkRequest request) {
        return creation.create(request);
    }

    /** All networks, by name. */
    public List<NetworkConfig> list() {
        return parts.folder().networks();
    }

    /**
     * One network.
     *
     * @param reference its name, its id or an unambiguous beginning of its id
     * @throws NetworkException NOT_FOUND; INVALID if several ids begin so
     */
    public NetworkConfig find(String reference) {
        return parts.folder().find(reference);
    }

    /**
     * Removes a network that no container is on.
     *
     * @param reference its name, its id or an unambiguous beginning of its id
     * @throws NetworkException NOT_FOUND; BUSY if there are containers on it, whose names it says
     */
    public void remove(String reference) {
        parts.folder().find(reference);
        try (Flock lock = parts.folder().lock()) {
            sweep.all(lock);
            creation.remove(parts.folder().find(reference));
        }
    }

    /** Removes all networks that no container is on, but the default one; returns their names. */
    public List<String> prune() {
        List<String> removed = new ArrayList<>();
        if (parts.folder().exists()) {
            try (Flock lock = parts.folder().lock()) {
                sweep.all(lock);
                for (NetworkConfig network : parts.folder().networks()) {
                    if (!network.name().equals(NetworkConfig.DEFAULT)
                            && creation.users(network).isEmpty()) {
                        creation.remove(network);
                        removed.add(network.name());
                    }
                }
            }
        }
        return removed;
    }

    /** The containers on networks, after those that are over have been released. */
    public List<Endpoint> endpoints() {
        if (!parts.folder().exists()) {
            return List.of();
        }
        try (Flock lock = parts.folder().lock()) {
            sweep.all(lock);
            return List.copyOf(new Present(parts.folder()));
        }
    }

    /**
     * Reserves a container's addresses, ports and names. The default network is made if it is asked for and not there.
     *
     * @param request what the container wants
     * @return what it has; to be closed when the container is over or was never started
     * @throws NetworkException NOT_FOUND for an unknown network; INVALID or CONFLICT for an address that is none of the
     *     network's or in use, by whom; EXHAUSTED if none is free; CONFLICT for a port in use
     */
    public Plug plug(PlugRequest request) {
        return endpoints.plug(request, this);
    }

    /**
     * The files of a container that is on networks, for another that shares its network: the names that mean something
     * there. They may go while the other still has them mounted.
     *
     * @param container its id
     * @return none if it is on no network
     */
    public List<EtcFile> files(String container) {
        NetworkName.checkContainer(container);
        return parts.folder().exists()
                ? parts.folder().endpoint(container).map(parts.names()::files).orElse(List.of())
                : List.of();
    }

    /**
     * Connects a running container to one more network. It gets default routes there only if it has none.
     *
     * @param request what it is, with one network
     * @param pid     its first process
     * @return its place there
     * @throws NetworkException as {@link #plug}; CONFLICT if it is on that network already
     */
    public Joined connect(PlugRequest request, int pid) {
        return changes.connect(request, pid);
    }

    /**
     * Takes a running container off a network.
     *
     * @param pid its first process
     * @throws NetworkException NOT_FOUND if it is not on it
     */
    public void disconnect(String container, int pid, String network) {
        changes.disconnect(container, pid, network);
    }

    /** The routers between these networks. */
    public Routers routers() {
        return new Routers(parts, this);
    }

    /**
     * What the user should know of this host's firewall: that containers have no way out, and how to mend it. A line each;
     * none where all is well. Asks a program, so it is for the moment a network is made.
     *
     * @param network the network that it is about
     */
    public List<String> warnings(NetworkConfig network) {
        return parts.firewall().warnings(List.of(network));
    }

    /** Releases what a container has that is over. Does nothing if that has been done. */
    public void release(String container) {
        NetworkName.checkContainer(container);
        if (parts.folder().exists()) {
            try (Flock lock = parts.folder().lock()) {
                Optional<NetworkException> failed = sweep.release(container, lock);
                if (failed.isPresent()) {
                    throw failed.get();
                }
            }
        }
    }

    /** Releases all that is left of containers that are over, and repairs what a crash left half done. */
    public void sweep() {
        if (parts.folder().exists()) {
            try (Flock lock = parts.folder().lock()) {
                sweep.all(lock);
            }
        }
    }

    /** Makes a container's interfaces. */
    void wire(Endpoint endpoint, List<Wire> wires, int pid) {
        endpoints.wire(endpoint, wires, pid);
    }

    /** Says that a container's monitor is there: from then on its lock tells whether it lives. */
    boolean started(String container) {
        return endpoints.started(container);
    }
}
