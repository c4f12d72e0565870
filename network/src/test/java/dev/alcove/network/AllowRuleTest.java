package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import dev.alcove.network.AllowRule.Direction;
import dev.alcove.spec.PortMapping.Protocol;
import dev.alcove.spec.SpecException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowRuleTest {
    private static List<AllowRule> parse(String text) {
        return AllowRule.parse(Direction.FROM, text, name -> {
            if (!name.equals("backend")) {
                throw new IllegalArgumentException("no network " + name);
            }
            return List.of(Cidr.parse("10.5.0.0/24"), Cidr.parse("fd05::/64"));
        });
    }

    private static AllowRule rule(String peer, String protocol, int first, int last) {
        return new AllowRule(
                Direction.FROM,
                peer.equals("any") ? Optional.empty() : Optional.of(Cidr.parse(peer)),
                protocol.isEmpty() ? Optional.empty() : Optional.of(Protocol.parse("", protocol)),
                first,
                last);
    }

    @ParameterizedTest
    @CsvSource({
        "any,                      any,           '',   0,    0",
        "any:53,                   any,           '',   53,   53",
        "any/udp,                  any,           udp,  0,    0",
        "any:8000-8099/TCP,        any,           tcp,  8000, 8099",
        "10.0.0.7,                 10.0.0.7/32,   '',   0,    0",
        "10.0.0.7/8,               10.0.0.0/8,    '',   0,    0",
        "10.0.0.0/8:5432/tcp,      10.0.0.0/8,    tcp,  5432, 5432",
        "10.0.0.0/8/sctp,          10.0.0.0/8,    sctp, 0,    0",
        "10.0.0.7/udp,             10.0.0.7/32,   udp,  0,    0",
        "fd00::7,                  fd00::7/128,   '',   0,    0",
        "fd00::/8,                 fd00::/8,      '',   0,    0",
        "fd00::/8/udp,             fd00::/8,      udp,  0,    0",
        "[fd00::/8]:80-89,         fd00::/8,      '',   80,   89",
        "[fd00::7]:80/tcp,         fd00::7/128,   tcp,  80,   80",
        "[fd00::7],                fd00::7/128,   '',   0,    0",
        "0.0.0.0/0,                0.0.0.0/0,     '',   0,    0"
    })
    void isRead(String text, String peer, String protocol, int first, int last) {
        assertThat(parse(text)).containsExactly(rule(peer, protocol, first, last));
    }

    @Test
    void aNetworkIsAllItsRanges() {
        assertThat(parse("backend:5432/tcp"))
                .containsExactly(rule("10.5.0.0/24", "tcp", 5432, 5432), rule("fd05::/64", "tcp", 5432, 5432));
        assertThat(parse("backend/udp")).hasSize(2);
        assertThatThrownBy(() -> parse("frontend")).hasMessage("no network frontend");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "any/tpc         | --allow-from: 'tpc' is not a protocol with ports; did you mean 'tcp'?",
                "any/icmp        | --allow-from: 'icmp' is not a protocol with ports; one of tcp, udp, sctp",
                "any:0           | --allow-from: '0' is not a port's number: 1 to 65535",
                "any:65536       | --allow-from: '65536' is not a port's number: 1 to 65535",
                "any:90-80       | --allow-from: 'any:90-80': the range 90-80 goes backwards",
                "10.0.0.300      | --allow-from: '10.0.0.300' is not an address or a range of addresses",
                "10.0.0.0/33     | --allow-from: '10.0.0.0/33' is not an address or a range of addresses",
                "fd00::/8:80     | --allow-from: 'fd00::/8:80' is not an address or a range of addresses",
                "any:            | --allow-from: 'any:' is not a rule, as",
                "any:http        | --allow-from: 'any:http' is not a rule, as",
                "[fd00::1        | --allow-from: '[fd00::1' is not a rule, as",
                "[fd00::1]80     | --allow-from: '[fd00::1]80' is not a rule, as",
                "''              | --allow-from: '' is not a rule, as"
            })
    void isRefused(String text, String message) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(SpecException.class).hasMessageStartingWith(message);
    }
}
