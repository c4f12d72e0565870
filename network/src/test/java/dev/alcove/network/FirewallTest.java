package dev.alcove.network;

import static dev.alcove.network.Echo.NOTHING;
import static dev.alcove.network.Echo.REFUSED;
import static dev.alcove.network.Echo.ask;
import static dev.alcove.network.Echo.askInVain;
import static dev.alcove.network.House.HOST4;
import static dev.alcove.network.House.HOST6;
import static dev.alcove.network.House.PEER4;
import static dev.alcove.network.House.PEER6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.network.House.Room;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches what, on a host of the test's own, whose bridged frames br_netfilter shows to the firewall or not. */
class FirewallTest {
    private House house;
    private Firewall firewall;

    @BeforeEach
    void house() {
        House.needed("nft");
        house = new House();
        firewall = new Firewall(house.host());
    }

    @AfterEach
    void close() {
        if (house != null) {
            house.close();
        }
    }

    private Room serving(NetworkConfig network, int number) {
        Room room = house.room(network, number);
        house.alsoClose(Echo.at(room.inside(), 80));
        return room;
    }

    private void open(NetworkConfig network, Room room, List<NetworkConfig> all, Room... others) {
        house.wired(network, room);
        firewall.open(
                room.endpoint(),
                all,
                java.util.Arrays.stream(others).map(Room::endpoint).toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void networksDoNotReachEachOtherAndNobodyReachesThemUnasked(boolean brNetfilter) {
        house.brNetfilter(brNetfilter);
        NetworkConfig one = house.network(1, false, true);
        NetworkConfig two = house.network(2, false, true);
        NetworkConfig closed = house.network(3, true, true);
        Room a = serving(one, 2);
        Room b = serving(one, 3);
        Room c = serving(two, 2);
        Room d = serving(closed, 2);
        Room e = serving(closed, 3);
        house.alsoClose(Echo.at(house.peer(), 80));
        house.alsoClose(Echo.at(house.host(), 90));
        firewall.apply(List.of(one, two, closed), List.of());
        // neighbours
        assertThat(ask(a.inside(), "tcp", b.ip(), 80)).isEqualTo(a.ip());
        assertThat(ask(b.inside(), "udp", a.ip6(), 80)).isEqualTo(b.ip6());
        assertThat(ask(d.inside(), "tcp", e.ip(), 80)).isEqualTo(d.ip());
        assertThat(ask(e.inside(), "udp", d.ip6(), 80)).isEqualTo(e.ip6());
        // the host
        assertThat(ask(a.inside(), "tcp", "10.1.0.1", 90)).isEqualTo(a.ip());
        assertThat(ask(a.inside(), "tcp", HOST4, 90)).isEqualTo(a.ip());
        assertThat(ask(d.inside(), "tcp", "10.3.0.1", 90)).isEqualTo(d.ip());
        assertThat(ask(d.inside(), "tcp", "fd03::1", 90)).isEqualTo(d.ip6());
        assertThat(ask(house.host(), "tcp", d.ip(), 80)).isEqualTo("10.3.0.1");
        // nobody else
        for (String protocol : List.of("tcp", "udp")) {
            assertThat(askInVain(a.inside(), protocol, c.ip(), 80)).isEqualTo(NOTHING);
            assertThat(askInVain(c.inside(), protocol, a.ip6(), 80)).isEqualTo(NOTHING);
            assertThat(askInVain(d.inside(), protocol, a.ip(), 80)).isEqualTo(NOTHING);
            assertThat(askInVain(a.inside(), protocol, d.ip6(), 80)).isEqualTo(NOTHING);
            assertThat(askInVain(d.inside(), protocol, PEER4, 80)).isEqualTo(NOTHING);
            assertThat(askInVain(d.inside(), protocol, PEER6, 80)).isEqualTo(NOTHING);
            assertThat(askInVain(d.inside(), protocol, HOST4, 90)).isEqualTo(NOTHING);
            assertThat(askInVain(house.peer(), protocol, a.ip(), 80)).isEqualTo(NOTHING);
            assertThat(askInVain(house.peer(), protocol, a.ip6(), 80)).isEqualTo(NOTHING);
            assertThat(askInVain(house.peer(), protocol, d.ip(), 80)).isEqualTo(NOTHING);
        }
    }

    /** CVE-2020-8558: what listens on the host's loopback alone, and what is published there alone. */
    @Test
    void theHostsLoopbackIsClosedAgainstBridgesAndNeighbours() {
        house.brNetfilter(false);
        NetworkConfig one = house.network(1, false, true);
        Room a = serving(one, 2).publishing("127.66.0.1:8081:80");
        Room b = house.room(one, 3);
        house.alsoClose(Echo.at(house.host(), 90));
        firewall.apply(List.of(one), List.of());
        open(one, a, List.of(one));
        assertThat(ask(house.host(), "tcp", "127.66.0.1", 8081)).isEqualTo("10.1.0.1");
        assertThat(ask(house.host(), "tcp", "127.66.0.1", 90)).isEqualTo("127.0.0.1");
        // with route_localnet the container can send there once it gives up its own loopback
        for (HostNetwork attacker : List.of(b.inside(), house.peer())) {
            attacker.in(() -> {
                for (String link : List.of("all", "eth0")) {
                    House.write("/proc/sys/net/ipv4/conf/" + link + "/route_localnet", "1");
                }
                return true;
            });
            String gateway = attacker.equals(b.inside()) ? "10.1.0.1" : HOST4;
            assertThat(House.run(attacker, "", "ip", "rule", "add", "pref", "1", "lookup", "77")
                            .status())
                    .isZero();
            assertThat(House.run(attacker, "", "ip", "rule", "del", "pref", "0").status())
                    .isZero();
            assertThat(House.run(attacker, "", "ip", "rule", "add", "pref", "2", "lookup", "local")
                            .status())
                    .isZero();
            assertThat(House.run(
                                    attacker,
                                    "",
                                    "ip",
                                    "route",
                                    "add",
                                    "127.66.0.0/16",
                                    "via",
                                    gateway,
                                    "src",
                                    attacker.equals(b.inside()) ? b.ip() : PEER4,
                                    "table",
                                    "77")
                            .text())
                    .isEmpty();
            for (String protocol : List.of("tcp", "udp")) {
                assertThat(askInVain(attacker, protocol, "127.66.0.1", 90)).isEqualTo(NOTHING);
                assertThat(askInVain(attacker, protocol, "127.66.0.1", 8081)).isEqualTo(NOTHING);
            }
        }
        // the attack is real: without the table's chain the bridge's neighbour gets in
        assertThat(House.run(house.host(), "", "nft", "flush", "chain", "inet", "alcove", "raw")
                        .status())
                .isZero();
        assertThat(ask(b.inside(), "tcp", "127.66.0.1", 90)).isEqualTo(b.ip());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPublishedPortIsReachedFromEverywhereByItsClientsTrueAddress(boolean brNetfilter) {
        house.brNetfilter(brNetfilter);
        NetworkConfig one = house.network(1, false, true);
        NetworkConfig two = house.network(2, false, true);
        Room a = serving(one, 2).publishing("8080:80", "8080:80/udp", "127.0.0.1:8081:80");
        Room b = house.room(one, 3);
        Room c = house.room(two, 2);
        firewall.apply(List.of(one, two), List.of());
        assertThat(firewall.warnings(List.of(one, two))).isEmpty();
        open(one, a, List.of(one, two));
        for (String protocol : List.of("tcp", "udp")) {
            // from behind the host, and from another network: as they are
            assertThat(ask(house.peer(), protocol, HOST4, 8080)).isEqualTo(PEER4);
            assertThat(ask(house.peer(), protocol, HOST6, 8080)).isEqualTo("2001:db8:0:0:0:0:0:2");
            assertThat(ask(c.inside(), protocol, HOST4, 8080)).isEqualTo("10.2.0.2");
            assertThat(ask(c.inside(), protocol, "10.1.0.1", 8080)).isEqualTo("10.2.0.2");
            assertThat(ask(c.inside(), protocol, HOST6, 8080)).isEqualTo("fd02:0:0:0:0:0:0:2");
            // from the host: by its own address, by its loopback as the bridge
            assertThat(ask(house.host(), protocol, HOST4, 8080)).isEqualTo(HOST4);
            assertThat(ask(house.host(), protocol, "127.0.0.1", 8080)).isEqualTo("10.1.0.1");
            assertThat(ask(house.host(), protocol, HOST6, 8080)).isEqualTo("2001:db8:0:0:0:0:0:1");
            assertThat(ask(house.host(), protocol, "::1", 8080))
                    .isEqualTo(brNetfilter ? REFUSED : "fd01:0:0:0:0:0:0:1");
            // from the same network and from itself: as the bridge
            for (Room near : List.of(a, b)) {
                assertThat(ask(near.inside(), protocol, HOST4, 8080)).isEqualTo("10.1.0.1");
                assertThat(ask(near.inside(), protocol, "10.1.0.1", 8080)).isEqualTo("10.1.0.1");
                assertThat(ask(near.inside(), protocol, HOST6, 8080))
                        .as(protocol + near)
                        .isEqualTo("fd01:0:0:0:0:0:0:1");
            }
        }
        // what is published on the host's loopback alone is nobody else's
        assertThat(ask(house.host(), "tcp", "127.0.0.1", 8081)).isEqualTo("10.1.0.1");
        assertThat(askInVain(house.peer(), "tcp", HOST4, 8081)).isEqualTo(REFUSED);
        assertThat(askInVain(house.peer(), "tcp", HOST6, 8081)).isEqualTo(REFUSED);
        assertThat(askInVain(b.inside(), "tcp", "10.1.0.1", 8081)).isEqualTo(REFUSED);
    }

    /** A client of UDP that never changes its port is led to where the port is now: to the host, a container, the next. */
    @Test
    void aClientThatGoesOnIsLedToWhereThePortIsNow() throws Exception {
        NetworkConfig one = house.network(1, false, true);
        List<NetworkConfig> all = List.of(one);
        Room a = house.room(one, 2).publishing("5353:53/udp");
        Room b = house.room(one, 3).publishing("5353:53/udp");
        firewall.apply(all, List.of());
        try (DatagramSocket client = house.peer().in(() -> new DatagramSocket(4444));
                DatagramSocket first = a.inside().in(() -> new DatagramSocket(53));
                DatagramSocket second = b.inside().in(() -> new DatagramSocket(53))) {
            InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(HOST4), 5353);
            client.send(new DatagramPacket(new byte[] {1}, 1, to));
            open(one, a, all);
            client.send(new DatagramPacket(new byte[] {2}, 1, to));
            assertThat(heard(first)).isEqualTo(2);
            firewall.close(a.endpoint(), all, List.of());
            open(one, b, all);
            client.send(new DatagramPacket(new byte[] {3}, 1, to));
            assertThat(heard(second)).isEqualTo(3);
            assertThat(first.getSoTimeout()).isPositive();
        }
    }

    private static int heard(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[8], 8);
        socket.setSoTimeout(5000);
        socket.receive(packet);
        assertThat(packet.getAddress().getHostAddress()).isEqualTo(PEER4);
        return packet.getData()[0];
    }

    @Test
    void outsideIsReachedByTheHostsAddress() {
        NetworkConfig one = house.network(1, false, true);
        Room a = house.room(one, 2);
        house.alsoClose(Echo.at(house.peer(), 80));
        firewall.apply(List.of(one), List.of());
        for (String protocol : List.of("tcp", "udp")) {
            assertThat(ask(a.inside(), protocol, PEER4, 80)).isEqualTo(HOST4);
            assertThat(ask(a.inside(), protocol, PEER6, 80)).isEqualTo("2001:db8:0:0:0:0:0:1");
        }
    }
}
