package dev.alcove.network;

import dev.alcove.spec.PortMapping;
import java.nio.file.Path;
import java.util.List;

/**
 * A container as the networks know it: from before its start until it has ended.
 *
 * @param container its id
 * @param name      its name; empty if it has none
 * @param hostname  its host name
 * @param joined    its places, in the order of its interfaces
 * @param ports     the ports of the host that lead to it, each with its number
 * @param allow     who may talk to whom
 * @param alive     the file that its monitor holds locked as long as it lives
 */
public record Endpoint(
        String container,
        String name,
        String hostname,
        List<Joined> joined,
        List<PortMapping> ports,
        List<AllowRule> allow,
        Path alive) {
    /** Copies the lists. */
    public Endpoint {
        joined = List.copyOf(joined);
        ports = List.copyOf(ports);
        allow = List.copyOf(allow);
    }
}
