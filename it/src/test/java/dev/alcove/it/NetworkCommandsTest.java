package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.avaje.jsonb.Jsonb;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Networks by the command line, on a host of the test's own: see {@link NetworkHost}. */
@Timeout(600)
class NetworkCommandsTest {
    private static final String SERVE = "socat TCP-LISTEN:80,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR'";

    /** What inspect says, as maps and lists. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> inspected(NetworkHost host, String network) {
        List<Object> all =
                (List<Object>) Jsonb.instance().type(Object.class).fromJson(host.alcove("network inspect " + network));
        assertThat(all).hasSize(1);
        return (Map<String, Object>) all.getFirst();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> containers(NetworkHost host, String network) {
        return (Map<String, Map<String, Object>>) inspected(host, network).get("Containers");
    }

    @Test
    void theLifeOfANetwork() {
        try (NetworkHost host = new NetworkHost()) {
            String id = host.alcove("network create --subnet 10.5.0.0/24 --gateway 10.5.0.254 --ipv6 --label for=test"
                    + " -o mtu=1400 web");
            assertThat(id).matches("[0-9a-f]{64}");
            assertThat(host.alcove("network ls").lines().toList())
                    .hasSize(2)
                    .first()
                    .asString()
                    .matches("NETWORK ID +NAME +DRIVER +SUBNETS *");
            assertThat(host.alcove("network").lines().toList().getLast())
                    .matches(id.substring(0, 12) + " +web +bridge +10\\.5\\.0\\.0/24, fd[0-9a-f:]+/64");
            assertThat(host.alcove("network ls -q")).isEqualTo(id.substring(0, 12));
            assertThat(host.alcove("network ls -q --no-trunc -f label=for=test"))
                    .isEqualTo(id);
            assertThat(host.alcove("network ls -q --filter driver=macvlan")).isEmpty();
            assertThat(host.alcove("network ls --format '{{.Name}} {{.Scope}} {{.IPv6}}'"))
                    .isEqualTo("web local true");
            assertThat(host.alcove("network ls --format json"))
                    .contains("\"Name\":\"web\"", "\"Labels\":\"for=test\"", "\"Driver\":\"bridge\"");
            host.refused("network create web", "");
            host.refused("network create --subnet 10.5.0.128/25 other", "the subnet 10.5.0.128/25 overlaps");

            String db = host.alcove("run -d --name db --network web:ip=10.5.0.7,alias=store host sleep 1000");
            String app = host.alcove("run -d --name app --network web host sleep 1000");
            assertThat(containers(host, "web")).containsOnlyKeys(db, app);
            assertThat(containers(host, id.substring(0, 6)).get(db))
                    .containsEntry("Name", "db")
                    .containsEntry("IPv4Address", "10.5.0.7/24")
                    .containsEntry("Interface", "eth0")
                    .containsEntry("Aliases", List.of("store"));
            assertThat(inspected(host, "web"))
                    .containsEntry("Driver", "bridge")
                    .containsEntry("Internal", false)
                    .containsEntry("EnableIPv6", true)
                    .containsEntry("Labels", Map.of("for", "test"));
            assertThat(host.alcove("exec db ip -4 -o addr show eth0")).contains("10.5.0.7/24");
            assertThat(host.alcove("exec db ip route")).startsWith("default via 10.5.0.254");
            assertThat(host.alcove("exec db cat /sys/class/net/eth0/mtu")).isEqualTo("1400");
            for (String name : List.of("db", "store", db.substring(0, 12))) {
                assertThat(host.alcove("exec app getent ahostsv4 " + name)).startsWith("10.5.0.7");
            }

            host.refused("network rm web", "");
            host.refused("run --network web:ip=10.5.0.7 host true", "");
            host.refused("run --network web:ip=10.6.0.7 host true", "");
            host.refused("network connect web db", "");
            host.alcove("network create backend");
            host.alcove("network connect --ip6 fd00::1 backend db 2>&1 || true");
            host.alcove("network connect --alias pg backend db");
            assertThat(host.alcove("exec db ls /sys/class/net")).isEqualTo("eth0\neth1\nlo");
            assertThat(containers(host, "backend")).containsOnlyKeys(db);
            assertThat(host.alcove("run --network backend host getent ahostsv4 pg"))
                    .contains("STREAM");
            host.alcove("network disconnect web db");
            assertThat(host.alcove("exec db ls /sys/class/net")).isEqualTo("eth1\nlo");
            assertThat(host.attempt("alcove exec app getent hosts db").status()).isEqualTo(2);
            host.refused("network disconnect web db", "");

            host.alcove("kill db app");
            assertThat(host.alcove("wait db app")).isEqualTo("137\n137");
            assertThat(host.leftovers())
                    .as("given back by the monitors' last command")
                    .isEmpty();
            host.refused("network connect web db", "container db is not running");
            host.alcove("rm db app");
            assertThat(host.alcove("network rm web")).isEqualTo("web");
            host.alcove("network create other");
            assertThat(host.alcove("network prune")).isEqualTo("Deleted Networks:\nbackend\nother");
            assertThat(host.alcove("network prune")).isEmpty();
            assertThat(host.alcove("network ls -q")).isEmpty();
            host.alcove("network rm -f web");
        }
    }

    @Test
    void theDefaultNetwork() {
        try (NetworkHost host = new NetworkHost()) {
            assertThat(host.alcove("run host cat /etc/resolv.conf /etc/hosts")).contains("127.0.0.1");
            assertThat(host.alcove("network ls --format '{{.Name}}'")).isEqualTo("alcove0");
            String address = "ip -4 -o addr show eth0";
            assertThat(host.alcove("run host " + address)).contains("inet 10.90.");
            for (String network : List.of("bridge", "default", "alcove0")) {
                assertThat(host.alcove("run --network " + network + " host " + address))
                        .contains("inet 10.90.");
            }
            assertThat(host.alcove("run -e A=b --ip 10.90.1.7 host " + address)).contains("inet 10.90.1.7/22");
            assertThat(host.leftovers()).isEmpty();
            String links = "ls /sys/class/net";
            assertThat(host.alcove("run --network none host " + links)).isEqualTo("lo");
            assertThat(host.say("ALCOVE_NETWORK=none alcove run host " + links)).isEqualTo("lo");
            host.refused("network rm alcove1", "no such network: alcove1; did you mean 'alcove0'?");
            assertThat(host.alcove("network prune")).isEmpty();

            host.say(
                    "mkdir -p $HOME/.config/alcove; echo '{\"network\": \"none\"}' > $HOME/.config/alcove/config.json");
            assertThat(host.alcove("run host " + links)).isEqualTo("lo");
            assertThat(host.say("ALCOVE_NETWORK=bridge alcove run host " + links))
                    .isEqualTo("eth0\nlo");
            assertThat(host.alcove("run --network bridge host " + links)).isEqualTo("eth0\nlo");
            host.say("echo '{\"netwrk\": \"none\"}' > $HOME/.config/alcove/config.json");
            host.refused("run host true", "/run/home/.config/alcove/config.json: 'netwrk' is not a key of this file");
            host.say(
                    "echo '{\"network-pool\": [\"10.77.0.0/20\", \"fd42:7::/32\"]}' > $HOME/.config/alcove/config.json");
            host.alcove("network create --ipv6 pooled");
            assertThat(host.alcove("network ls -f name=pooled --format '{{.Subnets}}'"))
                    .matches("10\\.77\\.0\\.0/24, fd42:7:[0-9a-f:]+/64");
            host.alcove("network rm alcove0 pooled");
            assertThat(host.alcove("run host " + address)).contains("inet 10.77.0.");
        }
    }

    @Test
    void ports() {
        try (NetworkHost host = new NetworkHost()) {
            host.alcove("network create web");
            host.alcove(
                    "run -d --name www --network web -p 8080:80 -p 192.0.2.1:8081:80/tcp -p 5353:53/udp host " + SERVE);
            assertThat(host.alcove("ps --format '{{.Names}} {{.Ports}}'"))
                    .isEqualTo("www 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 192.0.2.1:8081->80/tcp,"
                            + " 0.0.0.0:5353->53/udp, [::]:5353->53/udp");
            assertThat(host.alcove("ps")).contains("PORTS", "8080->80/tcp");
            // The server says whom it sees.
            String ask = "socat -T 5 - TCP:";
            assertThat(host.say("ip netns exec peer " + ask + "192.0.2.1:8080 < /dev/null"))
                    .isEqualTo("192.0.2.2");
            assertThat(host.say("ip netns exec peer " + ask + "192.0.2.1:8081 < /dev/null"))
                    .isEqualTo("192.0.2.2");
            host.say(ask + "127.0.0.1:8080 < /dev/null");
            host.refused("run -p 8080:80 host true", "");
            host.say("socat TCP-LISTEN:9090 - < /dev/null & echo $! > /run/listener; until ss -lnt | grep -q :9090; do"
                    + " sleep 0.1; done");
            host.refused("run -p 9090:80 host true", "");
            assertThat(host.attempt("alcove run -p 9090:80 host true").text()).contains("9090", "socat");
            host.say("kill $(cat /run/listener)");
            assertThat(host.alcove("run --network web -P --expose 7000 --expose 7001/udp host true"))
                    .isEmpty();
            String random = host.alcove("run -d --network web -P --expose 80 host " + SERVE);
            String port = host.alcove("ps --format '{{.ID}} {{.Ports}}'")
                    .lines()
                    .filter(l -> random.startsWith(l.substring(0, 12)))
                    .findFirst()
                    .orElseThrow()
                    .replaceAll(".* 0\\.0\\.0\\.0:([0-9]+)->80/tcp.*", "$1");
            assertThat(host.say("ip netns exec peer " + ask + "192.0.2.1:" + port + " < /dev/null"))
                    .isEqualTo("192.0.2.2");
            host.alcove("rm -f www " + random);
            assertThat(host.leftovers()).isEmpty();
            assertThat(host.attempt("ip netns exec peer " + ask + "192.0.2.1:8080,connect-timeout=2 < /dev/null")
                            .status())
                    .isNotZero();

            host.say("mkdir -p $HOME/.config/alcove; echo '{\"publish-address\": \"127.0.0.1\"}' >"
                    + " $HOME/.config/alcove/config.json");
            String own = host.alcove("run -d --network web -p 8080:80 -p 0.0.0.0:8082:80 host " + SERVE);
            assertThat(host.alcove("ps --format '{{.Ports}}'"))
                    .isEqualTo("127.0.0.1:8080->80/tcp, 0.0.0.0:8082->80/tcp");
            host.say(ask + "127.0.0.1:8080 < /dev/null");
            host.alcove("rm -f " + own);
        }
    }

    /** Nobody is there to clear up: the next command does. */
    @Test
    void whatWasKilledIsClearedByTheNextCommand() {
        try (NetworkHost host = new NetworkHost()) {
            host.alcove("network create --subnet 10.5.0.0/24 web");
            host.alcove("run -d --name one --network web:ip=10.5.0.7 -p 8080:80 host sleep 1000");
            String id = host.alcove("ps -q --no-trunc");
            // The monitor is the parent of the container's first process.
            host.say("pid=$(cat " + NetworkHost.ROOT + "/containers/" + id + "/pid); monitor=$(ps -o ppid= -p $pid);"
                    + " kill -9 $monitor $pid; while kill -0 $monitor 2> /dev/null; do sleep 0.1; done");
            assertThat(host.alcove("run --rm --name two --network web:ip=10.5.0.7 -p 8080:80 host"
                            + " sh -c 'getent hosts one || echo gone'"))
                    .isEqualTo("gone");
            assertThat(host.leftovers()).isEmpty();

            host.say("alcove run --name three --network web:ip=10.5.0.8 -p 8081:80 host sleep 1000 & command=$!;"
                    + " until alcove ps -q | grep -q .; do sleep 0.2; done; kill -9 $command; wait $command || true");
            assertThat(containers(host, "web")).isEmpty();
            assertThat(host.leftovers()).isEmpty();
            assertThat(host.alcove("network rm web")).isEqualTo("web");
        }
    }

