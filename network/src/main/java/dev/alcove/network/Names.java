package dev.alcove.network;

import java.nio.file.Path;
import java.util.List;

/**
 * The files by which containers find each other: /etc/hosts and /etc/resolv.conf. Containers that shall see the same
 * (the same networks, the same further lines and resolver) share one file, mounted read-only, so that somebody's coming
 * or going costs one write and not one for each container. They are written in place, since they are mounted.
 * A container on the default network alone has files of its own.
 */
final class Names {
    @SuppressWarnings("UnusedVariable")
    private final Path root;

    Names(Path root) {
        this.root = root;
    }

    /**
     * Writes a container's files, and its names into those of the others on its networks; before its program starts, and
     * again when it has been connected to or disconnected from a network. Under the lock of the networks' state.
     *
     * @param endpoint the container
     * @param request  what it asked for
     * @param present  all containers, it included
     * @param networks all networks
     * @return the files to mount
     */
    List<EtcFile> come(Endpoint endpoint, PlugRequest request, List<Endpoint> present, List<NetworkConfig> networks) {
        return List.of();
    }

    /** Withdraws a container's names, and the files that nobody has any more. */
    void go(Endpoint endpoint, List<Endpoint> present, List<NetworkConfig> networks) {}
}
