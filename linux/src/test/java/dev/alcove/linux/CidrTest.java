package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @Test
    void readsBothFamilies() {
        assertThat(Cidr.parse("10.88.0.5/24").toString()).isEqualTo("10.88.0.5/24");
        assertThat(Cidr.parse("10.88.0.5").prefix()).isEqualTo(32);
        assertThat(Cidr.parse("fd00::5/64").isV6()).isTrue();
        assertThat(Cidr.parse("fd00::5").prefix()).isEqualTo(128);
        assertThat(Cidr.parse("0.0.0.0/0").isV6()).isFalse();
        assertThat(Cidr.parse("::/0").address().getAddress()).hasSize(16);
    }

    @Test
    void knowsItsNetwork() {
        assertThat(Cidr.parse("10.88.7.5/20").network()).isEqualTo(Cidr.parse("10.88.0.0/20"));
        assertThat(Cidr.parse("10.88.7.5/31").network()).isEqualTo(Cidr.parse("10.88.7.4/31"));
        assertThat(Cidr.parse("fd00:1:2:3:ffff::1/66").network()).isEqualTo(Cidr.parse("fd00:1:2:3:c000::/66"));
        assertThat(Cidr.parse("10.88.7.5/0").network()).isEqualTo(Cidr.parse("0.0.0.0/0"));
        Cidr network = Cidr.parse("192.168.8.0/22");
        assertThat(network.contains(Cidr.parseAddress("192.168.11.255"))).isTrue();
        assertThat(network.contains(Cidr.parseAddress("192.168.12.0"))).isFalse();
        assertThat(network.contains(Cidr.parseAddress("::1"))).isFalse();
        assertThat(network.broadcast()).containsExactly(192, 168, 11, 255);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/24",
                "localhost",
                "10.0.0",
                "10.0.0.1.2",
                "10.0.0.256",
                "10.0.0.01",
                "10.0.0.1/33",
                "10.0.0.1/",
                "10.0.0.1/-1",
                "10.0.0.1/024",
                "10.0.0.1/2a",
                "10.0.0.1/24/8",
                " 10.0.0.1",
                "10.0.0.1 ",
                "1",
                "fd00::5/129",
                "fd00::5%eth0",
                "[fd00::5]",
                "fd00::5::6",
                ":",
                "::ffff:10.0.0.1",
                "fd00::x",
                "\u0661.0.0.1",
                "a.b.c.d",
                "example.com"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsHardwareAddresses() {
        assertThat(Mac.parse("02:42:AC:11:00:ff").toString()).isEqualTo("02:42:ac:11:00:ff");
        assertThat(Mac.of(Mac.parse("f2:42:ac:11:00:ff").bytes()).bits()).isEqualTo(0xf242ac1100ffL);
        for (String bad :
                new String[] {"", "02:42:ac:11:00", "02-42-ac-11-00-02", "02:42:ac:11:00:0g", "2:42:ac:11:00:02:"}) {
            assertThatThrownBy(() -> Mac.parse(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