    @Test
    void aStartThatFailsLeavesNothing() {
        try (NetworkHost host = new NetworkHost()) {
            host.alcove("network create web");
            for (String how : List.of("", "-d ")) {
                Said said = host.attempt("alcove run " + how + "--network web -p 8080:80 host no-such-program");
                assertThat(said.status()).as(said.text()).isEqualTo(127);
                assertThat(host.leftovers()).isEmpty();
            }
            assertThat(host.alcove("ps -aq")).isEmpty();
            assertThat(host.alcove("network rm web")).isEqualTo("web");
        }
    }

    @Test
    void explainReservesNothing() {
        try (NetworkHost host = new NetworkHost()) {
            assertThat(host.alcove("explain run -p 8080:80 host true"))
                    .startsWith("# network alcove0: a free address is reserved before")
                    .contains("# port 8080->80/tcp is reserved before", "Java prepares the new namespaces");
            assertThat(host.say("ls -A /run; ip -o link | grep -c :"))
                    .doesNotContain("alcove")
                    .endsWith("2");
            host.refused("explain run --network web host true", "--network: no such network: web");
        }
    }

    @Test
    void roomsOfOthers() {
        try (NetworkHost host = new NetworkHost()) {
            host.alcove("network create --subnet 10.5.0.0/24 web");
            host.alcove("run -d --name db --network web:ip=10.5.0.7 host sleep 1000");
            assertThat(host.alcove("run --network container:db host ip -4 -o addr show eth0"))
                    .contains("10.5.0.7/24");
            // Names too are those of the one whose network it is.
            assertThat(host.alcove("run --network container:db host getent ahostsv4 db"))
                    .startsWith("10.5.0.7");
            host.alcove("run -d --name guest --network container:db host sleep 1000");
            host.refused(
                    "network connect bridge guest",
                    "container guest has no network of its own: it is that of container db");
            host.alcove("rm -f guest");
            host.alcove("run -d --name free --network host host sleep 1000");
            host.refused("network connect web free", "container free has no network of its own: it is the host's");
            host.alcove("run -d --name lonely --network none host sleep 1000");
            host.alcove("network connect web lonely");
            assertThat(host.alcove("exec lonely ls /sys/class/net")).isEqualTo("eth0\nlo");
            host.alcove("rm -f free lonely db");
            assertThat(host.alcove("network rm web")).isEqualTo("web");
        }
    }

