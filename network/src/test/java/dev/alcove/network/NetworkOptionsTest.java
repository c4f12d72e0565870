package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkOptionsTest {
    private static NetworkRequest request(Driver driver, boolean ipv6, Map<String, String> options) {
        return new NetworkRequest("web", driver, List.of(), ipv6, false, options, Map.of());
    }

    @Test
    void takesDockersNamesAndOurs() {
        assertThat(NetworkOptions.of(request(
                        Driver.BRIDGE,
                        false,
                        Map.of(
                                "com.docker.network.driver.mtu", "1400",
                                "com.docker.network.bridge.name", "br-web",
                                "com.docker.network.bridge.enable_icc", "false"))))
                .isEqualTo(new NetworkOptions(1400, Optional.of("br-web"), false));
        assertThat(NetworkOptions.of(request(Driver.BRIDGE, false, Map.of("mtu", "9000", "icc", "true"))))
                .isEqualTo(new NetworkOptions(9000, Optional.empty(), true));
        assertThat(NetworkOptions.of(
                        request(Driver.MACVLAN, false, Map.of("parent", "eth0", "macvlan_mode", "bridge"))))
                .isEqualTo(new NetworkOptions(0, Optional.of("eth0"), true));
    }

    @ParameterizedTest
    @CsvSource({
        "BRIDGE, mut, 1400, did you mean 'mtu'",
        "BRIDGE, parent, eth0, not an option of this driver",
        "BRIDGE, mtu, 67, 68 to 65535",
        "BRIDGE, mtu, 1e3, 68 to 65535",
        "BRIDGE, mtu, '', 68 to 65535",
        "BRIDGE, icc, maybe, true or false",
        "BRIDGE, com.docker.network.bridge.name, br 0, 1 to 15",
        "BRIDGE, com.docker.network.bridge.name, abcdefghijklmnop, 1 to 15",
        "MACVLAN, parnt, eth0, did you mean 'parent'",
        "MACVLAN, macvlan_mode, passthru, bridge is the only one",
        "MACVLAN, mtu, 1400, needs an interface of the host",
    })
    void refuses(Driver driver, String key, String value, String words) {
        assertThatExceptionOfType(NetworkException.class)
                .isThrownBy(() -> NetworkOptions.of(request(driver, false, Map.of(key, value))))
                .withMessageContaining(words)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    }

    @Test
    void ipv6WantsLargerPackets() {
        assertThatExceptionOfType(NetworkException.class)
                .isThrownBy(() -> NetworkOptions.of(request(Driver.BRIDGE, true, Map.of("mtu", "1279"))))
                .withMessageContaining("1280 to 65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".web", "we b", "../web", "a/b", "häuser", "none", "host", "bridge", "container"})
    void namesThatAreNone(String name) {
        assertThatExceptionOfType(NetworkException.class)
                .isThrownBy(() -> NetworkName.check(name))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    }
}
