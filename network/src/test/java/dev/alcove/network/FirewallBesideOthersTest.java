package dev.alcove.network;

import static dev.alcove.network.Echo.ask;
import static dev.alcove.network.Echo.askInVain;
import static dev.alcove.network.House.HOST4;
import static dev.alcove.network.House.PEER4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Child;
import dev.alcove.linux.Pipe;
import dev.alcove.network.House.Room;
import dev.alcove.network.NetworkException.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our tables beside others', without the program, after somebody removed them, and when nft is killed. */
class FirewallBesideOthersTest {
    /** As docker has it, in the words of iptables-nft's tables, but for its policy. */
    private static final String LIKE_DOCKER = """
            table ip nat {
              chain DOCKER {
                iifname "docker0" counter return
                iifname != "docker0" tcp dport 9090 counter dnat to 172.17.0.2:80
              }
              chain PREROUTING {
                type nat hook prerouting priority dstnat; policy accept;
                fib daddr type local counter jump DOCKER
              }
              chain OUTPUT {
                type nat hook output priority -100; policy accept;
                ip daddr != 127.0.0.0/8 fib daddr type local counter jump DOCKER
              }
              chain POSTROUTING {
                type nat hook postrouting priority srcnat; policy accept;
                oifname != "docker0" ip saddr 172.17.0.0/16 counter masquerade
              }
            }
            table ip filter {
              chain DOCKER-USER { counter return; }
              chain DOCKER {
                iifname != "docker0" oifname "docker0" ip daddr 172.17.0.2 tcp dport 80 counter accept
              }
              chain FORWARD {
                type filter hook forward priority filter; policy POLICY;
                counter jump DOCKER-USER
                oifname "docker0" ct state established,related counter accept
                oifname "docker0" counter jump DOCKER
                iifname "docker0" oifname != "docker0" counter accept
              }
            }
            table inet firewalld {
              set things { type ipv4_addr; elements = { 10.9.8.7 } }
              chain filter_INPUT {
                type filter hook input priority filter + 10; policy accept;
                ct state { established, related } accept
                ct state invalid drop
              }
            }
            """;

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

    /** All but packets counted meanwhile. */
    private String rules() {
        return house.ruleset().replaceAll("\"(packets|bytes)\": [0-9]+", "\"$1\": 0");
    }

    @Test
    void othersRulesStayAsTheyWereByteForByte() {
        house.foreign(LIKE_DOCKER.replace("POLICY", "accept"));
        NetworkConfig one = house.network(1, false, true);
        String before = rules();
        Room a = serving(one, 2).publishing("8080:80", "[::]:8080:80/udp");
        Room ruled =
                a.with(a.endpoint().ports(), AllowRule.parse(AllowRule.Direction.FROM, "any:80", name -> List.of()));
        firewall.apply(List.of(one), List.of());
        String network = rules();
        assertThat(network).isNotEqualTo(before).startsWith(before.substring(0, before.lastIndexOf(']')));
        firewall.open(ruled.endpoint(), List.of(one), List.of());
        assertThat(ask(house.peer(), "tcp", HOST4, 8080)).isEqualTo(PEER4);
        assertThat(rules()).isNotEqualTo(network).startsWith(before.substring(0, before.lastIndexOf(']')));
        firewall.close(ruled.endpoint(), List.of(one), List.of(ruled.endpoint()));
        assertThat(withoutHandles(rules())).isEqualTo(withoutHandles(network));
        firewall.apply(List.of(), List.of());
        assertThat(rules()).isEqualTo(before);
    }

    /** Numbers that the kernel gives to what is made anew. */
    private static String withoutHandles(String rules) {
        return rules.replaceAll("\"handle\": [0-9]+", "\"handle\": 0");
    }

    @Test
    void aFirewallThatDropsIsNamedWithItsMend() {
        house.foreign(LIKE_DOCKER.replace("POLICY", "drop"));
        NetworkConfig one = house.network(1, false, true);
        Room a = serving(one, 2);
        house.alsoClose(Echo.at(house.peer(), 80));
        firewall.apply(List.of(one), List.of());
        assertThat(askInVain(a.inside(), "tcp", PEER4, 80)).isEqualTo(Echo.NOTHING);
        assertThat(firewall.warnings(List.of(one)))
                .singleElement()
                .asString()
                .isEqualTo(
                        "the firewall's table 'ip filter' drops forwarded packets that it does not know, so network 'net1'"
                                + " has no way out; its owner can let it through: iptables -I DOCKER-USER -i br1 -j ACCEPT &&"
                                + " iptables -I DOCKER-USER -o br1 -j ACCEPT");
        house.foreign("""
                insert rule ip filter DOCKER-USER iifname "br1" accept
                insert rule ip filter DOCKER-USER oifname "br1" accept
                """);
        assertThat(ask(a.inside(), "tcp", PEER4, 80)).isEqualTo(HOST4);
        assertThat(firewall.warnings(List.of(one))).isEmpty();
        assertThat(firewall.warnings(List.of(House.config(2, true, true)))).isEmpty();
    }

