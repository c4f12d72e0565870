package dev.alcove.network;

import dev.alcove.linux.Flock;
import dev.alcove.network.NetworkException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A small DNS server on a network's gateway, UDP and TCP: it answers the names of that network's containers and forwards
 * everything else, for askers on that network alone. While it answers, the resolv.conf of that network's containers points to
 * it; when it ends, as before, and if it is killed, the next command that starts or ends a container puts that right.
 *
 * <pre>{@code
 * try (NetworkDns dns = NetworkDns.open(root, host, networks.find("web"), List.of())) {
 *     dns.addresses();      // 10.88.1.1:53
 *     dns.serve();          // until close() is called on another thread, or this one is interrupted
 * }
 * }</pre>
 */
public final class NetworkDns implements AutoCloseable {
    static final int PORT = 53;
    /** glibc and musl ask the first three. */
    private static final int ASKED = 3;

    private final Path folder;
    private final NetworkConfig network;
    private final List<InetSocketAddress> addresses;
    private final Names names;
    private final Flock life;
    private final DnsServer server;
    private final CountDownLatch stop;
    private final ReentrantLock guard = new ReentrantLock();
    private boolean isPointedTo;
    private boolean released;
    private boolean failed;

    private NetworkDns(
            Path folder,
            HostNetwork host,
            NetworkConfig network,
            List<InetSocketAddress> upstream,
            Names names,
            Flock life)
            throws IOException {
        this.folder = folder;
        this.network = network;
        this.addresses = gateways(network);
        this.names = names;
        this.life = life;
        this.stop = new CountDownLatch(1);
        this.server = new DnsServer(names, host, network, addresses, upstream, this::fail);
    }

    /**
     * Takes the place of a network's server: its lock, and port 53 of the network's gateway addresses.
     *
     * @param root     the state folder, as {@link Networks#at}
     * @param host     where the network is
     * @param network  the network
     * @param upstream where to forward to; empty for the resolvers of the host's /etc/resolv.conf, as it is then. A container
     *                 that was given resolvers of its own ({@code --dns}) has its questions forwarded to these
     * @throws NetworkException UNSUPPORTED if it has no names or no gateway; CONFLICT if another server answers already, or the
     *     port is taken; DENIED if ports below 1024 are not the caller's
     */
    public static NetworkDns open(
            Path root, HostNetwork host, NetworkConfig network, List<InetSocketAddress> upstream) {
        check(network);
        Path folder = root.resolve("network");
        Names names = new Names(folder);
        List<InetSocketAddress> own = gateways(network);
        List<InetSocketAddress> asked = (upstream.isEmpty() ? hosts(names, host) : upstream)
                .stream().filter(server -> !own.contains(server)).limit(ASKED).toList();
        Flock life = names.answering()
                .take(network.id())
                .orElseThrow(() -> refusal(
                        Kind.CONFLICT,
                        network,
                        "another 'alcove network dns " + network.name() + "' answers already",
                        "end that one first"));
        try {
            return new NetworkDns(folder, host, network, asked, names, life);
        } catch (IOException e) {
            life.close();
            throw unbound(network, own, e);
        } catch (RuntimeException e) {
            life.close();
            throw e;
        }
    }

    private static void check(NetworkConfig network) {
        if (!network.hasNames()) {
            throw refusal(
                    Kind.UNSUPPORTED,
                    network,
                    "containers do not find each other by name on the default network",
                    "make a network of your own (alcove network create NAME) and run it there");
        }
        if (network.driver() != NetworkConfig.Driver.BRIDGE || gateways(network).isEmpty()) {
            throw refusal(
                    Kind.UNSUPPORTED,
                    network,
                    "the host has no address on it that the server could answer at: only bridges have a gateway",
                    "its containers find each other by /etc/hosts, without a server");
        }
    }

    private static NetworkException unbound(NetworkConfig network, List<InetSocketAddress> own, IOException e) {
        String what = String.valueOf(e.getMessage());
        if (what.contains("Permission denied")) {
            return refusal(
                    Kind.DENIED,
                    network,
                    "port 53 is below 1024 and needs CAP_NET_BIND_SERVICE: " + what,
                    "run it as root");
        }
        if (what.contains("in use")) {
            return refusal(
                    Kind.CONFLICT,
                    network,
                    "somebody else on the host has port 53 of " + texts(own)
                            + ": a resolver that listens on all addresses",
                    "let it listen on its own addresses only (dnsmasq: bind-interfaces; named: listen-on)");
        }
        return refusal(
                Kind.INTERNAL,
                network,
                "cannot listen on " + texts(own) + ": " + what,
                "if the network's bridge is gone, start a container on it first, which makes it again");
    }

    private static NetworkException refusal(Kind kind, NetworkConfig network, String why, String mend) {
        return new NetworkException(
                kind,
                "no DNS server for network '" + network.name() + "'\n  likely cause: " + why + "\n  mend: " + mend);
    }

    private static String texts(List<InetSocketAddress> addresses) {
        return String.join(
                ", ",
                addresses.stream()
                        .map(address -> AddressText.of(address.getAddress()))
                        .toList());
    }

    private static List<InetSocketAddress> gateways(NetworkConfig network) {
        return network.subnets().stream()
                .flatMap(subnet -> subnet.gateway().stream())
                .map(gateway -> new InetSocketAddress(gateway, PORT))
                .toList();
    }

    /** One that answers on the host alone can be asked by this server, if it is on that very host. */
    private static List<InetSocketAddress> hosts(Names names, HostNetwork host) {
        ResolvConf conf =
                host.isCallers() ? names.resolver().asIs() : names.resolver().reachable();
        return conf.servers().stream()
                .filter(server -> server.indexOf('%') < 0)
                .map(server -> new InetSocketAddress(InetAddress.ofLiteral(server), PORT))
                .toList();
    }

    /** Where it listens. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /**
     * Answers until {@link #close} or an interrupt of the calling thread; returns when all is put back.
     *
     * @throws NetworkException INTERNAL if it could not go on: a socket failed, as when the network's bridge is removed
     */
    public void serve() {
        guard.lock();
        try {
            if (released) {
                return;
            }
            server.start();
            try (Flock state = Flock.exclusive(folder.resolve("lock"))) {
                isPointedTo = state.fd().isOpen();
                names.answers(
                        network,
                        addresses.stream().map(InetSocketAddress::getAddress).toList());
            }
        } finally {
            guard.unlock();
        }
        try {
            stop.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
        if (failed) {
            throw refusal(Kind.INTERNAL, network, "a socket of it failed", "look whether the network is still there");
        }
    }

    private void fail() {
        failed = true;
        stop.countDown();
    }

    /** Ends it, from whatever thread; returns when all is put back. Does nothing the second time. */
    @Override
    public void close() {
        stop.countDown();
        guard.lock();
        try {
            if (released) {
                return;
            }
            released = true;
            // First nobody is sent here any more, then nobody answers.
            try (life;
                    server) {
                if (isPointedTo) {
                    try (Flock state = Flock.exclusive(folder.resolve("lock"))) {
                        isPointedTo = !state.fd().isOpen();
                        names.answersNoMore(network.id());
                    }
                }
            }
        } finally {
            guard.unlock();
        }
    }
}
