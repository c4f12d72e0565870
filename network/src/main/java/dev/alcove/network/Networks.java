package dev.alcove.network;

import java.nio.file.Path;
import java.util.List;

/**
 * The networks of one state folder and one host. There is no daemon: several processes may use the same folder at the same
 * time, and what one of them left when it was killed the next one clears.
 */
@SuppressWarnings({"DoNotCallSuggester", "ObjectToString"})
public final class Networks {
    @SuppressWarnings("UnusedVariable")
    private final Path root;

    private final HostNetwork host;

    private Networks(Path root, HostNetwork host) {
        this.root = root;
        this.host = host;
    }

    /**
     * The networks whose state is in a folder.
     *
     * @param root the state folder; {@code network} is made in it at the first change
     * @param host where the interfaces are made
     */
    public static Networks at(Path root, HostNetwork host) {
        return new Networks(root, host);
    }

    /** Makes a network. */
    public NetworkConfig create(NetworkRequest request) {
        throw new UnsupportedOperationException(request.name());
    }

    /** All networks, by name. */
    public List<NetworkConfig> list() {
        return List.of();
    }

    /** One network by its name, its id or an unambiguous beginning of its id. */
    public NetworkConfig find(String reference) {
        throw new UnsupportedOperationException(reference);
    }

    /** Removes a network that no container is on. */
    public void remove(String reference) {
        throw new UnsupportedOperationException(reference);
    }

    /** Removes all networks that no container is on, but the default one; returns their names. */
    public List<String> prune() {
        throw new UnsupportedOperationException();
    }

    /** The containers on networks, after those that are over have been released. */
    public List<Endpoint> endpoints() {
        throw new UnsupportedOperationException();
    }

    /** Reserves a container's addresses, ports and names. */
    public Plug plug(PlugRequest request) {
        throw new UnsupportedOperationException(request.container());
    }

    /**
     * Connects a running container to one more network.
     *
     * @param request what it is, with one network
     * @param pid     its first process
     */
    public Joined connect(PlugRequest request, int pid) {
        throw new UnsupportedOperationException(request.container() + pid);
    }

    /**
     * Takes a running container off a network.
     *
     * @param pid its first process
     */
    public void disconnect(String container, int pid, String network) {
        throw new UnsupportedOperationException(container + pid + network);
    }

    /** Releases what a container has that is over. Does nothing if that has been done. */
    public void release(String container) {
        throw new UnsupportedOperationException(container);
    }

    /** Releases all that is left of containers that are over, and repairs what a crash left half done. */
    public void sweep() {
        throw new UnsupportedOperationException(root.toString() + host);
    }

    void wire(Endpoint endpoint, int pid) {
        throw new UnsupportedOperationException(endpoint.container() + pid);
    }
}
