package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import dev.alcove.network.NetworkException.Kind;
import java.nio.file.Path;
import java.util.List;
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
}
