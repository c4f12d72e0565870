package dev.alcove.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.spec.PortMapping.Protocol;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortMappingTest {
    @ParameterizedTest
    @CsvSource({
        "80,                        '',          0,    0,    80,  TCP",
        "80/udp,                    '',          0,    0,    80,  UDP",
        "8080:80,                   '',          8080, 8080, 80,  TCP",
        "8080:80/SCTP,              '',          8080, 8080, 80,  SCTP",
        "0:80,                      '',          0,    0,    80,  TCP",
        ":80,                       '',          0,    0,    80,  TCP",
        "::80,                      '',          0,    0,    80,  TCP",
        "127.0.0.1:8080:80,         127.0.0.1,   8080, 8080, 80,  TCP",
        "127.0.0.1::80/udp,         127.0.0.1,   0,    0,    80,  UDP",
        "0.0.0.0:65535:65535,       0.0.0.0,     65535, 65535, 65535, TCP",
        "[::1]:8080:80,             ::1,         8080, 8080, 80,  TCP",
        "[2001:db8::7]::53/udp,     2001:db8::7, 0,    0,    53,  UDP",
        "8000-8009:80,              '',          8000, 8009, 80,  TCP",
        "127.0.0.1:8000-8001:80/udp, 127.0.0.1,  8000, 8001, 80,  UDP",
        "8000-8000:80-80,           '',          8000, 8000, 80,  TCP"
    })
    void onePortIsRead(String text, String address, int host, int last, int container, Protocol protocol) {
        assertThat(PortMapping.parse("-p", text))
                .containsExactly(new PortMapping(
                        address.isEmpty() ? Optional.empty() : Optional.of(InetAddress.ofLiteral(address)),
                        host,
                        last,
                        container,
                        protocol));
    }

    @Test
    void rangesAreJoinedOneToOne() {
        assertThat(PortMapping.parse("-p", "[::1]:8000-8002:80-82/udp"))
                .extracting(PortMapping::text)
                .containsExactly(
                        "[0:0:0:0:0:0:0:1]:8000->80/udp",
                        "[0:0:0:0:0:0:0:1]:8001->81/udp",
                        "[0:0:0:0:0:0:0:1]:8002->82/udp");
        assertThat(PortMapping.parse("-p", "80-81"))
                .extracting(PortMapping::text)
                .containsExactly("0->80/tcp", "0->81/tcp");
        assertThat(PortMapping.parse("-p", "1-65535:1-65535")).hasSize(65535);
        assertThat(PortMapping.parse("-p", "8000-8009:80"))
                .extracting(PortMapping::text)
                .containsExactly("8000-8009->80/tcp");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                  | -p: '' is not a port, as 80, 8080:80",
                "http                | -p: 'http' is not a port, as 80, 8080:80",
                "8080:               | -p: '8080:' is not a port, as 80, 8080:80",
                "0                   | -p: '0' is not a port's number: 1 to 65535",
                "80:0                | -p: '0' is not a port's number: 1 to 65535",
                "65536:80            | -p: '65536' is not a port's number: 0 to 65535",
                "999999999999:80     | -p: '999999999999' is not a port's number: 0 to 65535",
                "80:+80              | -p: '80:+80' is not a port, as 80, 8080:80",
                "80/tpc              | -p: 'tpc' is not a protocol with ports; did you mean 'tcp'?",
                "80/                 | -p: '' is not a protocol with ports; one of tcp, udp, sctp",
                "80/icmp             | -p: 'icmp' is not a protocol with ports; one of tcp, udp, sctp",
                "127.0.0.1:80        | -p: '127.0.0.1:80': behind an address come the host's port and the container's; did you mean '127.0.0.1::80'?",
                "10.7:80:80          | -p: '10.7' is not an address of the host; names are not looked up",
                "localhost:80:80     | -p: 'localhost' is not an address of the host; names are not looked up",
                "[::1]:80            | -p: '[::1]:80': behind an address come the host's port and the container's",
                "[::1]80:80          | -p: '[::1]80:80' is not a port, as 80, 8080:80",
                "[127.0.0.1]:80:80   | -p: '127.0.0.1' is not an IPv6 address",
                "[fe80::1%eth0]:1:1  | -p: 'fe80::1%eth0' is not an IPv6 address",
                "::1:80:80           | -p: '::1:80:80' has too many colons; an IPv6 address stands in brackets: [::1]:8080:80",
                "8009-8000:80        | -p: '8009-8000:80': the range 8009-8000 goes backwards; did you mean '8000-8009'?",
                "8000-8009:80-88     | -p: '8000-8009:80-88': 10 ports of the host cannot lead to 9 of the container; the ranges have",
                "8080:80-81          | -p: '8080:80-81': 1 ports of the host cannot lead to 2 of the container",
                "0-9:80              | -p: '0-9:80' is not a port",
                "80-:80              | -p: '80-:80' is not a port"
            })
    void whatIsNoneIsRefused(String text, String message) {
        assertThatThrownBy(() -> PortMapping.parse("-p", text))
                .isInstanceOf(SpecException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void numbersHaveARange() {
        assertThatThrownBy(() -> new PortMapping(Optional.empty(), 65536, 80, Protocol.TCP))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PortMapping(Optional.empty(), 80, 0, Protocol.TCP))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PortMapping(Optional.empty(), 80, 79, 80, Protocol.TCP))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new PortMapping(Optional.empty(), 80, 99, 80, Protocol.UDP)
                        .at(90)
                        .text())
                .isEqualTo("90->80/udp");
    }
}
