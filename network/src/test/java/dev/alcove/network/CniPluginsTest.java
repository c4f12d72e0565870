package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinkAddress;
import dev.alcove.linux.Links;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's plugins, in a host namespace of the test's own. */
class CniPluginsTest {
    private static final String PLUGINS = "/usr/lib/cni";

    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Namespace host;
    private Process container;

    @BeforeEach
    void rooms() throws IOException {
        needs(Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN), "CAP_SYS_ADMIN (run as root)");
        needs(
                Files.isExecutable(Path.of(PLUGINS, "bridge")),
                "Debian's CNI plugins (apt-get install -y containernetworking-plugins)");
        needs(OnPath.find("iptables", "").isPresent(), "iptables (apt-get install -y iptables)");
        host = NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            Links.loopbackUp();
            return Namespace.ofThread(NamespaceKind.NET).orElseThrow();
        });
        open.add(host);
        // It says a word when it is where it is to be.
        container = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo there; exec sleep 1000").start();
        assertThat(container.getInputStream().read()).isEqualTo('t');
    }

    private static void needs(boolean met, String what) {
        if (!met) {
            System.out.println("skipped: needs " + what);
        }
        Assumptions.assumeTrue(met, "skipped: needs " + what);
    }

    @AfterEach
    void end() throws Exception {
        if (container != null) {
            container.destroyForcibly().waitFor();
            container.getInputStream().close();
        }
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private CniPlugins plugins() {
        return new CniPlugins(HostNetwork.of(host));
    }

    private CniCall call(PortMapping... ports) {
        return new CniCall(
                "c0ffee",
                "/proc/" + container.pid() + "/ns/net",
                "eth0",
                List.of(ports),
                List.of(),
                Optional.empty(),
                PLUGINS);
    }

    private CniConfig bridge(String version) {
        return CniConfig.parse("test", """
                {"cniVersion": "VERSION", "name": "blue", "plugins": [
                  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true,
                   "ipam": {"type": "host-local", "dataDir": "DATA", "routes": [{"dst": "0.0.0.0/0"}],
                            "ranges": [[{"subnet": "10.89.7.0/24"}]]},
                   "dns": {"nameservers": ["10.89.7.53"]}},
                  {"type": "portmap", "capabilities": {"portMappings": true}}]}
                """.replace("VERSION", version).replace("DATA", folder.toString()));
    }

    private List<String> leases() throws IOException {
        try (var files = Files.list(folder.resolve("blue"))) {
            return files.map(f -> String.valueOf(f.getFileName()))
                    .filter(f -> f.startsWith("10."))
                    .toList();
        }
    }

    private List<LinkAddress> inside() {
        try (Namespace net =
                Namespace.of(NamespaceKind.NET, (int) container.pid()).orElseThrow()) {
            return NamespaceThread.create().join(net).call(() -> {
                try (Netlink netlink = Netlink.open()) {
                    Optional<Link> link = netlink.links().find("eth0");
                    return link.isEmpty()
                            ? List.<LinkAddress>of()
                            : netlink.addresses().list(link.get());
                }
            });
        }
    }

    private String rules() throws Exception {
        return HostNetwork.of(host).in(() -> {
            Process nat = new ProcessBuilder("iptables", "-t", "nat", "-S")
                    .redirectErrorStream(true)
                    .start();
            String text = new String(nat.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(nat.waitFor()).as(text).isZero();
            return text;
        });
    }

    private void comesAndGoes(String version) throws Exception {
        CniConfig network = bridge(version);
        CniCall call = call(new PortMapping(Optional.empty(), 8080, 80, Protocol.TCP));
        CniResult result = plugins().add(network, call);
        assertThat(result.json()).containsEntry("cniVersion", version);
        assertThat(result.addresses()).hasSize(1);
        String address = result.addresses().getFirst().address().getHostAddress();
        assertThat(address).startsWith("10.89.7.");
        assertThat(result.gateways()).hasToString("[/10.89.7.1]");
        assertThat(result.routes()).hasToString("[0.0.0.0/0]");
        assertThat(result.servers()).hasToString("[/10.89.7.53]");
        assertThat(inside())
                .extracting(LinkAddress::address)
                .contains(result.addresses().getFirst());
        assertThat(leases()).containsExactly(address);
        assertThat(rules()).contains("--to-destination " + address + ":80").contains("MASQUERADE");
        // portmap looks for IPv6 rules too where no address says that it is IPv4 alone, and has made none.
        plugins().check(network, call(), result.json());

        plugins().del(network, call, result.json());
        assertThat(inside()).isEmpty();
        assertThat(leases()).isEmpty();
        assertThat(rules()).doesNotContain(address);
        // A second time nothing is there, and nothing is wrong.
        plugins().del(network, call, result.json());
    }

    @Test
    void version1() throws Exception {
        comesAndGoes("1.0.0");
    }

    @Test
    void version04() throws Exception {
        comesAndGoes("0.4.0");
    }

    @Test
    void goesWithoutItsNamespace() throws Exception {
        CniConfig network = bridge("1.0.0");
        CniCall call = call(new PortMapping(Optional.empty(), 8080, 80, Protocol.TCP));
        CniResult result = plugins().add(network, call);
        container.destroyForcibly().waitFor();
        plugins().del(network, call.withoutNamespace(), result.json());
        assertThat(leases()).isEmpty();
        // The masquerade of a namespace that is gone, bridge forgets: a reason to keep it until DEL.
        assertThat(rules()).doesNotContain("--to-destination");
    }

    @Test
    void checkSaysWhatIsMissing() {
        CniConfig network = bridge("1.0.0");
        CniResult result = plugins().add(network, call());
        try (Namespace net =
                Namespace.of(NamespaceKind.NET, (int) container.pid()).orElseThrow()) {
            NamespaceThread.create().join(net).call(() -> {
                try (Netlink netlink = Netlink.open()) {
                    return netlink.links().delete(netlink.links().get("eth0"));
                }
            });
        }
        assertThatThrownBy(() -> plugins().check(network, call(), result.json()))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("'bridge'")
                .hasMessageContaining("failed at CHECK");
        plugins().del(network, call(), result.json());
    }

    @Test
    void aPluginsErrorIsTold() {
        CniConfig wrong = CniConfig.parse(
                "test",
                "{\"cniVersion\":\"1.0.0\",\"name\":\"red\",\"type\":\"bridge\",\"bridge\":\"cni1\","
                        + "\"ipam\":{\"type\":\"host-local\",\"dataDir\":\"" + folder
                        + "\",\"ranges\":[[{\"subnet\":\"10.1.2.3/99\"}]]}}");
        Throwable failure = catchThrowable(() -> plugins().add(wrong, call()));
        assertThat(failure)
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("plugin 'bridge' of network 'red' failed at ADD, code ")
                .hasMessageContaining("10.1.2.3/99");
        CniConfig missing =
                CniConfig.parse("test", "{\"cniVersion\":\"1.0.0\",\"name\":\"red\",\"type\":\"no-such-plugin\"}");
        assertThatThrownBy(() -> plugins().add(missing, call())).hasMessageContaining("containernetworking-plugins");
    }

    @Test
    void reverseOrderForDel() throws IOException {
        for (String name : List.of("one", "two")) {
            Path program = folder.resolve(name);
            Files.writeString(
                    program,
                    "#!/bin/sh\necho \"$CNI_COMMAND " + name + " $(cat)\" >> " + folder
                            + "/log\n[ $CNI_COMMAND = DEL ] && exit 0\n"
                            + "echo '{\"cniVersion\":\"1.0.0\",\"from\":\"" + name + "\"}'\n");
            assertThat(program.toFile().setExecutable(true)).isTrue();
        }
        CniConfig network = CniConfig.parse(
                "test",
                "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"one\"},{\"type\":\"two\"}]}");
        CniCall call = new CniCall("c", "", "eth0", List.of(), List.of(), Optional.empty(), folder.toString());
        CniResult result = plugins().add(network, call);
        assertThat(result.json()).containsEntry("from", "two");
        plugins().del(network, call, Map.of("r", "x"));
        assertThat(Files.readAllLines(folder.resolve("log")).stream()
                        .map(line -> line.substring(0, 7) + (line.contains("prevResult") ? " previous" : "")))
                .containsExactly("ADD one", "ADD two previous", "DEL two previous", "DEL one previous");
    }
}