    @Test
    void whatSomebodyRemovedIsMadeAgain() {
        NetworkConfig one = house.network(1, false, true);
        NetworkConfig two = House.config(2, true, true);
        List<NetworkConfig> all = List.of(one, two);
        Room a = serving(one, 2).publishing("8080:80");
        Room b = serving(one, 3).publishing("8081:80");
        firewall.apply(all, List.of());
        firewall.open(a.endpoint(), all, List.of());
        String good = withoutHandles(rules());
        for (String harm : List.of("flush ruleset", "delete table inet alcove", "flush table inet alcove")) {
            house.foreign(harm + "\n");
            assertThat(withoutHandles(rules())).isNotEqualTo(good);
            firewall.open(b.endpoint(), all, List.of(a.endpoint()));
            assertThat(ask(house.peer(), "tcp", HOST4, 8080)).isEqualTo(PEER4);
            assertThat(ask(house.peer(), "tcp", HOST4, 8081)).isEqualTo(PEER4);
            firewall.close(b.endpoint(), all, List.of(a.endpoint()));
            assertThat(withoutHandles(rules())).isEqualTo(good);
        }
        house.foreign("flush ruleset\n");
        firewall.close(b.endpoint(), all, List.of(a.endpoint()));
        assertThat(withoutHandles(rules())).isEqualTo(good);
    }

    @Test
    void closingTwiceAndOpeningTwiceIsOnce() {
        NetworkConfig one = house.network(1, false, true);
        Room a = serving(one, 2).publishing("8080:80", "127.0.0.1:81:80/udp", "[::1]:82:80/sctp");
        Endpoint ruled = a.with(a.endpoint().ports(), AllowRule.parse(AllowRule.Direction.TO, "any", name -> List.of()))
                .endpoint();
        house.brNetfilter(false);
        firewall.apply(List.of(one), List.of());
        String before = withoutHandles(rules());
        firewall.open(ruled, List.of(one), List.of());
        String open = withoutHandles(rules());
        firewall.open(ruled, List.of(one), List.of());
        assertThat(withoutHandles(rules())).isEqualTo(open);
        firewall.apply(List.of(one), List.of(ruled));
        assertThat(withoutHandles(rules())).hasSameSizeAs(open);
        firewall.close(ruled, List.of(one), List.of());
        firewall.close(ruled, List.of(one), List.of());
        assertThat(withoutHandles(rules())).isEqualTo(before);
    }

