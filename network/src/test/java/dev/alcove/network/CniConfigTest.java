package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Mac;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniConfigTest {
    private static final String LIST = """
            {"cniVersion": "1.0.0", "name": "blue", "plugins": [
              {"type": "bridge", "bridge": "cni0", "ipam": {"type": "host-local", "subnet": "10.9.0.0/24"}, "mtu": 1400},
              {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}]}
            """;

    @TempDir
    private Path folder;

    @Test
    void readsBothForms() {
        CniConfig list = CniConfig.parse("x", LIST);
        assertThat(list.name()).isEqualTo("blue");
        assertThat(list.plugins()).extracting(p -> p.get("type")).containsExactly("bridge", "portmap");
        CniConfig single = CniConfig.parse(
                "x", "{\"cniVersion\":\"0.4.0\",\"name\":\"red\",\"type\":\"ptp\",\"ipam\":{\"type\":\"static\"}}");
        assertThat(single.version()).isEqualTo("0.4.0");
        assertThat(single.plugins()).hasSize(1);
        assertThat(CniConfig.parse("again", list.toJson())).isEqualTo(list);
    }

    @Test
    void refusesWhatItCannotUse() {
        assertThatThrownBy(() -> CniConfig.parse("f.conf", "{\"name\":"))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("f.conf");
        assertThatThrownBy(() -> CniConfig.parse("f.conf", "[]")).isInstanceOf(NetworkException.class);
        assertThatThrownBy(() -> CniConfig.parse("f.conf", "{\"cniVersion\":\"1.0.0\",\"type\":\"ptp\"}"))
                .hasMessageContaining("\"name\"");
        assertThatThrownBy(() -> CniConfig.parse("f.conf", "{\"name\":\"a\",\"type\":\"ptp\"}"))
                .hasMessageContaining("'0.1.0'");
        assertThatThrownBy(
                        () -> CniConfig.parse("f.conf", "{\"cniVersion\":\"1.0.0\",\"name\":\"a\",\"type\":\"../sh\"}"))
                .hasMessageContaining("../sh");
        assertThatThrownBy(() -> CniConfig.parse("f.conf", "{\"cniVersion\":\"1.0.0\",\"name\":\"a\",\"plugins\":[]}"))
                .hasMessageContaining("no plugins");
    }

    @Test
    void findsByName() throws IOException {
        Files.writeString(folder.resolve("20-red.conf"), LIST.replace("blue", "red"));
        Files.writeString(folder.resolve("10-blue.conflist"), LIST);
        Files.writeString(folder.resolve("README"), "no configuration");
        assertThat(CniConfig.find(folder, "red").name()).isEqualTo("red");
        assertThatThrownBy(() -> CniConfig.find(folder, "green")).hasMessageContaining("blue, red");
        assertThatThrownBy(() -> CniConfig.find(folder.resolve("none"), "green"))
                .hasMessageContaining("no folder");
        assertThatThrownBy(() -> CniConfig.read(folder.resolve("none"))).hasMessageContaining("no CNI configuration");
    }

    private static CniCall call() {
        return new CniCall(
                "abc",
                "/proc/7/ns/net",
                "eth0",
                List.of(new PortMapping(Optional.of(InetAddress.ofLiteral("127.0.0.1")), 8080, 80, Protocol.TCP)),
                List.of(InetAddress.ofLiteral("10.9.0.7")),
                Optional.of(Mac.parse("02:00:00:00:00:07")),
                "/usr/lib/cni");
    }

    @Test
    void tellsPluginsWhatTheyTake() {
        assertThat(call().environment("ADD", "/bin"))
                .containsExactly(
                        "CNI_COMMAND=ADD",
                        "CNI_CONTAINERID=abc",
                        "CNI_NETNS=/proc/7/ns/net",
                        "CNI_IFNAME=eth0",
                        "CNI_PATH=/usr/lib/cni",
                        "CNI_ARGS=IgnoreUnknown=1;IP=10.9.0.7;MAC=02:00:00:00:00:07",
                        "PATH=/bin");
        CniConfig network = CniConfig.parse("x", LIST);
        Map<String, Object> bridge =
                CniJson.object("", call().input(network, network.plugins().getFirst(), Map.of()));
        assertThat(bridge)
                .containsEntry("name", "blue")
                .containsEntry("cniVersion", "1.0.0")
                .doesNotContainKeys("prevResult", "runtimeConfig");
        assertThat(CniJson.number(bridge, "mtu")).isEqualTo(1400);
        String text = call().input(network, network.plugins().getLast(), Map.of("cniVersion", "1.0.0"));
        assertThat(text)
                .contains("\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":8080,\"containerPort\":80,"
                        + "\"protocol\":\"tcp\",\"hostIP\":\"127.0.0.1\"}]}")
                .contains("\"prevResult\":{\"cniVersion\":\"1.0.0\"}")
                .doesNotContain("capabilities");
        assertThat(call().withoutNamespace().environment("DEL", "/bin")).contains("CNI_NETNS=");
    }

    @Test
    void readsResultsOfBothVersions() {
        String interfaces = "\"interfaces\":[{\"name\":\"cni0\",\"mac\":\"02:00:00:00:00:01\"},"
                + "{\"name\":\"eth0\",\"mac\":\"02:00:00:00:00:02\",\"sandbox\":\"/proc/7/ns/net\"}],";
        for (String json : List.of(
                "{\"cniVersion\":\"1.0.0\"," + interfaces
                        + "\"ips\":[{\"interface\":1,\"address\":\"10.9.0.7/24\",\"gateway\":\"10.9.0.1\"}],"
                        + "\"routes\":[{\"dst\":\"0.0.0.0/0\"}],\"dns\":{\"nameservers\":[\"10.9.0.1\"],\"search\":[\"a\"]}}",
                "{\"cniVersion\":\"0.4.0\"," + interfaces
                        + "\"ips\":[{\"version\":\"4\",\"interface\":1,\"address\":\"10.9.0.7/24\",\"gateway\":\"10.9.0.1\"}],"
                        + "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.9.0.1\"}],\"dns\":{\"nameservers\":[\"10.9.0.1\"],\"search\":[\"a\"]}}")) {
            CniResult result = CniResult.of(CniJson.object("", json), "eth0");
            assertThat(result.addresses()).hasToString("[10.9.0.7/24]");
            assertThat(result.gateways()).containsExactly(InetAddress.ofLiteral("10.9.0.1"));
            assertThat(result.routes()).hasToString("[0.0.0.0/0]");
            assertThat(result.mac()).contains(Mac.parse("02:00:00:00:00:02"));
            assertThat(result.servers()).containsExactly(InetAddress.ofLiteral("10.9.0.1"));
            assertThat(result.search()).containsExactly("a");
        }
    }
}
