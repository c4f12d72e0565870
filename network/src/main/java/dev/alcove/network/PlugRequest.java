package dev.alcove.network;

import dev.alcove.spec.HostEntry;
import dev.alcove.spec.PortMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a container wants of networks, before it is started.
 *
 * @param container its id
 * @param name      its name; empty if it has none
 * @param hostname  its host name
 * @param joins     the networks; the first is the one that its default route leads by. At least one
 * @param ports     ports of the host that lead to it
 * @param allow     who may talk to whom; none for everybody
 * @param resolver  what its resolv.conf says
 * @param hosts     further lines of its /etc/hosts
 * @param alive     a file that the container's monitor holds locked as long as it lives, flock(2); that lock, and no
 *                  number of a process, tells later whether the container is over. It need not be there yet
 */
public record PlugRequest(
        String container,
        String name,
        String hostname,
        List<JoinRequest> joins,
        List<PortMapping> ports,
        List<AllowRule> allow,
        ResolverOptions resolver,
        List<HostEntry> hosts,
        Path alive) {
    /** Copies the lists. */
    public PlugRequest {
        joins = List.copyOf(joins);
        ports = List.copyOf(ports);
        allow = List.copyOf(allow);
        hosts = List.copyOf(hosts);
    }

    /**
     * Anything that is free on some networks, for a container that publishes nothing.
     *
     * @param container its id
     * @param name      its name, which is its host name too
     * @param alive     a file that its monitor holds locked
     * @param networks  the networks' names, one at least
     */
    public static PlugRequest of(String container, String name, Path alive, String... networks) {
        return new PlugRequest(
                container,
                name,
                name,
                Stream.of(networks).map(JoinRequest::of).toList(),
                List.of(),
                List.of(),
                ResolverOptions.hosts(),
                List.of(),
                alive);
    }
}
