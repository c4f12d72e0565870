package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import dev.alcove.network.HostSockets.Bound;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static List<PortMapping> ports(String... texts) {
        return java.util.Arrays.stream(texts)
                .flatMap(t -> PortMapping.parse("-p", t).stream())
                .toList();
    }

    private static Endpoint having(String... texts) {
        Endpoint e = House.endpoint(1, 2);
        return new Endpoint(e.container(), "web", "web", e.joined(), ports(texts), List.of(), e.alive());
    }

    @Test
    void whatOthersHaveIsRefusedByTheirNames() {
        House.needed();
        try (House house = new House()) {
            Ports ports = new Ports(house.host());
            Endpoint web = having("8080:80", "127.0.0.1:9090:90", "[::]:7070:70", "5353:53/udp");
            for (String taken : List.of(
                    "8080:1", "0.0.0.0:8080:1", "[::1]:8080:1", "9090:1", "0.0.0.0:9090:1", "7070:1", "[::1]:7070:1")) {
                assertThatThrownBy(() -> ports.reserve(ports(taken), List.of(web)))
                        .as(taken)
                        .isInstanceOfSatisfying(
                                NetworkException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                        .hasMessageContaining("is taken by the container 'web'");
            }
            for (String free : List.of(
                    "8081:1", "8080:1/udp", "192.0.2.1:9090:1", "[::1]:9090:1", "0.0.0.0:7070:1", "5353:53/tcp")) {
                assertThat(ports.reserve(ports(free), List.of(web))).as(free).isEqualTo(ports(free));
            }
            assertThat(ports.reserve(ports("8078-8082:80"), List.of(having("8078:1", "8079:1", "8080:1"))))
                    .isEqualTo(ports("8081:80"));
            assertThatThrownBy(() -> ports.reserve(ports("8080-8081:80"), List.of(having("8080-8081:1-2"))))
                    .hasMessage(
                            "port 8080-8081->80/tcp cannot be published\n  likely cause: all of them are taken; port 8080/tcp is"
                                    + " taken by the container 'web'\n  mend: choose another port of the host's, or none for a free one:"
                                    + " -p 80");
            assertThatThrownBy(() -> ports.reserve(ports("8080:80", "127.0.0.1:8080:81"), List.of()))
                    .hasMessageContaining("this container itself, which asks for it twice");
            assertThatThrownBy(() -> ports.reserve(ports("198.51.100.7:80:80"), List.of()))
                    .hasMessageContaining("198.51.100.7 is none of this host's addresses");
        }
    }

    @Test
    void aProcessOfTheHostIsNamed() throws IOException {
        House.needed();
        String self = "process " + ProcessHandle.current().pid() + " (java) of the host";
        try (House house = new House();
                ServerSocket tcp =
                        house.host().in(() -> new ServerSocket(8080, 1, InetAddress.ofLiteral("127.0.0.1")));
                ServerSocket all = house.host().in(() -> new ServerSocket(8081));
                DatagramSocket udp = house.host().in(() -> new DatagramSocket(5353))) {
            Ports ports = new Ports(house.host());
            for (String taken :
                    List.of("8080:80", "127.0.0.1:8080:80", "8081:80", "192.0.2.1:8081:80", "5353:53/udp")) {
                assertThatThrownBy(() -> ports.reserve(ports(taken), List.of()))
                        .as(taken)
                        .hasMessageContaining(self);
            }
            for (String free : List.of("192.0.2.1:8080:80", "8080:80/udp", "5353:53/tcp", "[::]:8080:80")) {
                assertThat(ports.reserve(ports(free), List.of())).as(free).isEqualTo(ports(free));
            }
            assertThat(List.of(tcp, all, udp)).noneMatch(s -> s instanceof ServerSocket t && t.isClosed());
        }
    }

    @Test
    void freePortsAreFoundAndDifferent() {
        House.needed();
        try (House house = new House()) {
            // few for the kernel to choose from, and half of them another container's
            house.host().in(() -> {
                House.write("/proc/sys/net/ipv4/ip_local_port_range", "40000 40009");
                return true;
            });
            Ports ports = new Ports(house.host());
            Endpoint web = having("40000-40004:80-84");
            List<PortMapping> found = ports.reserve(ports("80", "81", "82", "83/tcp", "84", "80/udp"), List.of(web));
            assertThat(found.subList(0, 5))
                    .extracting(PortMapping::host)
                    .containsExactlyInAnyOrder(40005, 40006, 40007, 40008, 40009);
            assertThat(found).extracting(PortMapping::container).containsExactly(80, 81, 82, 83, 84, 80);
            assertThatThrownBy(() -> ports.reserve(ports("80"), List.of(web, having("40005-40009:80-84"))))
                    .isInstanceOfSatisfying(
                            NetworkException.class, e -> assertThat(e.kind()).isEqualTo(Kind.EXHAUSTED));
            Ports local = new Ports(house.host(), Optional.of(Cidr.parseAddress("127.0.0.1")));
            assertThat(local.reserve(ports("8080:80", "192.0.2.1:8081:80"), List.of()))
                    .isEqualTo(ports("127.0.0.1:8080:80", "192.0.2.1:8081:80"));
        }
    }

    @Test
    void socketsAreRead() {
        String text = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0
               1: 010200C0:0050 020200C0:D431 06 00000000:00000000 03:00000F9C 00000000     0        0 0 3 0000000000000000
               2: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1
            """;
        assertThat(HostSockets.parse(Protocol.TCP, text))
                .containsExactly(
                        new Bound(Protocol.TCP, Cidr.parseAddress("127.0.0.1"), 8080, 12345),
                        new Bound(Protocol.TCP, Cidr.parseAddress("::1"), 22, 77));
    }
}
