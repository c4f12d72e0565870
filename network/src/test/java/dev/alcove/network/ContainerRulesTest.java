package dev.alcove.network;

import static dev.alcove.network.Echo.NOTHING;
import static dev.alcove.network.Echo.ask;
import static dev.alcove.network.Echo.askInVain;
import static dev.alcove.network.House.HOST4;
import static dev.alcove.network.House.PEER4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Netlink;
import dev.alcove.network.AllowRule.Direction;
import dev.alcove.network.House.Room;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may talk to whom by the containers' own rules, with and without br_netfilter: they need it in neither case. */
class ContainerRulesTest {
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
        house.alsoClose(Echo.at(room.inside(), 81));
        return room;
    }

    private static Room allowing(Room room, Direction direction, String... rules) {
        List<AllowRule> all = new ArrayList<>(room.endpoint().allow());
        for (String rule : rules) {
            all.addAll(AllowRule.parse(direction, rule, name -> {
                throw new IllegalArgumentException(name);
            }));
        }
        return room.with(room.endpoint().ports(), all);
    }

    private void open(NetworkConfig network, Room room, List<NetworkConfig> all, Room... others) {
        house.wired(network, room);
        firewall.open(
                room.endpoint(), all, Arrays.stream(others).map(Room::endpoint).toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoMayTalkToAContainer(boolean brNetfilter) {
        house.brNetfilter(brNetfilter);
        NetworkConfig one = house.network(1, false, true);
        NetworkConfig two = house.network(2, false, true);
        List<NetworkConfig> all = List.of(one, two);
        Room friend = serving(one, 3);
        Room stranger = serving(one, 4);
        Room other = serving(two, 2);
        firewall.apply(all, List.of());
        Room a = allowing(
                serving(one, 2).publishing("8080:80", "8081:81"),
                Direction.FROM,
                "10.1.0.3:80/tcp",
                "[fd01::3]:80",
                PEER4,
                other.ip());
        open(one, a, all);
        // on one bridge, where nothing is routed otherwise
        assertThat(ask(friend.inside(), "tcp", a.ip(), 80)).isEqualTo(friend.ip());
        assertThat(ask(friend.inside(), "tcp", a.ip6(), 80)).isEqualTo(friend.ip6());
        assertThat(ask(friend.inside(), "udp", a.ip6(), 80)).isEqualTo(friend.ip6());
        assertThat(askInVain(friend.inside(), "udp", a.ip(), 80)).isEqualTo(NOTHING);
        assertThat(askInVain(friend.inside(), "tcp", a.ip(), 81)).isEqualTo(NOTHING);
        assertThat(askInVain(stranger.inside(), "tcp", a.ip(), 80)).isEqualTo(NOTHING);
        assertThat(askInVain(stranger.inside(), "tcp", a.ip6(), 80)).isEqualTo(NOTHING);
        // the host is a peer as any other
        assertThat(askInVain(house.host(), "tcp", a.ip(), 80)).isEqualTo(NOTHING);
        // by a published port, asked by the client's own address
        assertThat(ask(house.peer(), "tcp", HOST4, 8080)).isEqualTo(PEER4);
        assertThat(ask(house.peer(), "tcp", HOST4, 8081)).isEqualTo(PEER4);
        assertThat(ask(other.inside(), "tcp", HOST4, 8080)).isEqualTo(other.ip());
        assertThat(askInVain(stranger.inside(), "tcp", HOST4, 8080)).isEqualTo(NOTHING);
        assertThat(ask(friend.inside(), "tcp", HOST4, 8080)).isEqualTo("10.1.0.1");
        assertThat(askInVain(friend.inside(), "tcp", HOST4, 8081)).isEqualTo(NOTHING);
        // a rule opens nothing between networks
        assertThat(askInVain(other.inside(), "tcp", a.ip(), 80)).isEqualTo(NOTHING);
        // what the container itself begins, and what the others do among themselves
        assertThat(ask(a.inside(), "tcp", stranger.ip(), 80)).isEqualTo(a.ip());
        assertThat(ask(a.inside(), "udp", stranger.ip6(), 80)).isEqualTo(a.ip6());
        assertThat(ask(friend.inside(), "tcp", stranger.ip(), 80)).isEqualTo(friend.ip());

        firewall.close(a.endpoint(), all, List.of());
        assertThat(ask(stranger.inside(), "tcp", a.ip(), 80)).isEqualTo(stranger.ip());
        assertThat(house.ruleset("list", "tables")).doesNotContain("bridge");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whomAContainerMayTalkTo(boolean brNetfilter) {
        house.brNetfilter(brNetfilter);
        NetworkConfig one = house.network(1, false, true);
        List<NetworkConfig> all = List.of(one);
        Room b = serving(one, 3);
        Room c = serving(one, 4);
        house.alsoClose(Echo.at(house.peer(), 80));
        house.alsoClose(Echo.at(house.host(), 90));
        firewall.apply(all, List.of());
        Room a = allowing(serving(one, 2), Direction.TO, "10.1.0.3:80", "192.0.2.0/24/udp", "fd01::3/128");
        open(one, a, all);
        assertThat(ask(a.inside(), "tcp", b.ip(), 80)).isEqualTo(a.ip());
        assertThat(ask(a.inside(), "tcp", b.ip6(), 81)).isEqualTo(a.ip6());
        assertThat(askInVain(a.inside(), "tcp", b.ip(), 81)).isEqualTo(NOTHING);
        assertThat(askInVain(a.inside(), "tcp", c.ip(), 80)).isEqualTo(NOTHING);
        assertThat(askInVain(a.inside(), "tcp", c.ip6(), 80)).isEqualTo(NOTHING);
        assertThat(ask(a.inside(), "udp", PEER4, 80)).isEqualTo(HOST4);
        assertThat(askInVain(a.inside(), "tcp", PEER4, 80)).isEqualTo(NOTHING);
        assertThat(askInVain(a.inside(), "tcp", "10.1.0.1", 90)).isEqualTo(NOTHING);
        // by way of a published port it gets where its rules let it, and no further
        Room published = b.publishing("8080:80", "8081:81");
        open(one, published, all, a);
        assertThat(ask(a.inside(), "tcp", HOST4, 8080)).isEqualTo("10.1.0.1");
        assertThat(askInVain(a.inside(), "tcp", HOST4, 8081)).isEqualTo(NOTHING);
        // it is talked to, and answers
        assertThat(ask(c.inside(), "tcp", a.ip(), 80)).isEqualTo(c.ip());
        assertThat(ask(house.host(), "udp", a.ip(), 80)).isEqualTo("10.1.0.1");
        // with another's address it gets no further, neither to a neighbour nor out
        House.run(a.inside(), "", "ip", "address", "add", "10.1.0.77/32", "dev", "eth0");
        House.run(a.inside(), "", "ip", "route", "replace", "10.1.0.0/24", "dev", "eth0", "src", "10.1.0.77");
        House.run(a.inside(), "", "ip", "route", "replace", "default", "via", "10.1.0.1", "src", "10.1.0.77");
        assertThat(askInVain(a.inside(), "tcp", b.ip(), 80)).isEqualTo(NOTHING);
        assertThat(askInVain(a.inside(), "udp", PEER4, 80)).isEqualTo(NOTHING);
        // nor by the addresses that interfaces have by themselves
        String linkLocal = House.run(
                        c.inside(), "", "ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link")
                .text()
                .replaceFirst("(?s).*inet6 ([0-9a-f:]+)/.*", "$1");
        assertThat(linkLocal).startsWith("fe80::");
        assertThat(ask(b.inside(), "tcp", linkLocal + "%" + index(b), 80)).startsWith("fe80:");
        assertThat(askInVain(a.inside(), "tcp", linkLocal + "%" + index(a), 80)).isEqualTo(NOTHING);
    }

    /** Of its interface, as its own addresses need it. */
    private static int index(Room room) {
        return room.inside().in(() -> {
            try (Netlink net = Netlink.open()) {
                return net.links().get("eth0").index();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void containersThatAreKeptApart(boolean brNetfilter) {
        house.brNetfilter(brNetfilter);
        NetworkConfig one = house.network(1, false, false);
        List<NetworkConfig> all = List.of(one);
        Room a = serving(one, 2).publishing("8080:80");
        Room b = serving(one, 3);
        Room c = serving(one, 4);
        house.alsoClose(Echo.at(house.peer(), 80));
        house.alsoClose(Echo.at(house.host(), 90));
        for (Room each : List.of(a, b, c)) {
            house.wired(one, each);
        }
        firewall.apply(all, List.of());
        open(one, a, all);
        for (String protocol : List.of("tcp", "udp")) {
            assertThat(askInVain(a.inside(), protocol, b.ip(), 80)).isNotEqualTo(a.ip());
            assertThat(askInVain(b.inside(), protocol, a.ip6(), 80)).isNotEqualTo(b.ip6());
        }
        // not by way of the host either
        House.run(b.inside(), "", "ip", "route", "add", c.ip() + "/32", "via", "10.1.0.1");
        assertThat(askInVain(b.inside(), "tcp", c.ip(), 80)).isEqualTo(NOTHING);
        assertThat(ask(b.inside(), "tcp", "10.1.0.1", 90)).isEqualTo(b.ip());
        assertThat(ask(b.inside(), "tcp", PEER4, 80)).isEqualTo(HOST4);
        // as docker: what is published is published for the neighbours too
        assertThat(ask(b.inside(), "tcp", HOST4, 8080)).isEqualTo("10.1.0.1");
        assertThat(ask(a.inside(), "tcp", HOST4, 8080)).isEqualTo("10.1.0.1");
        assertThat(askInVain(b.inside(), "tcp", a.ip(), 80)).isEqualTo(NOTHING);
        // a rule opens it, in one direction
        Room d = allowing(serving(one, 5), Direction.FROM, b.ip() + ":80");
        house.wired(one, d);
        open(one, d, all, a);
        assertThat(ask(b.inside(), "tcp", d.ip(), 80)).isEqualTo(b.ip());
        assertThat(askInVain(b.inside(), "tcp", d.ip(), 81)).isEqualTo(NOTHING);
        assertThat(askInVain(a.inside(), "tcp", d.ip(), 80)).isEqualTo(NOTHING);
        assertThat(askInVain(d.inside(), "tcp", b.ip(), 80)).isEqualTo(NOTHING);
        assertThat(askInVain(d.inside(), "tcp", b.ip6(), 80)).isEqualTo(NOTHING);
    }
}
