package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinkAddress;
import dev.alcove.linux.NewLink;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.NetworkRoom.Fake;
import dev.alcove.spec.SpecException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetDevicesTest {
    @TempDir
    private Path root;

    /** One end of a pair, up, with addresses of both families. */
    private static Link device(NetworkRoom room, boolean up) {
        return room.in(net -> {
            Link link = net.links().addVeth(NewLink.named("lan"), NewLink.named("lan-peer"));
            net.addresses().add(link, Cidr.parse("192.0.2.7/24"));
            net.addresses().addNoDad(link, Cidr.parse("2001:db8::7/64"));
            if (up) {
                net.links().up(link);
            }
            return net.links().get("lan");
        });
    }

    private static List<String> addresses(NetworkRoom room, String name) {
        return room.in(net -> net.addresses().list(net.links().get(name)).stream()
                .map(LinkAddress::address)
                .map(Cidr::toString)
                .filter(a -> !a.startsWith("fe80"))
                .sorted()
                .toList());
    }

    @Test
    void movesInAndBack() {
        for (boolean up : new boolean[] {true, false}) {
            try (NetworkRoom room = new NetworkRoom(root);
                    Fake container = room.fake()) {
                Link before = device(room, up);
                List<String> addresses = addresses(room, "lan");
                assertThat(addresses).hasSize(2);
                NetDevices devices = NetDevices.at(root, room.host());
                List<NetDeviceRequest> wanted = List.of(NetDeviceRequest.parse("lan=eth7"));
                devices.check(wanted);
                NetDevices.Taken taken = devices.take("one", room.alive("one"), container.pid(), wanted);
                assertThat(room.links()).doesNotContain("lan");
                assertThat(container.run("ip", "address", "show", "eth7"))
                        .contains("192.0.2.7/24", "2001:db8::7/64", ",UP");
                assertThatThrownBy(() -> devices.check(wanted))
                        .isInstanceOfSatisfying(
                                NetworkException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                        .hasMessageContaining("container one has it");
                devices.sweep();
                assertThat(room.links()).as("it is still being started").doesNotContain("lan");
                // The container's processes are gone first; its namespace is kept.
                container.close();
                taken.close();
                Link after = room.in(net -> net.links().get("lan"));
                assertThat(after.mac()).isEqualTo(before.mac());
                assertThat(after.up()).isEqualTo(up);
                assertThat(addresses(room, "lan")).isEqualTo(addresses);
                assertThat(root.resolve("network/devices/one.json")).doesNotExist();
                devices.giveBack("one");
            }
        }
    }

    @Test
    void comesBackAfterACrash() {
        try (NetworkRoom room = new NetworkRoom(root);
                Fake container = room.fake()) {
            device(room, true);
            NetDevices devices = NetDevices.at(root, room.host());
            List<NetDeviceRequest> wanted = List.of(NetDeviceRequest.parse("lan"));
            NetDevices.Taken taken = devices.take("one", room.alive("one"), container.pid(), wanted);
            try (Flock monitor = room.monitor("one")) {
                assertThat(monitor.fd().isOpen()).isTrue();
                taken.started();
                devices.sweep();
                assertThat(room.links()).as("its monitor is there").doesNotContain("lan");
            }
            container.close();
            devices.sweep();
            assertThat(addresses(room, "lan")).hasSize(2);
        }
    }

    @Test
    void nothingHasMovedWhereOneCannot() {
        try (NetworkRoom room = new NetworkRoom(root);
                Fake container = room.fake()) {
            device(room, true);
            room.in(net -> net.links().addVeth(NewLink.named("other"), NewLink.named("other-peer")));
            NetDevices devices = NetDevices.at(root, room.host());
            container.run("ip", "link", "add", "taken", "type", "bridge");
            assertThatThrownBy(() -> devices.take(
                            "one",
                            room.alive("one"),
                            container.pid(),
                            List.of(NetDeviceRequest.parse("lan"), NetDeviceRequest.parse("other=taken"))))
                    .isInstanceOfSatisfying(
                            NetworkException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                    .hasMessageContaining("an interface named taken already");
            assertThat(room.links()).contains("lan", "other");
            assertThat(addresses(room, "lan")).hasSize(2);
            assertThat(root.resolve("network/ns/devices.one")).doesNotExist();
        }
    }

    @Test
    void saysWhatCannotBeMoved() {
        try (NetworkRoom room = new NetworkRoom(root)) {
            device(room, true);
            NetDevices devices = NetDevices.at(root, room.host());
            assertThatThrownBy(() -> devices.check(List.of(NetDeviceRequest.parse("nothing"))))
                    .isInstanceOfSatisfying(
                            NetworkException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                    .hasMessageContaining("--net-device: nothing");
            assertThatThrownBy(() ->
                            devices.check(List.of(NetDeviceRequest.parse("lan"), NetDeviceRequest.parse("lan=x"))))
                    .hasMessageContaining("twice");
            room.in(net -> {
                Link bridge = net.links().addBridge(NewLink.named("br0"));
                net.links().master(net.links().get("lan"), bridge);
                return bridge;
            });
            assertThatThrownBy(() -> devices.check(List.of(NetDeviceRequest.parse("lan"))))
                    .isInstanceOfSatisfying(
                            NetworkException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BUSY));
            assertThatThrownBy(() -> devices.check(List.of(NetDeviceRequest.parse("br0"))))
                    .hasMessageContaining("it is a bridge");
        }
    }

    @Test
    void words() {
        assertThat(NetDeviceRequest.parse("eth1")).isEqualTo(new NetDeviceRequest("eth1", "eth1"));
        assertThat(NetDeviceRequest.parse("eth1=lan")).isEqualTo(new NetDeviceRequest("eth1", "lan"));
        for (String bad :
                List.of("", "=", "a=", "=b", "a=b=c", "a/b", "a b", "aaaaaaaaaaaaaaaaa", "lo", "a=lo", "a%d")) {
            assertThatThrownBy(() -> NetDeviceRequest.parse(bad)).as(bad).isInstanceOf(SpecException.class);
        }
    }
}
