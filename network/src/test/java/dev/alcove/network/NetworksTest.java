package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Mac;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworksTest {
    @TempDir
    private Path root;

    @Test
    void aContainerOnABridgeReachesTheHostAndAnother() {
        try (NetworkRoom room = new NetworkRoom(root);
                NetworkRoom.Fake one = room.fake();
                NetworkRoom.Fake two = room.fake()) {
            Networks networks = room.networks();
            NetworkConfig web = networks.create(NetworkRequest.bridge("web"));
            assertThat(web.subnets().getFirst().network()).isEqualTo(Cidr.parse("10.90.0.0/24"));
            try (Plug first = networks.plug(room.request("one", "web"));
                    Plug second = networks.plug(room.request("two", "web"))) {
                first.connect(one.pid());
                second.connect(two.pid());
                assertThat(first.endpoint().joined().getFirst().addresses())
                        .containsExactly(Cidr.parse("10.90.0.2/24"));
                assertThat(one.run("ip", "-br", "address", "show", "eth0")).contains("UP", "10.90.0.2/24");
                assertThat(one.run("ip", "-br", "link", "show", "eth0")).contains("02:42:0a:5a:00:02");
                assertThat(one.run("ip", "route")).contains("default via 10.90.0.1 dev eth0");
                assertThat(one.run("busybox", "ping", "-c1", "-W5", "10.90.0.3"))
                        .contains("1 packets received");
                assertThat(one.run("busybox", "ping", "-c1", "-W5", "10.90.0.1"))
                        .contains("1 packets received");
                assertThat(networks.endpoints())
                        .extracting(Endpoint::container)
                        .containsExactlyInAnyOrder("one", "two");
                assertThatThrownBy(() -> networks.remove("web"))
                        .isInstanceOfSatisfying(
                                NetworkException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.BUSY))
                        .hasMessageContaining("one")
                        .hasMessageContaining("two");
            }
            assertThat(networks.endpoints()).isEmpty();
            networks.remove("web");
            assertThat(networks.list()).isEmpty();
            assertThat(room.links()).containsExactly("lo");
        }
    }

    @Test
    void oneThatIsOverIsSwept() {
        try (NetworkRoom room = new NetworkRoom(root);
                NetworkRoom.Fake one = room.fake()) {
            Networks networks = room.networks();
            Plug plug = networks.plug(room.request("one", NetworkConfig.DEFAULT));
            plug.connect(one.pid());
            try (Flock monitor = room.monitor("one")) {
                assertThat(monitor.fd().isOpen()).isTrue();
                plug.started();
                assertThat(networks.endpoints()).hasSize(1);
            }
            assertThat(networks.endpoints()).isEmpty();
            assertThat(room.links()).containsExactlyInAnyOrder("lo", "alcove0");
            assertThat(networks.list()).extracting(NetworkConfig::name).isEqualTo(List.of("alcove0"));
        }
    }

    private static PlugRequest withJoin(NetworkRoom room, String container, JoinRequest... joins) {
        return room.request(container, List.of(joins));
    }

    private static JoinRequest at(String network, String ip) {
        return new JoinRequest(
                network, Optional.of(Cidr.parseAddress(ip)), Optional.empty(), Optional.empty(), List.of(), List.of());
    }

    private static NetworkException refused(ThrowingCallable call) {
        return assertThatExceptionOfType(NetworkException.class)
                .isThrownBy(call)
                .actual();
    }

    private static NetworkRequest subnet(String name, String network, String range) {
        Subnet subnet = new Subnet(
                Cidr.parse(network),
                Optional.empty(),
                range.isEmpty() ? Optional.empty() : Optional.of(Cidr.parse(range)));
        return new NetworkRequest(name, Driver.BRIDGE, List.of(subnet), false, false, Map.of(), Map.of());
    }

    @Test
    void severalNetworksWithIpv6AndOneWithoutAWayOut() {
        try (NetworkRoom room = new NetworkRoom(root);
                NetworkRoom.Fake one = room.fake();
                NetworkRoom.Fake two = room.fake()) {
            Networks networks = room.networks();
            networks.create(
                    new NetworkRequest("inner", Driver.BRIDGE, List.of(), true, true, Map.of("mtu", "1400"), Map.of()));
            NetworkConfig outer = networks.create(
                    new NetworkRequest("outer", Driver.BRIDGE, List.of(), true, false, Map.of(), Map.of("a", "b")));
            assertThat(outer.labels()).containsExactly(Map.entry("a", "b"));
            JoinRequest chosen = new JoinRequest(
                    "outer",
                    Optional.of(Cidr.parseAddress("10.90.1.77")),
                    Optional.of(outer.subnets().get(1).network().address()).map(a -> AddressRange.plus(a, 0x99)),
                    Optional.of(Mac.parse("02:00:00:00:00:77")),
                    List.of("alias"),
                    List.of(Cidr.parse("169.254.3.4/16"), Cidr.parse("fe80::1234/64")));
            try (Plug first = networks.plug(withJoin(room, "one", JoinRequest.of("inner"), chosen));
                    Plug second = networks.plug(withJoin(room, "two", JoinRequest.of("inner")))) {
                first.connect(one.pid());
                second.connect(two.pid());
                String v6 = first.endpoint()
                        .joined()
                        .get(1)
                        .addresses()
                        .get(1)
                        .address()
                        .getHostAddress();
                assertThat(one.run("ip", "-br", "address", "show", "eth1"))
                        .contains("10.90.1.77/24", "169.254.3.4/16", "fe80::1234/64", "::99/64");
                assertThat(one.run("ip", "-br", "link", "show", "eth1")).contains("02:00:00:00:00:77");
                assertThat(one.run("ip", "link", "show", "eth0")).contains("mtu 1400");
                assertThat(one.run("ip", "route")).contains("default via 10.90.1.1 dev eth1");
                assertThat(one.run("ip", "-6", "route")).containsPattern("default via fd[0-9a-f:]+::1 dev eth1");
                assertThat(two.run("ip", "route")).doesNotContain("default");
                assertThat(one.run("ip", "-6", "address")).doesNotContain("tentative");
                // Good at once: no neighbour is asked first whether an address is free.
                assertThat(room.run("busybox", "ping", "-6", "-c1", "-W5", v6)).contains("1 packets received");
                String other = second.endpoint()
                        .joined()
                        .getFirst()
                        .addresses()
                        .get(1)
                        .address()
                        .getHostAddress();
                assertThat(one.run("busybox", "ping", "-6", "-c1", "-W5", other))
                        .contains("1 packets received");
                assertThat(room.run("sysctl", "-n", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"))
                        .isEqualTo("1\n1\n");
            }
        }
    }

    @Test
    void addressesThatCannotBeGiven() {
        try (NetworkRoom room = new NetworkRoom(root)) {
            Networks networks = room.networks();
            networks.create(subnet("small", "10.1.2.0/24", "10.1.2.128/30"));
            PlugRequest third = withJoin(room, "third", at("small", "10.1.2.9"));
            try (Plug named = networks.plug(third)) {
                NetworkException used = refused(() -> networks.plug(withJoin(room, "x", at("small", "10.1.2.9"))));
                assertThat(used.kind()).isEqualTo(Kind.CONFLICT);
                assertThat(used).hasMessageContaining("10.1.2.9").hasMessageContaining("third");
                List<Plug> all = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    all.add(networks.plug(room.request("c" + i, "small")));
                }
                assertThat(all)
                        .extracting(p -> p.endpoint()
                                .joined()
                                .getFirst()
                                .addresses()
                                .getFirst()
                                .address()
                                .getHostAddress())
                        .containsExactly("10.1.2.128", "10.1.2.129", "10.1.2.130", "10.1.2.131");
                NetworkException full = refused(() -> networks.plug(room.request("c4", "small")));
                assertThat(full.kind()).isEqualTo(Kind.EXHAUSTED);
                assertThat(full).hasMessageContaining("small").hasMessageContaining("10.1.2.128");
                all.get(2).close();
                try (Plug again = networks.plug(room.request("c5", "small"))) {
                    assertThat(again.endpoint().joined().getFirst().addresses())
                            .containsExactly(Cidr.parse("10.1.2.130/24"));
                }
                all.forEach(Plug::close);
                assertThat(named.endpoint().container()).isEqualTo("third");
            }
            assertThat(refused(() -> networks.plug(withJoin(room, "x", at("small", "10.1.3.9")))))
                    .hasMessageContaining("10.1.2.1 to 10.1.2.254");
            assertThat(refused(() -> networks.plug(withJoin(room, "x", at("small", "10.1.2.1")))))
                    .hasMessageContaining("gateway");
            assertThat(refused(() -> networks.plug(withJoin(room, "x", at("small", "10.1.2.255"))))
                            .kind())
                    .isEqualTo(Kind.INVALID);
            assertThat(refused(() -> networks.plug(room.request("x", "smal"))))
                    .hasMessageContaining("did you mean 'small'?");
            assertThat(refused(() -> networks.plug(room.request("x", "small", "small")))
                            .kind())
                    .isEqualTo(Kind.INVALID);
            assertThat(refused(() -> networks.create(NetworkRequest.bridge("small")))
                            .kind())
                    .isEqualTo(Kind.CONFLICT);
            assertThat(refused(() -> networks.create(subnet("other", "10.1.0.0/16", ""))))
                    .hasMessageContaining("network 'small'");
            assertThat(networks.endpoints()).isEmpty();
            assertThat(new StateFolder(root).starting()).isEmpty();
            assertThat(new StateFolder(root).leases(networks.find("small").id()).list())
                    .isEmpty();
        }
    }

    @Test
    void whatTheHostHasIsNotTaken() {
        try (NetworkRoom room = new NetworkRoom(root)) {
            room.run("ip", "link", "add", "wan", "type", "veth", "peer", "name", "behind");
            room.run("ip", "address", "add", "10.90.0.5/23", "dev", "wan");
            room.run("ip", "link", "set", "wan", "up");
            room.run("ip", "route", "add", "192.0.2.0/24", "dev", "wan");
            room.run("ip", "route", "add", "default", "via", "10.90.0.1");
            Networks networks = room.networks();
            assertThat(networks.create(NetworkRequest.bridge("web"))
                            .subnets()
                            .getFirst()
                            .network())
                    .isEqualTo(Cidr.parse("10.90.2.0/24"));
            assertThat(refused(() -> networks.create(subnet("other", "192.0.2.128/25", ""))))
                    .hasMessageContaining("route")
                    .hasMessageContaining("wan");
            NetworkRequest named = new NetworkRequest(
                    "other",
                    Driver.BRIDGE,
                    List.of(),
                    false,
                    false,
                    Map.of("com.docker.network.bridge.name", "wan"),
                    Map.of());
            assertThat(refused(() -> networks.create(named)).kind()).isEqualTo(Kind.CONFLICT);
            assertThat(networks.list()).hasSize(1);
            assertThat(room.links()).hasSize(4);
        }
    }

    @Test
    void aRunningContainerIsConnectedAndDisconnected() {
        try (NetworkRoom room = new NetworkRoom(root);
                NetworkRoom.Fake one = room.fake();
                NetworkRoom.Fake two = room.fake();
                Flock alone = room.monitor("two")) {
            Networks networks = room.networks();
            networks.create(NetworkRequest.bridge("web"));
            networks.create(NetworkRequest.bridge("db"));
            try (Plug plug = networks.plug(room.request("one", "web"))) {
                plug.connect(one.pid());
                Joined joined = networks.connect(room.request("one", "db"), one.pid());
                assertThat(joined.inside()).isEqualTo("eth1");
                assertThat(one.run("ip", "route")).contains("default via 10.90.0.1 dev eth0");
                assertThat(refused(() -> networks.connect(room.request("one", "db"), one.pid()))
                                .kind())
                        .isEqualTo(Kind.CONFLICT);
                networks.disconnect("one", one.pid(), "web");
                assertThat(one.run("ip", "-br", "link")).doesNotContain("eth0");
                assertThat(one.run("ip", "route")).contains("default via 10.90.1.1 dev eth1");
                assertThat(refused(() -> networks.disconnect("one", one.pid(), "web"))
                                .kind())
                        .isEqualTo(Kind.NOT_FOUND);
                assertThat(networks.connect(room.request("one", "web"), one.pid())
                                .inside())
                        .isEqualTo("eth0");
                // One that was started without any network.
                assertThat(alone.fd().isOpen()).isTrue();
                networks.connect(room.request("two", "db"), two.pid());
                assertThat(two.run("ip", "route")).contains("default via 10.90.1.1 dev eth0");
                assertThat(two.run(
                                "busybox",
                                "ping",
                                "-c1",
                                "-W5",
                                joined.addresses().getFirst().address().getHostAddress()))
                        .contains("1 packets received");
                assertThat(networks.endpoints())
                        .filteredOn(e -> e.container().equals("one"))
                        .flatExtracting(Endpoint::joined)
                        .extracting(Joined::name)
                        .containsExactly("db", "web");
                networks.disconnect("two", two.pid(), "db");
            }
        }
    }

    @Test
    void aMacvlanIsInItsParentsNetwork() {
        try (NetworkRoom room = new NetworkRoom(root);
                NetworkRoom.Fake one = room.fake();
                NetworkRoom.Fake lan = room.fake()) {
            room.run(
                    "ip",
                    "link",
                    "add",
                    "wan",
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "lan0",
                    "netns",
                    Integer.toString(lan.pid()));
            room.run("ip", "link", "set", "wan", "up");
            lan.run("ip", "address", "add", "192.0.2.1/24", "dev", "lan0");
            lan.run("ip", "link", "set", "lan0", "up");
            Networks networks = room.networks();
            Subnet subnet = new Subnet(
                    Cidr.parse("192.0.2.0/24"), Optional.of(Cidr.parseAddress("192.0.2.1")), Optional.empty());
            NetworkRequest request = new NetworkRequest(
                    "lan", Driver.MACVLAN, List.of(subnet), false, false, Map.of("parent", "wan"), Map.of());
            networks.create(request);
            try (Plug plug = networks.plug(room.request("one", "lan"))) {
                plug.connect(one.pid());
                assertThat(plug.endpoint().joined().getFirst().outside()).isEmpty();
                assertThat(one.run("ip", "-d", "link", "show", "eth0")).contains("macvlan mode bridge");
                assertThat(one.run("busybox", "ping", "-c1", "-W5", "192.0.2.1"))
                        .contains("1 packets received");
                assertThat(one.run("ip", "route")).contains("default via 192.0.2.1 dev eth0");
            }
            room.run("ip", "link", "set", "wan", "down");
            NetworkException down = refused(() -> {
                try (Plug plug = networks.plug(room.request("one", "lan"))) {
                    plug.connect(lan.pid());
                }
            });
            assertThat(down).hasMessageContaining("wan").hasMessageContaining("is down");
            networks.remove("lan");
            assertThat(room.links()).containsExactlyInAnyOrder("lo", "wan");
            NetworkRequest gone = new NetworkRequest(
                    "lan", Driver.MACVLAN, List.of(), false, false, Map.of("parent", "nowhere"), Map.of());
            assertThat(refused(() -> networks.create(gone)).kind()).isEqualTo(Kind.NOT_FOUND);
        }
    }

    @Test
    void aBridgeThatIsGoneIsMadeAgain() {
        try (NetworkRoom room = new NetworkRoom(root);
                NetworkRoom.Fake one = room.fake()) {
            Networks networks = room.networks();
            NetworkConfig web = networks.create(NetworkRequest.bridge("web"));
            room.run("ip", "link", "delete", web.link().orElseThrow());
            room.run("sysctl", "-w", "net.ipv4.ip_forward=0");
            try (Plug plug = networks.plug(room.request("one", "web"))) {
                plug.connect(one.pid());
                assertThat(one.run("busybox", "ping", "-c1", "-W5", "10.90.0.1"))
                        .contains("1 packets received");
                assertThat(room.run("sysctl", "-n", "net.ipv4.ip_forward")).isEqualTo("1\n");
            }
        }
    }

    /** What keeps the network namespace of one that is over has no address of another's. */
    @Test
    void anInterfaceThatOutlivesItsContainerIsTakenAway() {
        try (NetworkRoom room = new NetworkRoom(root);
                NetworkRoom.Fake one = room.fake();
                NetworkRoom.Fake two = room.fake()) {
            Networks networks = room.networks();
            networks.create(subnet("one", "10.1.2.0/24", "10.1.2.8/32"));
            Plug plug = networks.plug(room.request("one", "one"));
            plug.connect(one.pid());
            plug.close();
            try (Plug next = networks.plug(room.request("two", "one"))) {
                next.connect(two.pid());
                assertThat(next.endpoint().joined().getFirst().addresses()).containsExactly(Cidr.parse("10.1.2.8/24"));
                assertThat(one.run("ip", "-br", "link")).doesNotContain("eth0");
                assertThat(two.run("busybox", "ping", "-c1", "-W5", "10.1.2.1")).contains("1 packets received");
            }
            networks.sweep();
            assertThat(two.run("ip", "-br", "link")).doesNotContain("eth0");
        }
    }

    @Test
    void filesThatAreNotOursAreNamed() throws IOException {
        try (NetworkRoom room = new NetworkRoom(root)) {
            Networks networks = room.networks();
            networks.create(NetworkRequest.bridge("web"));
            Path file = root.resolve("network/networks/web.json");
            String good = Files.readString(file);
            for (String bad : List.of(
                    "",
                    good.substring(0, good.length() / 2),
                    good.replace("\"format\": 1", "\"format\": 2"),
                    good.replace("10.90", "10.999"),
                    good.replace("bridge\",", "tunnel\","),
                    "[1, 2]",
                    "{}")) {
                Files.writeString(file, bad);
                NetworkException refused = refused(networks::list);
                assertThat(refused.kind()).isEqualTo(Kind.INTERNAL);
                assertThat(refused)
                        .as(bad)
                        .hasMessageContaining(file.toString())
                        .hasMessageContaining("\n  likely cause: ")
                        .hasMessageContaining("\n  mend: ");
            }
            assertThat(refused(networks::list)).hasMessageContaining("networks/web.json");
            Files.writeString(file, good.replace("\"format\": 1", "\"format\": 2"));
            assertThat(refused(networks::list)).hasMessageContaining("its format is 2, and this version reads 1");
            Files.writeString(file, good);
            // Of one that is over, as a loss of power leaves it: released, its address with it.
            Plug plug = networks.plug(room.request("one", "web"));
            Files.writeString(root.resolve("network/endpoints/one.json"), "");
            assertThat(refused(networks::endpoints)).hasMessageContaining("endpoints/one.json");
            plug.close();
            assertThat(networks.endpoints()).isEmpty();
            assertThat(new StateFolder(root).leases(networks.find("web").id()).list())
                    .isEmpty();
        }
    }

    @Test
    void networksAreFoundByNameAndIdAndPruned() {
        try (NetworkRoom room = new NetworkRoom(root)) {
            Networks networks = room.networks();
            NetworkConfig web = networks.create(NetworkRequest.bridge("web"));
            networks.create(NetworkRequest.bridge("db"));
            assertThat(networks.find("web")).isEqualTo(web);
            assertThat(networks.find(web.id())).isEqualTo(web);
            assertThat(networks.find(web.id().substring(0, 8))).isEqualTo(web);
            assertThat(refused(() -> networks.find("wbe"))).hasMessageContaining("did you mean 'web'?");
            assertThat(refused(() -> networks.find("../web")).kind()).isEqualTo(Kind.NOT_FOUND);
            assertThat(networks.list()).extracting(NetworkConfig::name).containsExactly("db", "web");
            try (Plug plug = networks.plug(room.request("one", "web", NetworkConfig.DEFAULT))) {
                assertThat(networks.prune()).containsExactly("db");
                assertThat(refused(() -> networks.plug(room.request("one", "web")))
                                .kind())
                        .isEqualTo(Kind.CONFLICT);
                assertThat(plug.files()).isNotNull();
            }
            assertThat(networks.prune()).containsExactly("web");
            assertThat(room.links()).containsExactlyInAnyOrder("lo", "alcove0");
        }
    }

    /** Whoever may not do it is told so, and nothing of it stays. */
    @Test
    void withoutThePrivilegeNothingIsMade() {
        try (NetworkRoom room = new NetworkRoom(root)) {
            Path state = root.resolve("state");
            String said = room.run(
                    "setpriv",
                    "--bounding-set=-net_admin",
                    "--inh-caps=-net_admin",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    DeniedMain.class.getName(),
                    state.toString());
            assertThat(said).contains("DENIED", "cannot make network 'web'", "CAP_NET_ADMIN", "mend: ");
            assertThat(Networks.at(state, room.host()).list()).isEmpty();
            assertThat(room.links()).containsExactly("lo");
        }
    }
}
