package dev.alcove.network;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * A small DNS server on a network's gateway: it answers the names of that network's containers and forwards everything
 * else. While it answers, the resolv.conf of that network's containers points to it; when it ends, as before, and if it
 * is killed, the next command that changes a network puts that right.
 *
 * <pre>{@code
 * try (NetworkDns dns = NetworkDns.open(root, host, networks.find("web"), List.of())) {
 *     dns.addresses();      // 10.88.1.1:53
 *     dns.serve();          // until close() is called on another thread, or this one is interrupted
 * }
 * }</pre>
 */
public final class NetworkDns implements AutoCloseable {
    private final List<InetSocketAddress> addresses;

    private NetworkDns(List<InetSocketAddress> addresses) {
        this.addresses = addresses;
    }

    /**
     * Takes the place of a network's server: its lock, and port 53 (UDP and TCP) of the network's gateway addresses.
     *
     * @param root     the state folder, as {@link Networks#at}
     * @param host     where the network is
     * @param network  the network
     * @param upstream where to forward to; empty for the resolvers of the host's /etc/resolv.conf, as it is then
     * @throws RuntimeException if it has no names or no gateway, another server answers already, or the port is taken
     */
    public static NetworkDns open(
            Path root, HostNetwork host, NetworkConfig network, List<InetSocketAddress> upstream) {
        if (network.hasNames()) {
            throw new UnsupportedOperationException("not yet");
        }
        return new NetworkDns(List.of());
    }

    /** Where it listens. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** Answers until {@link #close} or an interrupt of the calling thread; returns when all is put back. */
    public void serve() {}

    /** Ends it, from whatever thread. Does nothing the second time. */
    @Override
    public void close() {}
}