    @Test
    void namesResolversAndHosts() {
        try (NetworkHost host = new NetworkHost()) {
            host.alcove("network create --subnet 10.5.0.0/24 web");
            assertThat(host.alcove(
                            "run --network web --dns 192.0.2.2 --dns-search one.test --dns-option ndots:2 host cat"
                                    + " /etc/resolv.conf"))
                    .contains("nameserver 192.0.2.2", "search one.test", "options ndots:2");
            assertThat(host.alcove("run --network web --add-host up:host-gateway --add-host it:192.0.2.2 host cat"
                            + " /etc/hosts"))
                    .containsPattern("10\\.5\\.0\\.1\\s+up")
                    .containsPattern("192\\.0\\.2\\.2\\s+it");
            assertThat(host.alcove("run --network web -h box host getent ahostsv4 box"))
                    .startsWith("10.5.0.");
            // What the user mounts there is what is there.
            host.say("echo '192.0.2.2 mine' > /run/hosts");
            assertThat(host.alcove("run --network web -v /run/hosts:/etc/hosts host cat /etc/hosts"))
                    .isEqualTo("192.0.2.2 mine");
        }
    }

    @Test
    void rulesOfOneContainer() {
        try (NetworkHost host = new NetworkHost()) {
            host.alcove("network create --subnet 10.5.0.0/24 web");
            host.alcove("run -d --name open --network web:ip=10.5.0.7 host " + SERVE);
            host.alcove("run -d --name shut --network web:ip=10.5.0.8 --allow-from 10.5.0.99/32:80/tcp host " + SERVE);
            String ask = " host socat -T 5 - TCP:";
            assertThat(host.alcove("run --network web" + ask + "open:80")).startsWith("10.5.0.");
            assertThat(host.attempt("alcove run --network web" + ask + "shut:80,connect-timeout=2")
                            .status())
                    .isNotZero();
            assertThat(host.alcove("run --network web:ip=10.5.0.99" + ask + "shut:80"))
                    .isEqualTo("10.5.0.99");
            assertThat(host.attempt("alcove run --network web --allow-to any:81" + ask + "open:80,connect-timeout=2")
                            .status())
                    .isNotZero();
            host.alcove("rm -f open shut");
        }
    }
}
