package dev.alcove.network;

import java.net.InetAddress;
import java.util.List;

/**
 * What a container's resolv.conf(5) shall say instead of what the host's says.
 *
 * @param servers  name servers, {@code --dns}; empty for the host's
 * @param search   domains to search, {@code --dns-search}; empty for the host's, a single dot for none
 * @param options  options, {@code --dns-option}; empty for the host's
 */
public record ResolverOptions(List<InetAddress> servers, List<String> search, List<String> options) {
    /** Copies the lists. */
    public ResolverOptions {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
        options = List.copyOf(options);
    }

    /** As the host has it. */
    public static ResolverOptions hosts() {
        return new ResolverOptions(List.of(), List.of(), List.of());
    }
}
