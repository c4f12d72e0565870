package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What ip(8) shows of bridges' ports and of local routes. */
class BridgePortsTest {
    private static String ip(String... arguments) {
        List<String> argv = new java.util.ArrayList<>(List.of("ip"));
        argv.addAll(List.of(arguments));
        Programs.Outcome outcome = Programs.run("/usr/sbin/ip", argv, List.of("PATH=/usr/sbin:/sbin"), Map.of());
        assertThat(outcome.exit().status()).as(outcome.output()).isZero();
        return outcome.output();
    }

    private static void needsIp() {
        boolean there = Files.isExecutable(Path.of("/usr/sbin/ip"));
        if (!there) {
            System.out.println("skipped: needs the program ip (iproute2)");
        }
        Assumptions.assumeTrue(there, "skipped: needs the program ip (iproute2)");
    }

    @Test
    void aPortIsIsolatedAndAHairpin() throws Exception {
        needsIp();
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                try (Netlink net = Netlink.open()) {
                    Link bridge = net.links().addBridge(NewLink.named("br"));
                    Link port = net.links().addVeth(NewLink.named("port"), NewLink.named("end"));
                    net.links().master(port, bridge);
                    assertThat(ip("-d", "link", "show", "port")).contains("isolated off", "hairpin off");
                    net.links().port(port, true, false);
                    assertThat(ip("-d", "link", "show", "port")).contains("isolated on", "hairpin off");
                    net.links().port(port, false, true);
                    assertThat(ip("-d", "link", "show", "port")).contains("isolated off", "hairpin on");
                    Link none = net.links().get("end");
                    assertThatThrownBy(() -> net.links().port(none, true, true)).isInstanceOf(LinuxException.class);
                }
            });
        }
    }

    @Test
    void anAddressIsLocalByOneInterfaceMore() throws Exception {
        needsIp();
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                Links.loopbackUp();
                try (Netlink net = Netlink.open()) {
                    for (String name : List.of("br0", "br1")) {
                        Link bridge = net.links().addBridge(NewLink.named(name));
                        net.links().up(bridge);
                        assertThat(net.routes().addLocal(Cidr.parseAddress("::1"), bridge))
                                .isTrue();
                        assertThat(net.routes().addLocal(Cidr.parseAddress("::1"), bridge))
                                .isFalse();
                        assertThat(net.routes().addLocal(Cidr.parseAddress("127.0.0.1"), bridge))
                                .isTrue();
                    }
                    assertThat(ip("-6", "route", "show", "table", "local"))
                            .contains("local ::1 dev lo", "local ::1 dev br0", "local ::1 dev br1");
                    // the way out stays the loopback's
                    assertThat(ip("-6", "route", "get", "::1")).contains("dev lo");
                }
            });
        }
    }

    @Test
    void whatIsNotTrackedIsNotForgotten() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                assertThat(Connections.forget(Cidr.parseAddress("10.0.0.1"))).isZero();
                assertThat(Connections.forget(Cidr.parseAddress("fd00::1"))).isZero();
                assertThat(Connections.forgetUdpTo(53)).isZero();
            });
        }
    }
}
