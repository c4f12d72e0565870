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

    /**
     * The names whose files are in a folder.
     *
     * @param root the folder {@code network} of the state folder; what is needed in it is made at first use
     */
    Names(Path root) {
        this.root = root;
    }

    /**
     * Writes a container's files, and its names into those of the others on its networks; before its program starts. Under
     * the lock of the networks' state. The other containers are not asked for: what is known of them is in the files.
     *
     * @param endpoint the container, its addresses given
     * @param request  what it asked for
     * @param networks at least those that it is on
     * @return the files to mount
     */
    List<EtcFile> come(Endpoint endpoint, PlugRequest request, List<NetworkConfig> networks) {
        return List.of();
    }

    /**
     * As {@link #come}, for one that runs and has been connected to a network or disconnected from one; its further lines
     * and its resolver stay as they were. Under the lock of the networks' state.
     *
     * @param before   what it was
     * @param now      what it is
     * @param networks at least those that it was or is on
     * @return the files to mount instead, see {@link EtcMounts#replace}
     */
    List<EtcFile> changed(Endpoint before, Endpoint now, List<NetworkConfig> networks) {
        return List.of();
    }

    /** The files of a container that has come; for another that is to share its network. */
    List<EtcFile> files(Endpoint endpoint) {
        return List.of();
    }

    /**
     * Withdraws a container's names, and the files that nobody has any more. Under the lock of the networks' state. Does
     * nothing if that has been done.
     */
    void go(Endpoint endpoint) {}

    /** Forgets a network that has been removed. */
    void removed(NetworkConfig network) {}

    /**
     * Makes all files what they are to be, whatever a crash left of them, and removes those that nobody has. Under the lock
     * of the networks' state.
     *
     * @param present  all containers there are
     * @param networks all networks
     */
    void rebuild(List<Endpoint> present, List<NetworkConfig> networks) {}
}
