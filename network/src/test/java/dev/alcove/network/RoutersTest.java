package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Namespace;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.NetworkRoom.Fake;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutersTest {
    private static final String ID = StateFolder.ROUTER + "r";

    @TempDir
    private Path root;

    private static boolean pings(Fake from, Plug to) {
        String address = to.endpoint()
                .joined()
                .getFirst()
                .addresses()
                .getFirst()
                .address()
                .getHostAddress();
        return from.run("sh", "-c", "busybox ping -c1 -W2 " + address + " || true")
                .contains("1 packets received");
    }

    private static RouterRequest request(boolean nat, String... rules) {
        return new RouterRequest("r", List.of("a", "b"), nat, List.of(rules));
    }

    /** Networks a and b, a container on each. */
    private final class Two implements AutoCloseable {
        private final String nft = Needs.program("nft", "nftables");
        private final String busybox = Needs.program("busybox", "busybox-static");
        private final NetworkRoom room = new NetworkRoom(root);
        private final Networks networks = room.networks();
        private final Fake inA = room.fake();
        private final Fake inB = room.fake();
        private final Plug a;
        private final Plug b;

        Two(boolean internal) {
            for (String name : List.of("a", "b")) {
                networks.create(new NetworkRequest(
                        name, NetworkConfig.Driver.BRIDGE, List.of(), false, internal, Map.of(), Map.of()));
            }
            a = networks.plug(room.request("one", "a"));
            b = networks.plug(room.request("two", "b"));
            a.connect(inA.pid());
            b.connect(inB.pid());
        }

        @Override
        public void close() {
            a.close();
            b.close();
            networks.prune();
            assertThat(room.links()).containsExactly("lo");
            room.close();
        }
    }

    @Test
    void leadsFromOneNetworkToAnother() {
        for (boolean internal : new boolean[] {false, true}) {
            try (Two two = new Two(internal)) {
                assertThat(pings(two.inA, two.b)).as("before").isFalse();
                Router router = two.networks.routers().create(request(false));
                assertThat(router.attached()).extracting(Joined::name).containsExactly("a", "b");
                assertThat(pings(two.inA, two.b))
                        .as(() -> "to b, internal " + internal + ": " + state(two))
                        .isTrue();
                assertThat(pings(two.inB, two.a)).as("to a").isTrue();
                try (Fake late = two.room.fake();
                        Plug third = two.networks.plug(two.room.request("three", "a"))) {
                    third.connect(late.pid());
                    assertThat(pings(late, two.b)).as("who comes later").isTrue();
                }
                two.networks.sweep();
                assertThat(two.networks.routers().list()).hasSize(1);
                assertThat(pings(two.inA, two.b)).as("after a sweep").isTrue();
                assertThatThrownBy(() -> two.networks.routers().create(request(false)))
                        .isInstanceOfSatisfying(
                                NetworkException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
                two.networks.routers().remove("r");
                assertThat(pings(two.inA, two.b)).as("without it").isFalse();
                assertThat(two.inA.run("ip", "route")).doesNotContain("via " + address(router, 0));
                assertThat(two.networks.routers().list()).isEmpty();
                assertThat(router.namespace()).doesNotExist();
            }
        }
    }

    /** All that a failure can be explained by. */
    private static String state(Two two) {
        StringBuilder text = new StringBuilder();
        for (Fake fake : List.of(two.inA, two.inB)) {
            text.append(fake.run("ip", "address")).append(fake.run("ip", "route"));
        }
        two.networks.routers().list().forEach(router -> {
            try (Namespace inside = Namespace.at(router.namespace())) {
                text.append(NetworkRoom.run(inside, "ip", "address"))
                        .append(NetworkRoom.run(inside, "ip", "route"))
                        .append(NetworkRoom.run(inside, "cat", "/proc/sys/net/ipv4/ip_forward"));
            }
        });
        return text.append(two.room.run("nft", "list", "ruleset")).toString();
    }

    private static String address(Router router, int place) {
        return router.attached().get(place).addresses().getFirst().address().getHostAddress();
    }

    @Test
    void speaksForTheFirstNetwork() {
        try (Two two = new Two(false)) {
            Router router = two.networks.routers().create(request(true));
            assertThat(pings(two.inA, two.b)).isTrue();
            assertThat(pings(two.inB, two.a)).isFalse();
            assertThat(two.inB.run("ip", "route")).doesNotContain(address(router, 1));
            String ruleset;
            try (Namespace inside = Namespace.at(router.namespace())) {
                ruleset = NetworkRoom.run(inside, two.nft, "list", "ruleset");
            }
            assertThat(ruleset).contains("table inet alcove", "masquerade");
            two.networks.routers().remove("r");
        }
    }

    @Test
    void letsThroughWhatItsRulesSay() {
        try (Two two = new Two(false)) {
            String b = two.b
                    .endpoint()
                    .joined()
                    .getFirst()
                    .addresses()
                    .getFirst()
                    .address()
                    .getHostAddress();
            two.networks.routers().create(request(false, "a," + b + ":8080/tcp"));
            assertThat(pings(two.inA, two.b)).isFalse();
            two.inB.run("sh", "-c", two.busybox + " nc -l -p 8080 -e echo yes > /dev/null 2>&1 &");
            assertThat(two.inA.run(
                            "sh",
                            "-c",
                            "for i in 1 2 3 4 5 6 7 8 9 10; do busybox nc -w 2 " + b
                                    + " 8080 < /dev/null && exit; busybox sleep 0.1; done"))
                    .contains("yes");
            two.networks.routers().remove("r");
        }
    }

    @Test
    void refusesWhatCannotBe() {
        try (Two two = new Two(false)) {
            Routers routers = two.networks.routers();
            assertThatThrownBy(() -> routers.create(new RouterRequest("r", List.of("a"), false, List.of())))
                    .hasMessageContaining("two networks or more");
            assertThatThrownBy(() -> routers.create(new RouterRequest("r", List.of("a", "a"), false, List.of())))
                    .hasMessageContaining("twice");
            assertThatThrownBy(() -> routers.create(new RouterRequest("r", List.of("a", "zz"), false, List.of())))
                    .hasMessageContaining("no such network");
            assertThatThrownBy(() -> routers.create(new RouterRequest("../r", List.of("a", "b"), false, List.of())))
                    .hasMessageContaining("not a router's name");
            assertThatThrownBy(() -> routers.create(request(false, "a:80,b"))).hasMessageContaining("--rule");
            assertThatThrownBy(() -> routers.create(request(false, "nonsense"))).hasMessageContaining("comma");
            assertThatThrownBy(() -> routers.remove("r")).hasMessageContaining("no router");
            assertThat(routers.list()).isEmpty();
            routers.create(request(false));
            assertThatThrownBy(() -> two.networks.remove("a")).hasMessageContaining(ID);
            routers.remove("r");
        }
    }

    @Test
    void rules() {
        List<RouterRule> rules = RouterRule.parse(
                "web,[fd00::/8]:80-90/tcp", name -> List.of(Cidr.parse("10.1.0.0/24"), Cidr.parse("fd01::/64")));
        assertThat(rules).hasToString("[fd01:0:0:0:0:0:0:0/64,[fd00:0:0:0:0:0:0:0/8]:80-90/tcp]");
        assertThat(RouterRule.parse("any,10.0.0.7", name -> List.of())).hasToString("[any,10.0.0.7/32]");
        assertThatThrownBy(() -> RouterRule.parse("10.0.0.1,fd00::1", name -> List.of()))
                .hasMessageContaining("IPv6");
        Optional<RouterRule> open =
                RouterRule.parse("any,any:53", name -> List.of()).stream().findFirst();
        assertThat(open.orElseThrow().protocol()).isEmpty();
    }
}