    @Test
    void withoutTheProgramContainersHaveNoWayOutAndArePublishedNowhere() {
        NetworkConfig one = house.network(1, false, true);
        Firewall none = new Firewall(house.host(), Optional.empty());
        Room a = serving(one, 2);
        Room b = house.room(one, 3);
        assertThat(none.available()).isFalse();
        none.apply(List.of(one), List.of());
        none.open(a.endpoint(), List.of(one), List.of());
        none.close(a.endpoint(), List.of(one), List.of());
        assertThat(ask(b.inside(), "tcp", a.ip(), 80)).isEqualTo(b.ip());
        assertThat(none.warnings(List.of(one)))
                .singleElement()
                .asString()
                .contains("nft is not there", "apt-get install nftables");
        assertThat(none.warnings(List.of(House.config(2, true, true)))).isEmpty();
        assertThatThrownBy(() -> none.open(a.publishing("8080:80").endpoint(), List.of(one), List.of()))
                .isInstanceOfSatisfying(
                        NetworkException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED))
                .hasMessage("cannot publish ports\n  likely cause: the program nft is not there\n"
                        + "  mend: apt-get install nftables, or leave -p, --allow-from and --allow-to out");
        assertThat(house.ruleset()).doesNotContain("alcove");
    }

    @Test
    void portsThatLeadNowhereAreRefused() {
        NetworkConfig internal = House.config(1, true, true);
        Endpoint a = new Room(house.host(), House.endpoint(1, 2))
                .publishing("8080:80")
                .endpoint();
        assertThatThrownBy(() -> firewall.open(a, List.of(internal), List.of()))
                .hasMessage(
                        "port 8080->80/tcp cannot be published\n  likely cause: the container is on no network with a bridge"
                                + " that leads out: an internal one has no way in\n  mend: give it one more network, or leave the port out");
    }

    /** A host that forwarded nothing before does so for our networks, but is no router for others, and stops afterwards. */
    @Test
    void aHostBecomesNoRouterForOthers() {
        forwards("0");
        NetworkConfig one = house.network(1, false, true);
        NetworkConfig closed = House.config(2, true, true);
        firewall.apply(List.of(closed), List.of());
        assertThat(forwards()).isEqualTo("00");
        firewall.apply(List.of(closed, one), List.of());
        assertThat(forwards()).isEqualTo("11");
        assertThat(house.ruleset("list", "set", "inet", "alcove", "closed")).contains("\"ipv4\", \"ipv6\"");
        Room a = serving(one, 2);
        house.alsoClose(Echo.at(house.peer(), 80));
        assertThat(ask(a.inside(), "tcp", PEER4, 80)).isEqualTo(HOST4);

        // two more neighbours, by bridges of others: those pass, as two cards would not
        NetworkConfig left = house.network(8, false, true);
        NetworkConfig right = house.network(9, false, true);
        Room b = house.room(left, 2);
        Room c = serving(right, 2);
        assertThat(ask(b.inside(), "tcp", c.ip(), 80)).isEqualTo(b.ip());
        // cards cannot be had here: without the words on kinds all are as cards
        house.foreign("""
                flush chain inet alcove strangers
                add rule inet alcove strangers ct status dnat accept
                add rule inet alcove strangers drop
                """);
        assertThat(askInVain(b.inside(), "tcp", c.ip(), 80)).isEqualTo(Echo.NOTHING);
        assertThat(ask(a.inside(), "tcp", PEER4, 80)).isEqualTo(HOST4);

        // it is remembered over changes
        firewall.apply(List.of(one), List.of());
        assertThat(house.ruleset("list", "set", "inet", "alcove", "closed")).contains("\"ipv4\", \"ipv6\"");
        firewall.apply(List.of(), List.of());
        assertThat(forwards()).isEqualTo("00");

        // whoever else looks after it is not disturbed, and one that forwarded before goes on
        house.foreign(LIKE_DOCKER.replace("POLICY", "accept"));
        firewall.apply(List.of(one), List.of());
        assertThat(forwards()).isEqualTo("11");
        assertThat(house.ruleset("list", "set", "inet", "alcove", "closed")).doesNotContain("ipv4");
        firewall.apply(List.of(), List.of());
        assertThat(forwards()).isEqualTo("11");
    }

    private void forwards(String value) {
        house.host().in(() -> {
            House.write("/proc/sys/net/ipv4/ip_forward", value);
            House.write("/proc/sys/net/ipv6/conf/all/forwarding", value);
            return true;
        });
    }

    private String forwards() {
        return house.host()
                .in(() ->
                        (HostSysctls.forwards(Family.V4) ? "1" : "0") + (HostSysctls.forwards(Family.V6) ? "1" : "0"));
    }

    /** Killed at whatever moment: the ports of one container are all open or all shut. */
    @Test
    void nftIsKilledAndTheTableIsTheOldOrTheNewOne() throws Exception {
        NetworkConfig one = house.network(1, false, true);
        firewall.apply(List.of(one), List.of());
        Endpoint many = new Room(house.host(), House.endpoint(1, 2))
                .publishing("10000-10999:10000-10999")
                .endpoint();
        List<Object> commands = new ArrayList<>(FirewallTable.rules(true));
        commands.addAll(PortElements.opened(many, List.of(one)));
        String text = NftJson.text(commands);
        List<Integer> seen = new ArrayList<>();
        long whole = timed(text, Long.MAX_VALUE);
        assertThat(open()).isEqualTo(2000);
        for (int i = 0; i < 12; i++) {
            firewall.apply(List.of(one), List.of());
            assertThat(open()).isZero();
            timed(text, whole * i / 10);
            seen.add(open());
        }
        assertThat(seen).isSubsetOf(0, 2000).contains(0);
        firewall.apply(List.of(one), List.of(many));
        assertThat(open()).isEqualTo(2000);
    }

    /** How many ports lead somewhere, in IPv4 and IPv6: each by an address and a port, or else it is torn. */
    private int open() {
        int addresses = 0;
        int ports = 0;
        for (String family : List.of("4", "6")) {
            addresses += count(house.ruleset("list", "map", "inet", "alcove", "any" + family + "_addr"));
            ports += count(house.ruleset("list", "map", "inet", "alcove", "any" + family + "_port"));
        }
        assertThat(addresses).isEqualTo(ports);
        return addresses;
    }

    private static int count(String map) {
        return map.split("\"concat\"", -1).length - 1;
    }

    /** Gives nft these commands and kills it after so long; returns how long it took. */
    private long timed(String text, long nanos) throws Exception {
        Path file = java.nio.file.Files.createTempFile("alcove-test-", ".json");
        java.nio.file.Files.writeString(file, text);
        long start = System.nanoTime();
        try (Pipe in = Pipe.open();
                Pipe out = Pipe.open()) {
            Child child = House.start(house.host(), in.reader(), out.writer(), "nft", "-j", "-f", file.toString());
            while (child.tryReap().isEmpty()) {
                if (System.nanoTime() - start > nanos) {
                    child.kill();
                    child.reap();
                    break;
                }
                Thread.onSpinWait();
            }
            return System.nanoTime() - start;
        } finally {
            java.nio.file.Files.delete(file);
        }
    }
}
