package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Link;
import dev.alcove.linux.Links;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.network.HostNetwork;
import dev.alcove.network.JoinRequest;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.NetworkRequest;
import dev.alcove.network.Networks;
import dev.alcove.network.Plug;
import dev.alcove.network.PlugRequest;
import dev.alcove.network.ResolverOptions;
import dev.alcove.runtime.ContainerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Containers on networks of their host, by the library. The host is a network namespace that the test makes, with a peer
 * behind it that knows no way to the containers.
 */
@Timeout(300)
class BridgeNetworkTest {
    private static final int STARTS = 200;
    private static final int AT_A_TIME = 8;

    @TempDir
    private Path root;

    @BeforeEach
    void needs() {
        Needs.root();
        Needs.programs("iproute2 busybox-static nftables", "ip", "busybox", "nft");
    }

    private static Namespace space() {
        return NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            Links.loopbackUp();
            return Namespace.ofThread(NamespaceKind.NET).orElseThrow();
        });
    }

    private static String run(Namespace in, String command) {
        return NamespaceThread.create().join(in).call(() -> {
            try {
                Process process = new ProcessBuilder("sh", "-c", command)
                        .redirectErrorStream(true)
                        .start();
                process.getOutputStream().close();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).as("%s: %s", command, said).isZero();
                return said;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private PlugRequest request(String container, String... networks) {
        return new PlugRequest(
                container,
                container,
                container,
                Stream.of(networks).map(JoinRequest::of).toList(),
                List.of(),
                List.of(),
                ResolverOptions.hosts(),
                List.of(),
                root.resolve("lock-" + container));
    }

    private static List<String> links(Namespace host) {
        return HostNetwork.of(host).in(() -> {
            try (Netlink net = Netlink.open()) {
                return net.links().list().stream().map(Link::name).sorted().toList();
            }
        });
    }

    @Test
    @DisplayName("net_bridge")
    void netBridge() {
        try (Namespace host = space();
                Namespace behind = space()) {
            run(
                    host,
                    "ip link add wan type veth peer name wan netns /proc/"
                            + ProcessHandle.current().pid() + "/fd/" + number(behind));
            run(host, "ip address add 192.0.2.1/24 dev wan; ip link set wan up");
            run(behind, "ip address add 192.0.2.2/24 dev wan; ip link set wan up");
            Networks networks = Networks.at(root, HostNetwork.of(host));
            networks.create(NetworkRequest.bridge("web"));
            try (Plug one = networks.plug(request("one", "web"));
                    Plug two = networks.plug(request("two", "web"));
                    Shell first = Shell.in(
                            new ContainerBuilder("sh").prepare(one::connect).start());
                    Shell second = Shell.in(
                            new ContainerBuilder("sh").prepare(two::connect).start())) {
                assertThat(first.say("busybox ping -c1 -W5 10.90.0.3")).contains("1 packets received");
                assertThat(second.say("busybox ping -c1 -W5 10.90.0.2")).contains("1 packets received");
                assertThat(first.say("busybox ping -c1 -W5 10.90.0.1")).contains("1 packets received");
                // Through the host, and under its address: the peer has no route to the container's.
                assertThat(first.say("busybox ping -c1 -W5 192.0.2.2")).contains("1 packets received");
                assertThat(run(behind, "ip route")).doesNotContain("10.90");
            }
            assertThat(networks.endpoints()).isEmpty();
            networks.remove("web");
        }
    }

    private static int number(Namespace namespace) {
        // Its descriptor, by which ip(8) finds it: the one of this process whose link says the same.
        for (String name : List.of(java.util.Objects.requireNonNull(new java.io.File("/proc/self/fd").list()))) {
            try {
                if (Files.readSymbolicLink(Path.of("/proc/self/fd", name))
                        .toString()
                        .equals(namespace.toString())) {
                    return Integer.parseInt(name);
                }
            } catch (IOException e) {
                // Closed since it was listed.
            }
        }
        throw new AssertionError(namespace.toString());
    }

    @Test
    @DisplayName("net_pipe_sync, with a network")
    void netPipeSync() {
        try (Namespace host = space()) {
            Networks networks = Networks.at(root, HostNetwork.of(host));
            networks.create(new NetworkRequest(
                    "web",
                    NetworkConfig.Driver.BRIDGE,
                    List.of(),
                    true,
                    false,
                    java.util.Map.of(),
                    java.util.Map.of()));
            try (Plug plug = networks.plug(request("one", "web", NetworkConfig.DEFAULT))) {
                ContainerBuilder builder = new ContainerBuilder(
                                "sh",
                                "-c",
                                "cat /sys/class/net/eth0/flags /sys/class/net/eth1/flags; ip route; ip -6 route")
                        .prepare(plug::connect);
                assertThat(Shell.run(builder).text())
                        .as("from its first instruction")
                        .startsWith("0x1003\n0x1003\n")
                        .contains("default via 10.90.0.1 dev eth0", "10.90.4.0/22 dev eth1", "::1 dev eth0");
            }
        }
    }

    @Test
    @DisplayName("two hundred starts and stops, eight at a time")
    void twoHundredStartsAndStops() throws Exception {
        try (Namespace host = space()) {
            Networks networks = Networks.at(root, HostNetwork.of(host));
            NetworkConfig web = networks.create(NetworkRequest.bridge("web"));
            String rules = run(host, "nft list ruleset");
            // The first that comes makes the folders for names.
            start(networks, "first", ConcurrentHashMap.newKeySet(), new AtomicInteger());
            String folder = files();
            Set<String> taken = ConcurrentHashMap.newKeySet();
            AtomicInteger number = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            Callable<Integer> starts = () -> {
                int done = 0;
                for (int n = number.getAndIncrement(); n < STARTS; n = number.getAndIncrement()) {
                    start(networks, "c" + n, taken, most);
                    done++;
                }
                return done;
            };
            int all = 0;
            try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
                List<Future<Integer>> results = new ArrayList<>();
                for (int i = 0; i < AT_A_TIME; i++) {
                    results.add(threads.submit(starts));
                }
                for (Future<Integer> result : results) {
                    all += result.get();
                }
            }
            assertThat(all).isEqualTo(STARTS);
            assertThat(most.get()).as("at a time").isGreaterThan(1);
            assertThat(taken).isEmpty();
            assertThat(networks.endpoints()).isEmpty();
            Wait.until(
                    "no wire is left",
                    () -> links(host)
                            .equals(Stream.of("lo", web.link().orElseThrow())
                                    .sorted()
                                    .toList()));
            assertThat(run(host, "nft list ruleset")).isEqualTo(rules);
            assertThat(files()).isEqualTo(folder);
            assertThat(named()).as("files that know an address").isEmpty();
            networks.remove("web");
        }
    }

    private void start(Networks networks, String id, Set<String> taken, AtomicInteger most) {
        try (Plug plug = networks.plug(request(id, "web"))) {
            String address = plug.endpoint()
                    .joined()
                    .getFirst()
                    .addresses()
                    .getFirst()
                    .address()
                    .getHostAddress();
            assertThat(taken.add(address)).as("%s is nobody else's", address).isTrue();
            most.accumulateAndGet(taken.size(), Math::max);
            ContainerBuilder builder =
                    new ContainerBuilder("sh", "-c", "ip -4 -br address show dev eth0").prepare(plug::connect);
            assertThat(Shell.run(builder).text()).contains(address + "/24");
            taken.remove(address);
        }
    }

    /** The files of the state folder, but for those that say where an address was found last. */
    private String files() throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("network"))) {
            return files.map(f -> root.relativize(f).toString())
                    .filter(f -> !f.matches(".*/last[46]"))
                    .sorted()
                    .toList()
                    .toString();
        }
    }

    /** The files for names that have an address of the network in them: all have gone. */
    private List<String> named() throws IOException {
        List<String> found = new ArrayList<>();
        for (String folder : List.of("names", "views", "etc")) {
            Path path = root.resolve("network").resolve(folder);
            if (Files.isDirectory(path)) {
                try (Stream<Path> files = Files.walk(path)) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        if (Files.readString(file).contains("10.90.0.")) {
                            found.add(root.relativize(file).toString());
                        }
                    }
                }
            }
        }
        return found;
    }
}
