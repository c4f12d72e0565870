package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.alcove.linux.Cidr;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.SubnetPlan.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubnetPlanTest {
    private static final String ID = "0123456789abcdef".repeat(4);

    private static NetworkRequest request(boolean ipv6, Subnet... subnets) {
        return new NetworkRequest("web", Driver.BRIDGE, List.of(subnets), ipv6, false, Map.of(), Map.of());
    }

    private static Subnet subnet(String network, String gateway, String range) {
        return new Subnet(
                Cidr.parse(network),
                gateway.isEmpty() ? Optional.empty() : Optional.of(Cidr.parseAddress(gateway)),
                range.isEmpty() ? Optional.empty() : Optional.of(Cidr.parse(range)));
    }

    private static Taken taken(String range) {
        return new Taken(Cidr.parse(range), "network 'db'");
    }

    private static NetworkException refused(NetworkRequest request, List<Taken> networks, List<Taken> host) {
        return assertThatExceptionOfType(NetworkException.class)
                .isThrownBy(() -> plan(request, ID, networks, host))
                .actual();
    }

    @Test
    void findsAFreeRangeBesideNetworksAndRoutes() {
        assertThat(plan(request(false), ID, List.of(), List.of()))
                .containsExactly(subnet("10.90.0.0/24", "10.90.0.1", ""));
        assertThat(plan(request(false), ID, List.of(taken("10.90.0.0/23")), List.of(taken("10.90.2.128/25"))))
                .containsExactly(subnet("10.90.3.0/24", "10.90.3.1", ""));
        assertThat(plan(request(false), ID, List.of(), List.of(taken("10.0.0.0/8"))))
                .containsExactly(subnet("172.30.0.0/24", "172.30.0.1", ""));
        assertThat(plan(NetworkRequest.bridge(NetworkConfig.DEFAULT), ID, List.of(taken("10.90.1.0/24")), List.of()))
                .containsExactly(subnet("10.90.4.0/22", "10.90.4.1", ""));
    }

    @Test
    void ipv6IsOfTheNetworksId() {
        List<Subnet> plan = plan(request(true), ID, List.of(), List.of());
        assertThat(plan).hasSize(2);
        assertThat(plan.get(1)).isEqualTo(subnet("fd01:2345:6789:abcd::/64", "fd01:2345:6789:abcd::1", ""));
        assertThat(plan(request(true), ID, List.of(taken("fd01:2345::/32")), List.of())
                        .get(1)
                        .network())
                .isEqualTo(Cidr.parse("fd12:3456:789a:bcde::/64"));
    }

    @Test
    void saysThatNothingIsFree() {
        NetworkException refused = refused(
                request(false),
                List.of(),
                List.of(taken("10.0.0.0/8"), taken("172.16.0.0/12"), taken("192.168.0.0/16")));
        assertThat(refused.kind()).isEqualTo(Kind.EXHAUSTED);
        assertThat(refused).hasMessageContaining("web").hasMessageContaining("--subnet");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.1.2.3/24    | ''        | ''            | write 10.1.2.0/24",
                "10.1.2.0/31    | ''        | ''            | of no use",
                "0.0.0.0/0      | ''        | ''            | of no use",
                "127.0.0.0/16   | ''        | ''            | overlaps 127.0.0.0/8",
                "224.1.0.0/16   | ''        | ''            | overlaps 224.0.0.0/3",
                "fe80::/64      | ''        | ''            | overlaps fe80",
                "10.1.2.0/24    | 10.1.3.1  | ''            | gateway 10.1.3.1 is no address of the subnet",
                "10.1.2.0/24    | 10.1.2.0  | ''            | gateway 10.1.2.0 is no address of the subnet",
                "10.1.2.0/24    | 10.1.2.255| ''            | gateway 10.1.2.255 is no address of the subnet",
                "10.1.2.0/24    | fd00::1   | ''            | gateway fd00",
                "10.1.2.0/24    | ''        | 10.1.3.0/25   | not inside the subnet",
                "10.1.2.0/24    | ''        | 10.1.0.0/16   | not inside the subnet",
                "10.1.2.0/24    | ''        | fd00::/80     | not inside the subnet",
            })
    void refusesWhatMakesNoSense(String network, String gateway, String range, String words) {
        NetworkException refused = refused(request(false, subnet(network, gateway, range)), List.of(), List.of());
        assertThat(refused.kind()).isEqualTo(Kind.INVALID);
        assertThat(refused)
                .hasMessageContaining(words)
                .hasMessageContaining("\n  likely cause: ")
                .hasMessageContaining("\n  mend: ");
    }

    @Test
    void refusesOverlapsAndSaysWithWhom() {
        NetworkException refused =
                refused(request(false, subnet("10.1.0.0/16", "", "")), List.of(taken("10.1.2.0/24")), List.of());
        assertThat(refused.kind()).isEqualTo(Kind.CONFLICT);
        assertThat(refused).hasMessageContaining("network 'db'").hasMessageContaining("10.1.2.0/24");
        assertThat(refused(request(false, subnet("10.1.2.128/25", "", "")), List.of(), List.of(taken("10.1.2.0/24")))
                        .kind())
                .isEqualTo(Kind.CONFLICT);
        assertThat(refused(
                                request(false, subnet("10.1.0.0/16", "", ""), subnet("10.2.0.0/16", "", "")),
                                List.of(),
                                List.of())
                        .kind())
                .isEqualTo(Kind.INVALID);
    }

    @Test
    void aMacvlanIsInTheHostsOwnNetwork() {
        NetworkRequest request = new NetworkRequest(
                "lan",
                Driver.MACVLAN,
                List.of(subnet("10.1.2.0/24", "", "")),
                false,
                false,
                Map.of("parent", "eth0"),
                Map.of());
        assertThat(plan(request, ID, List.of(), List.of(taken("10.1.2.0/24")))).hasSize(1);
        assertThat(refused(request, List.of(taken("10.1.2.0/24")), List.of()).kind())
                .isEqualTo(Kind.CONFLICT);
    }

    /** Whatever is taken, what is found overlaps none of it; and two ranges overlap if an address is in both. */
    @Test
    void neverOverlapsWhateverIsTaken() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            List<Taken> taken = new ArrayList<>();
            for (int i = 0; i < random.nextInt(40); i++) {
                int prefix = 14 + random.nextInt(17);
                byte[] bytes = {
                    10, (byte) (88 + random.nextInt(4)), (byte) random.nextInt(16), (byte) random.nextInt(256)
                };
                taken.add(new Taken(new Cidr(AddressRange.address(bytes), prefix).network(), "x"));
            }
            Cidr found = plan(request(false), ID, taken, List.of()).getFirst().network();
            AddressRange all = AddressRange.of(found);
            for (Taken other : taken) {
                assertThat(AddressRange.of(other.range()).and(all).isEmpty())
                        .as("%s and %s", found, other.range())
                        .isTrue();
                assertThat(AddressRange.overlap(found, other.range())).isFalse();
            }
        }
    }

    @Test
    void rangesOfAddresses() {
        AddressRange hosts = AddressRange.hosts(Cidr.parse("10.1.2.0/29"));
        assertThat(hosts.first().getHostAddress()).isEqualTo("10.1.2.1");
        assertThat(hosts.last().getHostAddress()).isEqualTo("10.1.2.6");
        assertThat(hosts.after(hosts.last())).isEqualTo(hosts.first());
        assertThat(hosts.after(Cidr.parseAddress("10.9.9.9"))).isEqualTo(hosts.first());
        assertThat(AddressRange.plus(Cidr.parseAddress("10.0.255.255"), 1).getHostAddress())
                .isEqualTo("10.1.0.0");
        assertThat(AddressRange.plus(Cidr.parseAddress("10.1.0.0"), -1).getHostAddress())
                .isEqualTo("10.0.255.255");
        assertThat(AddressRange.hosts(Cidr.parse("fd00::/64")).last())
                .isEqualTo(Cidr.parseAddress("fd00::ffff:ffff:ffff:ffff"));
        assertThat(HostLinks.mac(Cidr.parseAddress("172.17.0.2"))).hasToString("02:42:ac:11:00:02");
    }

    /** With the built-in ranges to choose from. */
    private static List<Subnet> plan(
            NetworkRequest request, String id, List<SubnetPlan.Taken> networks, List<SubnetPlan.Taken> host) {
        return SubnetPlan.of(request, id, List.of(), networks, host);
    }
}
