package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routers and devices by the command line, on a host of the test's own: see {@link NetworkHost}. */
@Timeout(600)
class NetworkRoutersTest {
    /** What a container hears of another's server; empty if it is not reached. */
    private static String asks(NetworkHost host, String container, String address) {
        return host.attempt(
                        "alcove exec " + container + " socat -u TCP:" + address + ":80,connect-timeout=3 - 2>/dev/null")
                .text();
    }

    private static String address(NetworkHost host, String container) {
        return host.alcove("exec " + container + " sh -c 'ip -4 -o addr show eth0 | sed \"s|.*inet ||;s|/.*||\"'");
    }

    private static void serve(NetworkHost host, String name, String network) {
        host.alcove("run -d --name " + name + " --network " + network
                + " host socat -U TCP-LISTEN:80,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR'");
        Wait.until("it listens", () -> host.alcove("exec " + name + " ss -lnt").contains(":80"));
    }

    @Test
    @DisplayName("net_router")
    void netRouter() {
        try (NetworkHost host = new NetworkHost()) {
            host.alcove("network create --internal a");
            host.alcove("network create b");
            serve(host, "one", "a");
            serve(host, "two", "b");
            String one = address(host, "one");
            String two = address(host, "two");
            assertThat(asks(host, "one", two)).as("without it").isEmpty();
            assertThat(asks(host, "two", one)).as("without it").isEmpty();

            assertThat(host.alcove("network router create r --attach a --attach b"))
                    .isEqualTo("r");
            assertThat(asks(host, "one", two)).isEqualTo(one);
            assertThat(asks(host, "two", one)).isEqualTo(two);
            String pin = NetworkHost.ROOT + "/network/ns/router.r";
            assertThat(host.alcove("network router")).contains("r ", "a 10.", "b 10.", pin);
            assertThat(host.alcove("network router inspect r")).contains("\"Name\": \"r\"", "\"Nat\": false");
            // A namespace without a process, kept by a path.
            String inode = host.say("stat -c %i " + pin);
            assertThat(host.alcove("ns ls --type net")).contains(inode);
            assertThat(host.alcove("ns show net:[" + inode + "]")).contains(pin);
            assertThat(host.alcove("enter --net=" + pin + " ip -4 -br addr")).contains("eth0", "eth1");
            host.refused("network rm a", "network 'a' is in use");
            host.refused("network router create r --attach a --attach b", "there is a router 'r' already");
            assertThat(host.alcove("network router rm r")).isEqualTo("r");
            assertThat(host.attempt("test -e " + pin).status()).isEqualTo(1);
            assertThat(asks(host, "one", two)).as("when it is gone").isEmpty();

            host.alcove("network router create --attach a --attach b --nat r");
            assertThat(asks(host, "one", two))
                    .as("who asks is the router")
                    .isNotEmpty()
                    .isNotEqualTo(one);
            assertThat(asks(host, "two", one))
                    .as("nobody asks the first network")
                    .isEmpty();
            host.alcove("network router rm r");
            host.refused("network router rm r", "there is no router");
            host.refused("network router create r --attach a", "a router connects two networks or more");
            host.alcove("kill one two");
            host.alcove("wait one two");
            host.alcove("rm one two");
            host.alcove("network rm a b");
            assertThat(host.leftovers()).isEmpty();
        }
    }

    private static String device(NetworkHost host) {
        return host.say("ip -br link show dev dev0 | cut -d' ' -f1; ip -o addr show dev dev0 scope global"
                + " | sed 's|.*inet|inet|;s| scope.*||'; cat /sys/class/net/dev0/flags");
    }

    @Test
    void aDeviceMovesInAndBack() {
        try (NetworkHost host = new NetworkHost()) {
            host.say("ip link add dev0 type veth peer name dev0peer; ip addr add 198.51.100.7/24 dev dev0;"
                    + " ip addr add 2001:db8:7::7/64 dev dev0 nodad; ip link set dev0 up; ip link set dev0peer up");
            String before = device(host);
            assertThat(host.alcove("run --rm --network none --net-device dev0=lan host ip -br addr show dev lan"))
                    .contains("198.51.100.7/24", "2001:db8:7::7/64");
            assertThat(device(host)).isEqualTo(before);

            Said failed = host.attempt("alcove run --rm --network none --net-device dev0 host /no/such/program");
            assertThat(failed.status()).isEqualTo(127);
            assertThat(device(host)).as("after a failed start").isEqualTo(before);

            host.alcove("run -d --name d --network none --net-device dev0 host sleep 1000");
            assertThat(host.attempt("ip link show dev0").status()).isEqualTo(1);
            assertThat(host.alcove("exec d ip -br addr show dev dev0")).contains("198.51.100.7/24");
            host.refused(
                    "run --network none --net-device dev0 host true", "--net-device: dev0 cannot be moved: container");
            host.alcove("kill d");
            host.alcove("wait d");
            assertThat(device(host)).as("by the monitor's last command").isEqualTo(before);
            host.alcove("rm d");

            host.refused(
                    "run --network none --net-device nothing host true",
                    "--net-device: nothing cannot be moved: there is no such interface");
            host.say("ip link add br9 type bridge; ip link set dev0 master br9");
            host.refused(
                    "run --network none --net-device dev0 host true",
                    "--net-device: dev0 cannot be moved: it is a port");
            host.refused(
                    "run --network host --net-device dev0 host true",
                    "--net-device: needs a network of the container's own");
        }
    }
}
