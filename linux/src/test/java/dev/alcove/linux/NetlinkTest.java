package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetlinkTest {
    private static void assertErrno(Errno errno, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void listsTheLinksThatJavaSees() throws Exception {
        try (Netlink net = Netlink.open()) {
            List<String> names = net.links().list().stream().map(Link::name).toList();
            List<String> java = NetworkInterface.networkInterfaces()
                    .map(NetworkInterface::getName)
                    .toList();
            assertThat(names).containsAll(java);
            assertThat(net.links().get("lo").index())
                    .isEqualTo(NetworkInterface.getByName("lo").getIndex());
        }
    }

    @Test
    void bringsLoopbackUpInTheThreadsNamespaceOnly() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                try (Netlink net = Netlink.open()) {
                    assertThat(net.links().list()).singleElement().satisfies(lo -> {
                        assertThat(lo.name()).isEqualTo("lo");
                        assertThat(lo.up()).isFalse();
                    });
                    assertThat(net.addresses().list()).isEmpty();
                    Links.loopbackUp();
                    assertThat(net.links().get("lo").up()).isTrue();
                    assertThat(net.addresses().list())
                            .extracting(LinkAddress::address)
                            .contains(Cidr.parse("127.0.0.1/8"));
                }
            });
        }
    }

    @Test
    void makesConfiguresAndDeletesLinks() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                try (Netlink net = Netlink.open()) {
                    Links links = net.links();
                    Link bridge = links.addBridge(NewLink.named("br0").mtu(1400));
                    assertThat(bridge.kind()).isEqualTo("bridge");
                    assertThat(bridge.mtu()).isEqualTo(1400);
                    assertThat(bridge.up()).isFalse();

                    Mac mac = Mac.parse("02:00:00:00:00:01");
                    Link veth = links.addVeth(
                            NewLink.named("here").mac(mac).mtu(1300),
                            NewLink.named("there")
                                    .mac(Mac.parse("02:00:00:00:00:02"))
                                    .mtu(1200));
                    assertThat(veth.kind()).isEqualTo("veth");
                    assertThat(veth.mac()).contains(mac);
                    assertThat(veth.mtu()).isEqualTo(1300);
                    Link there = links.get("there");
                    assertThat(there.mtu()).isEqualTo(1200);
                    assertThat(there.mac()).contains(Mac.parse("02:00:00:00:00:02"));
                    assertThat(veth.peer()).hasValue(there.index());
                    assertThat(veth.peerNamespace()).isEmpty();

                    links.master(veth, bridge);
                    assertThat(links.get("here").master()).hasValue(bridge.index());
                    links.noMaster(veth);
                    assertThat(links.get("here").master()).isEqualTo(OptionalInt.empty());

                    links.mtu(veth, 1280);
                    links.mac(veth, Mac.parse("02:00:00:00:00:03"));
                    links.rename(veth, "renamed");
                    links.up(veth);
                    Link renamed = links.get("renamed");
                    assertThat(renamed.index()).isEqualTo(veth.index());
                    assertThat(renamed.mtu()).isEqualTo(1280);
                    assertThat(renamed.mac()).contains(Mac.parse("02:00:00:00:00:03"));
                    assertThat(renamed.up()).isTrue();
                    assertThat(renamed.running()).isFalse();
                    links.down(veth);
                    assertThat(links.get("renamed").up()).isFalse();
                    assertThat(links.find("here")).isEmpty();

                    assertThat(links.delete(veth)).isTrue();
                    assertThat(links.delete(veth)).isFalse();
                    assertThat(links.find("there")).isEmpty();
                    assertErrno(Errno.ENODEV, () -> links.up(veth));
                    assertErrno(Errno.ENODEV, () -> links.get("there"));
                }
            });
            try (Netlink outside = Netlink.open()) {
                assertThat(outside.links().find("br0")).isEmpty();
            }
        }
    }

    @Test
    void putsAPeerAndMovesLinksIntoOtherNamespaces() throws Exception {
        try (NetworkNamespaceThread one = new NetworkNamespaceThread("one");
                NetworkNamespaceThread two = new NetworkNamespaceThread("two")) {
            one.run(() -> {
                try (Netlink net = Netlink.open()) {
                    Link veth = net.links()
                            .addVeth(
                                    NewLink.named("veth0"),
                                    NewLink.named("eth0").in(two.namespace()).mtu(1400));
                    assertThat(net.links().find("eth0")).isEmpty();
                    assertThat(veth.peerNamespace()).isPresent();
                    assertErrno(
                            Errno.EEXIST,
                            () -> net.links()
                                    .addVeth(
                                            NewLink.named("veth1"),
                                            NewLink.named("eth0").in(two.namespace())));
                    assertThat(net.links().find("veth1")).isEmpty();
                    Link bridge = net.links().addVeth(NewLink.named("v2"), NewLink.named("v3"));
                    net.links().move(bridge, two.namespace(), "moved");
                    assertThat(net.links().find("v2")).isEmpty();
                    assertThat(net.links().get("v3").peerNamespace()).isPresent();
                }
            });
            two.run(() -> {
                try (Netlink net = Netlink.open()) {
                    assertThat(net.links().get("eth0").mtu()).isEqualTo(1400);
                    assertThat(net.links().get("moved").up()).isFalse();
                }
            });
        }
    }

    @Test
    void addsListsAndDeletesAddresses() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                try (Netlink net = Netlink.open()) {
                    Link link = net.links().addVeth(NewLink.named("a"), NewLink.named("b"));
                    Cidr v4 = Cidr.parse("10.1.2.3/20");
                    Cidr v6 = Cidr.parse("fd00::3/64");
                    net.addresses().add(link, v4);
                    net.addresses().addNoDad(link, v6);
                    assertThat(net.addresses().list(link))
                            .containsExactlyInAnyOrder(
                                    new LinkAddress(link.index(), v4, false), new LinkAddress(link.index(), v6, false));
                    assertErrno(Errno.EEXIST, () -> net.addresses().add(link, v4));
                    assertErrno(Errno.EEXIST, () -> net.addresses().add(link, v6));
                    assertThat(net.addresses().delete(link, v4)).isTrue();
                    assertThat(net.addresses().delete(link, v4)).isFalse();
                    assertThat(net.addresses().delete(link, v6)).isTrue();
                    assertThat(net.addresses().delete(link, v6)).isFalse();
                    assertThat(net.addresses().list()).isEmpty();
                }
            });
        }
    }

    @Test
    void addsListsAndDeletesRoutes() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                try (Netlink net = Netlink.open()) {
                    assertThat(net.routes().list()).isEmpty();
                    Links links = net.links();
                    Link link = links.addVeth(NewLink.named("a"), NewLink.named("b"));
                    links.up(link);
                    links.up(links.get("b"));
                    net.addresses().add(link, Cidr.parse("10.1.2.3/24"));
                    net.addresses().addNoDad(link, Cidr.parse("fd00::3/64"));

                    Route v4 = Route.byDefault(Cidr.parseAddress("10.1.2.1"));
                    Route v6 = Route.byDefault(Cidr.parseAddress("fd00::1")).metric(7);
                    Route wire = Route.to(Cidr.parse("10.7.0.9/16")).dev(link).metric(5);
                    Route through = Route.to(Cidr.parse("fd07::/48"))
                            .via(Cidr.parseAddress("fd00::2"))
                            .dev(link);
                    for (Route route : List.of(v4, v6, wire, through)) {
                        net.routes().add(route);
                        assertErrno(Errno.EEXIST, () -> net.routes().add(route));
                    }
                    assertThat(net.routes().list())
                            .contains(
                                    v4.dev(link),
                                    v6.dev(link),
                                    wire,
                                    through.metric(1024),
                                    Route.to(Cidr.parse("10.1.2.0/24")).dev(link));
                    assertThat(v4.dev(link).toString()).isEqualTo("default via 10.1.2.1 dev " + link.index());
                    for (Route route : List.of(v4, v6, wire, through)) {
                        assertThat(net.routes().delete(route)).isTrue();
                        assertThat(net.routes().delete(route)).isFalse();
                    }
                    assertThat(net.routes().list()).doesNotContain(v4.dev(link), v6.dev(link), wire);
                    assertErrno(
                            Errno.ENETUNREACH,
                            () -> net.routes().add(Route.byDefault(Cidr.parseAddress("192.168.77.1"))));
                }
            });
        }
    }

    @Test
    void anErrorCarriesTheKernelsWords() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                try (Netlink net = Netlink.open()) {
                    Link link = net.links().addVeth(NewLink.named("a"), NewLink.named("b"));
                    net.links().up(link);
                    assertThatThrownBy(() -> net.routes().add(Route.byDefault(Cidr.parseAddress("192.168.77.1"))))
                            .isInstanceOf(LinuxException.class)
                            .hasMessage("rtnetlink add route default via 192.168.77.1"
                                    + " (Nexthop has invalid gateway): ENETUNREACH (network is unreachable)");
                }
            });
        }
    }

    @Test
    void theSocketStaysWithTheNamespaceItWasOpenedIn() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside");
                Netlink net = inside.call(Netlink::open)) {
            Link made = net.links().addBridge(NewLink.named("only-inside"));
            assertThat(net.links().list()).extracting(Link::name).containsExactly("lo", "only-inside");
            inside.run(() -> {
                try (Netlink own = Netlink.open()) {
                    assertThat(own.links().get("only-inside")).isEqualTo(made);
                }
            });
            try (Netlink outside = Netlink.open()) {
                assertThat(outside.links().find("only-inside")).isEmpty();
            }
        }
    }

    @Test
    void withoutPrivilegeItOnlyReads() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                int nobody = 65534;
                // The bare call changes this thread alone; it is not used for anything else after.
                Native.check(Native.raw(Syscall.SETRESUID, nobody, nobody, nobody), Syscall.SETRESUID, "test");
                try (Netlink net = Netlink.open()) {
                    Link lo = net.links().get("lo");
                    assertErrno(Errno.EPERM, () -> net.links().up(lo));
                    assertErrno(Errno.EPERM, () -> net.links().addBridge(NewLink.named("br0")));
                    assertErrno(Errno.EPERM, () -> net.addresses().add(lo, Cidr.parse("10.0.0.1/32")));
                    assertErrno(Errno.EPERM, Links::loopbackUp);
                    assertThat(net.links().list()).containsExactly(lo);
                }
            });
        }
    }

    @Test
    void requestsOfSeveralThreadsDoNotMix() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside");
                Netlink net = inside.call(Netlink::open)) {
            List<CompletableFuture<Boolean>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String name = "br" + t;
                all.add(CompletableFuture.supplyAsync(
                        () -> {
                            for (int i = 0; i < 25; i++) {
                                Link bridge = net.links().addBridge(NewLink.named(name));
                                assertThat(bridge.name()).isEqualTo(name);
                                assertThat(net.links().list()).contains(bridge);
                                assertThat(net.links().delete(bridge)).isTrue();
                            }
                            return true;
                        },
                        task -> Thread.ofPlatform().start(task)));
            }
            for (CompletableFuture<Boolean> one : all) {
                assertThat(one.get(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(net.links().list()).extracting(Link::name).containsExactly("lo");
        }
    }

    @Test
    void readsADumpOfManyMessages() throws Exception {
        int pairs = 300;
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            inside.run(() -> {
                try (Netlink net = Netlink.open()) {
                    for (int i = 0; i < pairs; i++) {
                        net.links().addVeth(NewLink.named("a" + i), NewLink.named("b" + i));
                    }
                    assertThat(net.links().list()).hasSize(2 * pairs + 1);
                    assertThat(net.links().list().stream().map(Link::name).distinct())
                            .hasSize(2 * pairs + 1)
                            .contains("a0", "b299");
                }
            });
        }
    }

    @Test
    void makesADummyWhereTheKernelHasIt() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            boolean has = inside.call(() -> {
                try (Netlink net = Netlink.open()) {
                    try {
                        Link dummy =
                                net.links().addDummy(NewLink.named("dummy0").mtu(9000));
                        assertThat(dummy.kind()).isEqualTo("dummy");
                        assertThat(dummy.mtu()).isEqualTo(9000);
                        return true;
                    } catch (LinuxException e) {
                        assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP);
                        assertThat(e).hasMessageContaining("add dummy dummy0 (Unknown device type)");
                        return false;
                    }
                }
            });
            if (!has) {
                System.out.println("skipped: this kernel has no dummy links (CONFIG_DUMMY)");
            }
            Assumptions.assumeTrue(has, "this kernel has no dummy links (CONFIG_DUMMY)");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "a/b", "a b", "a\tb", "a:b", "eth%d", "sixteen-bytes-xx", "ääääääää", "a\u0001"})
    void refusesBadNames(String name) {
        assertThatThrownBy(() -> NewLink.named(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesBadValues() {
        assertThat(NewLink.named("fifteen-bytes-x").name()).hasSize(15);
        assertThatThrownBy(() -> NewLink.named("a").mtu(67)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NewLink.named("a").mtu(65536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Route(
                        Cidr.parse("10.0.0.0/8"), Optional.of(Cidr.parseAddress("::1")), OptionalInt.empty(), 0))
                .isInstanceOf(IllegalArgumentException.class);
        try (Netlink net = Netlink.open();
                Fd here = NetworkNamespaceThread.current()) {
            assertThatThrownBy(() -> net.links().addBridge(NewLink.named("a").in(here)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theOtherEndsNamespaceIsKnownByTheNumberThatTheLinkHas() throws Exception {
        try (NetworkNamespaceThread one = new NetworkNamespaceThread("one");
                NetworkNamespaceThread two = new NetworkNamespaceThread("two");
                Namespace here = Namespace.of(one.namespace().duplicate());
                Namespace there = Namespace.of(two.namespace().duplicate())) {
            one.run(() -> {
                try (Netlink net = Netlink.open()) {
                    assertThat(net.namespaceId(there)).isEmpty();
                    Link veth = net.links()
                            .addVeth(
                                    NewLink.named("here"),
                                    NewLink.named("there").in(two.namespace()));
                    assertThat(veth.peerNamespace()).isPresent();
                    assertThat(net.namespaceId(there)).isEqualTo(veth.peerNamespace());
                    assertThat(net.namespaceId(here)).isNotEqualTo(veth.peerNamespace());
                }
            });
        }
    }
}
