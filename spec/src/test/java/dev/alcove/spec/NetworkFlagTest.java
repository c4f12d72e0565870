package dev.alcove.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What --network takes; the command line's tests have what it refuses. */
class NetworkFlagTest {
    private static NetworkFlag parse(String text) {
        return NetworkFlag.parse("--network", text);
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void roomsAndPrograms() {
        assertThat(parse("none")).isEqualTo(new NetworkFlag.Room(new NamespaceMode.None()));
        assertThat(parse("private")).isEqualTo(new NetworkFlag.Room(new NamespaceMode.Own()));
        assertThat(parse("host")).isEqualTo(new NetworkFlag.Room(new NamespaceMode.Host()));
        assertThat(parse("container:web")).isEqualTo(new NetworkFlag.Room(new NamespaceMode.Container("web")));
        assertThat(parse("ns:/run/netns/a=b,c"))
                .isEqualTo(new NetworkFlag.Room(new NamespaceMode.Path("/run/netns/a=b,c")));
        assertThat(parse("ns:blue")).isEqualTo(new NetworkFlag.Room(new NamespaceMode.Pinned("blue")));
        assertThat(parse("pasta")).isEqualTo(new NetworkFlag.Program("pasta"));
        assertThat(parse("slirp4netns")).isEqualTo(new NetworkFlag.Program("slirp4netns"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "default", "name=bridge"})
    void theDefaultNetwork(String text) {
        assertThat(parse(text)).isEqualTo(NetworkFlag.Joined.of(""));
    }

    @Test
    void aNetworkAndWhatIsWantedOfIt() {
        NetworkFlag.Joined all = new NetworkFlag.Joined(
                "web",
                Optional.of(ip("10.5.0.7")),
                Optional.of(ip("fd00::7")),
                Optional.of("02:42:ac:11:00:02"),
                List.of("db", "pg.example"),
                List.of(ip("169.254.7.7"), ip("fe80::7")));
        String options = "ip=10.5.0.7,ip6=fd00::7,mac=02:42:ac:11:00:02,alias=db,alias=pg.example,"
                + "link-local-ip=169.254.7.7,link-local-ip=fe80::7";
        assertThat(parse("web:" + options)).isEqualTo(all);
        assertThat(parse("name=web," + options)).isEqualTo(all);
        assertThat(parse(options.replace("mac=", "mac-address=") + ",name=web")).isEqualTo(all);
        // An IPv6 address behind ip, as podman has it, and in brackets.
        assertThat(parse("web:ip=[fd00::7]"))
                .isEqualTo(NetworkValues.with(
                        NetworkFlag.Joined.of("web"),
                        new NetworkFlag.Joined(
                                "",
                                Optional.empty(),
                                Optional.of(NetworkValues.ip6("--ip6", "fd00::7")),
                                Optional.empty(),
                                List.of(),
                                List.of())));
    }

    @Test
    void whatFlagsAddIsAddedOnce() {
        NetworkFlag.Joined said = (NetworkFlag.Joined) parse("web:mac=02:42:ac:11:00:02,alias=db");
        NetworkFlag.Joined more = (NetworkFlag.Joined) parse("x:alias=pg,ip=10.5.0.7");
        assertThat(NetworkValues.with(said, more).aliases()).containsExactly("db", "pg");
        assertThat(NetworkValues.with(said, more).network()).isEqualTo("web");
        assertThatThrownBy(() -> NetworkValues.with(said, said))
                .isInstanceOf(SpecException.class)
                .hasMessageStartingWith("--mac-address: --network says the same");
    }

    @Test
    void domains() {
        assertThat(NetworkValues.domain("--dns-search", "example.test.")).isEqualTo("example.test");
        assertThat(NetworkValues.domain("--dns-search", ".")).isEqualTo(".");
    }

    @Test
    void oneConfigurationOverAnother() {
        AlcoveConfig machine = AlcoveConfig.parse(
                "{\"network\":\"none\",\"publish-address\":\"::1\",\"network-pool\":[\"10.7.0.0/16\",\"fd42::/32\"]}"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(machine.network()).contains("none");
        assertThat(machine.publishAddress()).contains(ip("::1"));
        AlcoveConfig user =
                AlcoveConfig.parse("{\"network\":\"web\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        AlcoveConfig both = user.over(machine);
        assertThat(both.network()).contains("web");
        assertThat(both.publishAddress()).contains(ip("::1"));
        assertThat(both.networkPool()).containsExactly("10.7.0.0/16", "fd42::/32");
        assertThat(AlcoveConfig.none().over(both)).isEqualTo(both);
        assertThat(AlcoveConfig.parse("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(AlcoveConfig.none());
    }
}
