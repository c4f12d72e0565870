package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.NetworkRoom.Fake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks whose interfaces Debian's plugins make. */
class CniDriverTest {
    @TempDir
    private Path root;

    @TempDir
    private Path folder;

    private NetworkRequest request(String name, String conf) {
        return new NetworkRequest(
                name,
                NetworkConfig.Driver.CNI,
                List.of(),
                false,
                false,
                Map.of("conf", conf, "path", "/usr/lib/cni"),
                Map.of());
    }

    private void configure() throws IOException {
        Needs.that(
                Files.isExecutable(Path.of("/usr/lib/cni/bridge")),
                "needs Debian's CNI plugins (apt-get install -y containernetworking-plugins)");
        Needs.program("iptables", "iptables");
        Files.writeString(folder.resolve("10-blue.conflist"), """
                {"cniVersion": "0.4.0", "name": "blue", "plugins": [
                  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true,
                   "ipam": {"type": "host-local", "dataDir": "DATA", "ranges": [[{"subnet": "10.89.7.0/24"}]]}}]}
                """.replace(
                        "DATA", folder.resolve("data").toString()));
    }

    private List<String> leases() throws IOException {
        try (var files = Files.list(folder.resolve("data/blue"))) {
            return files.map(f -> String.valueOf(f.getFileName()))
                    .filter(f -> f.startsWith("10."))
                    .toList();
        }
    }

    @Test
    void aContainerComesAndGoes() throws IOException {
        configure();
        try (NetworkRoom room = new NetworkRoom(root);
                Fake one = room.fake();
                Fake two = room.fake()) {
            Networks networks = room.networks();
            NetworkConfig blue = networks.create(request("blue", folder.toString()));
            assertThat(blue.subnets()).isEmpty();
            try (Plug plug = networks.plug(room.request("one", "blue"));
                    Plug second = networks.plug(room.request(
                            "two",
                            List.of(new JoinRequest(
                                    "blue",
                                    Optional.of(Cidr.parseAddress("10.89.7.77")),
                                    Optional.empty(),
                                    Optional.empty(),
                                    List.of(),
                                    List.of()))))) {
                plug.connect(one.pid());
                second.connect(two.pid());
                Endpoint there = networks.endpoints().stream()
                        .filter(e -> e.container().equals("one"))
                        .findFirst()
                        .orElseThrow();
                Cidr address = there.joined().getFirst().addresses().getFirst();
                assertThat(address.toString()).startsWith("10.89.7.");
                assertThat(one.run("ip", "-br", "address", "show", "eth0")).contains(address.toString());
                assertThat(two.run("ip", "-br", "address", "show", "eth0")).contains("10.89.7.77/24");
                assertThat(one.run("busybox", "ping", "-c1", "-W5", "10.89.7.77"))
                        .contains("1 packets received");
                assertThat(leases()).hasSize(2);
                assertThatThrownBy(() -> networks.connect(room.request("one", "blue"), one.pid()))
                        .isInstanceOfSatisfying(
                                NetworkException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED));
                // The container is over, and its namespace would be gone.
                one.close();
            }
            assertThat(leases()).isEmpty();
            assertThat(room.run("iptables", "-t", "nat", "-S")).doesNotContain("10.89.7");
            assertThat(root.resolve("network/cni")).isEmptyDirectory();
            networks.remove("blue");
        }
    }

    @Test
    void oneThatWasKilledIsSwept() throws IOException {
        configure();
        try (NetworkRoom room = new NetworkRoom(root);
                Fake one = room.fake()) {
            Networks networks = room.networks();
            networks.create(request("blue", folder.resolve("10-blue.conflist").toString()));
            Plug plug = networks.plug(room.request("one", "blue"));
            plug.connect(one.pid());
            try (Flock monitor = room.monitor("one")) {
                assertThat(monitor.fd().isOpen()).isTrue();
                plug.started();
            }
            one.close();
            assertThat(leases()).hasSize(1);
            networks.sweep();
            assertThat(leases()).isEmpty();
            assertThat(networks.endpoints()).isEmpty();
        }
    }

    @Test
    void refuses() throws IOException {
        configure();
        try (NetworkRoom room = new NetworkRoom(root);
                Fake one = room.fake()) {
            Networks networks = room.networks();
            assertThatThrownBy(() -> networks.create(request("green", folder.toString())))
                    .isInstanceOfSatisfying(
                            NetworkException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                    .hasMessageContaining("blue");
            Files.writeString(
                    folder.resolve("bad.conf"),
                    "{\"cniVersion\":\"1.0.0\",\"name\":\"bad\",\"type\":\"bridge\",\"ipam\":{\"type\":\"host-local\",\"dataDir\":\""
                            + folder + "/data\",\"ranges\":[[{\"subnet\":\"10.1.2.3/99\"}]]}}");
            networks.create(request("bad", folder.toString()));
            try (Plug plug = networks.plug(room.request("one", "bad"))) {
                assertThatThrownBy(() -> plug.connect(one.pid()))
                        .isInstanceOf(NetworkException.class)
                        .hasMessageContaining("failed at ADD, code ");
            }
            assertThat(root.resolve("network/ns/cni.one")).doesNotExist();
            assertThat(networks.endpoints()).isEmpty();
        }
    }
}
