package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UserNetworkArgumentsTest {
    private static final UserNetwork PASTA = new UserNetwork(UserNetwork.Tool.PASTA, Path.of("/usr/bin/pasta"));
    private static final UserNetwork SLIRP =
            new UserNetwork(UserNetwork.Tool.SLIRP4NETNS, Path.of("/usr/bin/slirp4netns"));

    private static PortMapping port(String address, int host, int container, Protocol protocol) {
        return new PortMapping(
                address.isEmpty() ? Optional.empty() : Optional.of(InetAddress.ofLiteral(address)),
                host,
                container,
                protocol);
    }

    @Test
    void pastaLeadsNoPortButThoseAskedFor() {
        assertThat(String.join(" ", PastaArguments.of(77, List.of())))
                .isEqualTo("--quiet --config-net --tcp-ports none --udp-ports none --tcp-ns none --udp-ns none"
                        + " --no-map-gw --dns-forward 169.254.1.1 77");
    }

    @Test
    void pastaTakesEachPort() {
        List<PortMapping> ports = List.of(
                port("", 8080, 80, Protocol.TCP),
                port("127.0.0.1", 8443, 443, Protocol.TCP),
                port("::1", 5353, 53, Protocol.UDP),
                port("0.0.0.0", 90, 91, Protocol.TCP));
        assertThat(String.join(" ", PastaArguments.of(77, ports)))
                .isEqualTo("--quiet --config-net --tcp-ports 8080:80 --tcp-ports 127.0.0.1/8443:443"
                        + " --tcp-ports 0.0.0.0/90:91 --udp-ports 0:0:0:0:0:0:0:1/5353:53 --tcp-ns none --udp-ns none"
                        + " --no-map-gw --dns-forward 169.254.1.1 77");
    }

    @Test
    void slirp() {
        assertThat(String.join(" ", SlirpArguments.of(77, 3, 4, Path.of("/tmp/x/api"))))
                .isEqualTo("--configure --mtu=65520 --enable-ipv6 --disable-host-loopback --ready-fd=3 --exit-fd=4"
                        + " --api-socket=/tmp/x/api 77 tap0");
    }

    @Test
    void refusesWhatTheProgramCannot() {
        assertThatThrownBy(() -> PASTA.check(List.of(port("", 80, 80, Protocol.SCTP))))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("TCP and UDP");
        assertThatThrownBy(() -> SLIRP.check(List.of(port("::1", 80, 80, Protocol.TCP))))
                .hasMessageContaining("IPv4");
        assertThatThrownBy(() -> PASTA.check(
                        List.of(port("127.0.0.1", 80, 80, Protocol.TCP), port("127.0.0.2", 80, 81, Protocol.TCP))))
                .hasMessageContaining("once");
        PASTA.check(List.of(port("", 53, 53, Protocol.TCP), port("", 53, 53, Protocol.UDP)));
    }

    @Test
    void saysWhyPastaRefused() {
        List<PortMapping> low = List.of(port("", 80, 80, Protocol.TCP));
        List<PortMapping> high = List.of(port("", 8080, 80, Protocol.TCP));
        assertThat(Pasta.refused(1, "Failed to bind any port for '-t 80:80', exiting", low)
                        .kind())
                .isEqualTo(NetworkException.Kind.DENIED);
        assertThat(Pasta.refused(1, "Failed to bind any port for '-t 8080:80', exiting", high))
                .hasMessageContaining("another process has the port")
                .extracting(NetworkException::kind)
                .isEqualTo(NetworkException.Kind.CONFLICT);
        assertThat(Pasta.refused(1, "External interface not usable", high)).hasMessageContaining("no default route");
        assertThat(Pasta.refused(1, "Failed to open() /dev/net/tun: Permission denied", high))
                .hasMessageContaining("chmod 0666 /dev/net/tun");
    }

    @Test
    void findsTheBetterProgram() {
        assertThat(UserNetwork.find("/nonexistent")).isEmpty();
        assertThat(UserNetwork.noProgram()).hasMessageContaining("apt-get install -y passt");
    }

    @Test
    void numberInAnAnswer() {
        assertThat(SlirpPorts.number("{\"return\": {\"id\": 42}}", 10)).isEqualTo(42);
    }
}
