package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Rlimit;
import dev.alcove.linux.RlimitValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is refused before anything is made: one message that names the flag, status 125, nothing recorded. */
class BadValuesTest {
    @TempDir
    Path folder;

    private Alcoves.Outcome refused(String... words) {
        Alcoves alcoves = new Alcoves(folder);
        Alcoves.Outcome outcome = alcoves.run(words);
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(125);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("alcove: ")
                .doesNotContain("internal error", "Exception", "\tat ", "null")
                .endsWith("\n");
        assertThat(Files.exists(alcoves.root())).as("nothing is recorded").isFalse();
        return outcome;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--name x | --name: 'x' is not a container name",
                "--name a/b | --name: 'a/b' is not a container name",
                "--timeout soon | --timeout: 'soon' is not a duration",
                "--timeout 0 | --timeout: '0' is not a time of a millisecond or more",
                "--timeout -5s | --timeout: '-5s' is not a duration: it is negative",
                "--stop-signal TERMM | --stop-signal: 'TERMM' is not a signal, as TERM, SIGTERM or 15; did you mean",
                "--stop-signal 65 | --stop-signal: '65' is not a signal",
                "-w src | --workdir: 'src' is not an absolute path",
                "-e =x | -e: '=x' is not an environment variable",
                "--env-file none | --env-file: 'none' does not exist",
                "-u nobdy | unable to find user 'nobdy'; did you mean 'nobody'?",
                "-u 1: | -u: '1:' is not a user",
                "-u 4294967295 | -u: '4294967295' is not a user: ids end at",
                "-u nobody:nogrup | unable to find group 'nogrup'; did you mean 'nogroup'?",
                "--group-add wheel | unable to find group 'wheel'",
                "--rootfs none | --rootfs: 'none' does not exist",
                "--overlay | --overlay: needs --rootfs",
                "-v /nowhere/at/all:/mnt | -v: '/nowhere/at/all' does not exist on the host",
                "-v ./none:/mnt:ro | -v: './none' does not exist on the host",
                "-v data:/mnt | -v: the volume 'data' is not possible yet",
                "-v /mnt | -v: anonymous volumes are not possible yet",
                "-v /tmp:mnt | -v: 'mnt' is not",
                "-v /tmp:/mnt:rro2 | -v: 'rro2' is not a mount option; did you mean 'rro'?",
                "--mount type=bnd,src=/,dst=/m | --mount",
                "--mount type=bind,src=/tmp,dst=/m,rdonly | --mount: 'rdonly' is not a key of this flag; did you mean 'readonly'?",
                "--mount type=bind,src=/tmp,dst=/m,bogus | --mount: 'bogus' is not a key of this flag; it has type, source, target,",
                "--mount type=bind,src=/nowhere,dst=/m | --mount: '/nowhere' does not exist on the host",
                "--tmpfs tmp | --tmpfs: 'tmp' is not",
                "--tmpfs /t:sise=1 | --tmpfs",
                "--shm-size big | --shm-size: 'big' is not a size",
                "--shm-size 0 | --shm-size: '0' is not a size above 0",
                "--device /dev/nothing | --device: '/dev/nothing' does not exist on the host",
                "--device /etc | --device: '/etc' is not a device",
                "--device /dev/null:/dev/x:rx | --device: 'rx' is not an access",
                "--landlock /usr | --landlock: '/usr' is not a rule",
                "--landlock rx:/usr | --landlock: 'rx' is not an access",
                "--network nne | --network: no such network: nne; did you mean 'none'?",
                "--network hots | --network: no such network: hots; did you mean 'host'?",
                "--network mynet | --network: no such network: mynet",
                "--network -x | --network: '-x' is not a network: none, host, bridge, container:NAME",
                "--network a/b | --network: 'a/b' is not a network",
                "--network= | --network: '' is not a network",
                "--network container | --network: 'container' is not complete: container:NAME",
                "--network name=web,ip=10.5.0 | --network: '10.5.0' is not an IP address",
                "--network web:ip6=10.5.0.7 | --network: '10.5.0.7' is not an IPv6 address",
                "--network web:mc=x | --network: 'mc' is not an option of a network; did you mean 'mac'?",
                "--network web:db | --network: 'web:db': 'db' is no option; they are written KEY=VALUE",
                "--network web:ip=10.5.0.7,ip=10.5.0.8 | --network: 'web:ip=10.5.0.7,ip=10.5.0.8': ip is there twice",
                "--network name=web,name=db | --network: 'name=web,name=db' names two networks",
                "--network ip=10.5.0.7 | --network: 'ip=10.5.0.7' names no network; add name=NETWORK",
                "--network host:ip=10.5.0.7 | --network: 'host:ip=10.5.0.7': 'host' has no options",
                "--network web:link-local-ip=10.5.0.7 | --network: '10.5.0.7' is not a link-local address",
                "--network none --network bridge | --network: none stands alone; only networks can be several",
                "--network bridge --network host | --network: host stands alone; only networks can be several",
                "--network bridge --network default | --network: bridge is there twice",
                "--network bridge --mac-address 02:42 | --mac-address: '02:42' is not a hardware address",
                "--network bridge --network-alias db | --network-alias: names are looked up on networks that",
                "--network bridge --network-alias a_b! | --network-alias: 'a_b!' is not a host name",
                "--network bridge:ip=10.5.0.7 --ip 10.5.0.7 | --ip: --network says the same",
                "--network bridge --ip fd00::7 | --ip: 'fd00::7' is not an IPv4 address",
                "--network bridge --ip6 10.5.0.7 | --ip6: '10.5.0.7' is not an IPv6 address",
                "--network bridge --link-local-ip fd00::7 | --link-local-ip: 'fd00::7' is not a link-local address",
                "--ip 10.5.0.7 | --ip: needs a network of alcove's, as --network bridge; this container's is none",
                "--network host --network-alias db | --network-alias: needs a network of alcove's",
                "--allow-from any | --allow-from: needs a network of alcove's",
                "--network bridge --allow-from any:0 | --allow-from: '0' is not a port's number",
                "--network bridge --allow-to backend | --allow-to: no such network: backend",
                "--dns one | --dns: 'one' is not an IP address",
                "--dns-search a..b | --dns-search: 'a..b' is not a host name",
                "--dns-option n=2 | --dns-option: 'n=2' is not an option of resolv.conf(5)",
                "--network container:web --dns 10.0.0.1 | --dns: with --network container:NAME, names are that container's",
                "--add-host db:host-gateway | --add-host: host-gateway means the gateway of a network, and the container has none",
                "-p 80 | --publish: no port of the host leads to a container whose network is none",
                "-p80:80 | --publish: no port of the host leads to a container",
                "--network host -p 80:80 | --publish: with --network host, what it listens on is open on the host already",
                "--network host -P | --publish-all: with --network host",
                "--network bridge -p 80:http | --publish: '",
                "--network bridge --publish=70000:80 | --publish: '70000",
                "--network bridge -p 1.2.3:80:80 | --publish: '",
                "--network bridge --expose 80:80 | --expose: '80:80' is not a port of the container's",
                "--network bridge --expose http | --expose: '",
                "--net bridge --net-alias db | --network-alias: names are looked up",
                "--network ns:/proc/self/status/x | --network: '/proc/self/status/x' does not exist",
                "--restart always | --restart: restarting is not there yet",
                "--network container:nobody | no such container: nobody",
                "--network ns:/nowhere | --network: '/nowhere' does not exist",
                "--network ns:/etc/passwd | --network: '/etc/passwd' cannot be joined",
                "--network ns:/proc/self/ns/pid | --network: '/proc/self/ns/pid' is not a net namespace",
                "--pid none | --pid: 'none' is not a mode of this flag",
                "--uts here | --uts: 'here' is not a mode of this flag",
                "--time-offset wall=1 | --time-offset: 'wall' is not a clock that can be shifted",
                "-h a_b! | --hostname: 'a_b!' is not a host name",
                "--domainname -x | --domainname: '-x' is not a host name",
                "--uts host -h box | --hostname: cannot be set where --uts shares another's names",
                "--add-host db:10.0.0 | --add-host: '10.0.0' is not an IP address",
                "--sysctl kernel.panic=1 | --sysctl: 'kernel.panic' is not a parameter of a container's own",
                "--network host --sysctl net.ipv4.ip_forward=1 | --sysctl: 'net.ipv4.ip_forward' is not allowed here",
                "-m lots | --memory: 'lots' is not a size",
                "-m 1k | --memory: '1k' is not enough: 6m is the least",
                "--memory-swap 64m | --memory-swap: needs --memory",
                "-m 64m --memory-swap 32m | --memory-swap: '32m' is not at least --memory",
                "-m 64m --memory-reservation 128m | --memory-reservation: '128m' is not at most --memory",
                "--cpus none | --cpus: 'none' is not a number of CPUs",
                "--cpus 0 | --cpus: '0' is not a number of CPUs from 0.01 on",
                "--cpus 8192 | --cpus: '8192' is not a number of CPUs from 0.01 to ",
                "--cpuset-cpus 0,8191 | --cpuset-cpus: '0,8191' is not available: this machine has 0",
                "--cpuset-mems 8191 | --cpuset-mems: '8191' is not available: this machine has 0",
                "--cpu-shares 1 | --cpu-shares: '1' is not a whole number from 2 to 262144",
                "--cpuset-cpus 2-0 | --cpuset-cpus: '2-0' is not a list of numbers: 2-0 goes backwards",
                "--cpuset-mems x | --cpuset-mems: 'x' is not a list of numbers",
                "--pids-limit many | --pids-limit: 'many' is not a whole number from -1",
                "--blkio-weight 9 | --blkio-weight: '9' is not a whole number from 10 to 1000",
                "--ulimit nofiles=1 | --ulimit: 'nofiles' is not a resource limit; did you mean 'nofile'?",
                "--ulimit nofile=2:1 | --ulimit: 'nofile=2:1' is not a limit: the soft one is above the hard one",
                "--oom-score-adj 1001 | --oom-score-adj: '1001' is not a whole number from -1000 to 1000",
                "--cap-add NET_ADMN | --cap-add: 'NET_ADMN' is not a capability, see capabilities(7); did you mean 'NET_ADMIN'?",
                "--cap-drop chwon | --cap-drop: 'chwon' is not a capability, see capabilities(7); did you mean 'CHOWN'?",
                "--security-opt secomp=x | --security-opt: 'secomp' is not a security option; did you mean 'seccomp'?",
                "--security-opt seccomp=none.json | --security-opt seccomp: 'none.json' does not exist",
                "--security-opt apparmor=mine | --security-opt: 'apparmor=mine' is not possible yet",
                "--security-opt label=type:x_t | --security-opt: 'label=type:x_t' is not possible yet",
                "--zebra | unknown flag '--zebra'",
            })
    void ofRun(String flags, String message) {
        List<String> words = new java.util.ArrayList<>(List.of("run"));
        words.addAll(List.of(flags.split(" ")));
        words.addAll(List.of("host", "true"));
        assertThat(refused(words.toArray(new String[0])).err()).startsWith("alcove: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "rnu host | 'rnu' is not a command of alcove; did you mean 'run'?",
                "--vresion | unknown flag '--vresion'; did you mean '--version'?",
                "run | an image is needed",
                "run hots | image 'hots' is not here; did you mean 'host'?",
                "run debian:12 | image 'debian:12' is not here",
                "run --rootfs / | a command is needed: --rootfs has none of its own",
                "explain | what is to be explained?",
                "explain exec x | what is to be explained?",
                "explain run -m 1 host true | --memory: '1' is not enough",
                "ps x | takes no arguments",
                "check x | takes no arguments",
                "version x | takes no arguments",
                "exec web | a container and a command are needed",
                "exec web true | no such container: web",
                "kill | missing argument: CONTAINER",
                "kill -s TURM web | --signal: 'TURM' is not a signal, as TERM, SIGTERM or 15; did you mean",
                "kill web | no such container: web",
                "wait web | no such container: web",
                "rm -f web | no such container: web",
                "network lst | 'lst' is nothing that network does, or stands before its flags; did you mean 'ls'?",
                "network ls web | 'web' is nothing that network does",
                "network --filter web | --filter: 'web' is not of the form KEY=VALUE",
                "network --filter nme=web | --filter: 'nme' is not something to filter by; did you mean 'name'?",
                "network create | missing argument: NAME",
                "network create a b | unexpected argument 'b' after NAME",
                "network create a/b | 'a/b' is not a network's name",
                "network create host | a network cannot be called 'host'",
                "network create bridge | a network cannot be called 'bridge'",
                "network create -d bridg web | --driver: 'bridg' is not a driver; did you mean 'bridge'?",
                "network create -d none web | --driver: 'none' makes no network",
                "network create --subnet 10.5.0.0 web | --subnet: '10.5.0.0' is not a range: it has no prefix",
                "network create --subnet 10.5.0.7/24 web | --subnet: '10.5.0.7/24' is not the beginning of a range; did you mean '10.5.0.0/24'?",
                "network create --subnet 10.5/16 web | --subnet: '10.5/16' is not a range of addresses",
                "network create --subnet 10.5.0.0/33 web | --subnet: '10.5.0.0/33' is not a range of addresses",
                "network create --gateway 10.5.0.1 web | --gateway: '10.5.0.1' needs a --subnet that it lies in",
                "network create --subnet 10.5.0.0/24 --gateway 10.6.0.1 web | --gateway: '10.6.0.1' is not in the range of any --subnet",
                "network create --subnet 10.5.0.0/24 --gateway 10.5.0.1 --gateway 10.5.0.2 web | --gateway: two lie in 10.5.0.0/24",
                "network create --subnet 10.5.0.0/24 --ip-range 10.6.0.0/25 web | --ip-range: '10.6.0.0/25' is not in the range",
                "network create -o mtu web | --opt: 'mtu' is not of the form KEY=VALUE",
                "network create --label = web | --label: '=' is not of the form KEY or KEY=VALUE",
                "network create --label a --label a=b web | --label: 'a' is there twice",
                "network inspect | missing argument: NETWORK",
                "network inspect web | no such network: web",
                "network rm web | no such network: web",
                "network connect web | two words are needed: NETWORK and CONTAINER",
                "network connect web db | no such network: web",
                "network connect --ip x web db | --ip: 'x' is not an IP address",
                "network disconnect web | two words are needed",
                "network disconnect web db | no such network: web",
                "network prune x | takes no arguments",
                "network dns web | no such network: web",
                "network dns --forward x web | --forward: 'x' is not an IP address",
                "network release a/b | 'a/b' is not a container's id",
                "help rnu | 'rnu' is not a command of alcove",
            })
    void ofOthers(String words, String message) {
        assertThat(refused(words.split(" ")).err()).startsWith("alcove: " + message);
    }

    /** The kernel gives no hard limit above one's own to who has no CAP_SYS_RESOURCE: docker's daemon mostly has it. */
    @Test
    void aHardLimitThatCannotBeRaisedIsSaidOnce() {
        Alcoves.Outcome outcome = new Alcoves(folder)
                .run("explain", "run", "--ulimit", "memlock=-1", "--ulimit", "core=0", "host", "true");
        assertThat(outcome.status()).isZero();
        boolean raises = Capabilities.ofThread().effective().contains(Capability.SYS_RESOURCE);
        long own = Rlimit.MEMLOCK.of(0).orElseThrow().hard();
        assertThat(outcome.err())
                .isEqualTo(
                        raises || own == RlimitValue.UNLIMITED
                                ? ""
                                : "alcove: warning: --ulimit memlock: the hard limit stays at " + own
                                        + ", alcove's own: raising it needs CAP_SYS_RESOURCE\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"netwrk\": \"none\"} | 'netwrk' is not a key of this file; did you mean 'network'?",
                "{\"network\": 1} | network: a number is not a text",
                "{\"network\": \"a b\"} | network: 'a b' is not a network",
                "{\"network\": \"none\", \"network\": \"host\"} | network: is there twice",
                "{\"publish-address\": \"localhost\"} | publish-address: 'localhost' is not an IP address",
                "{\"network-pool\": \"10.0.0.0/8\"} | network-pool: a text is not a list of ranges",
                "{\"network-pool\": [\"10.0.0.0/8\", \"10.0.0.0\"]} | network-pool[1]: '10.0.0.0' is not a range of addresses",
                "{\"network-pool\": [\"10.0.0.0/64\"]} | network-pool[0]: '10.0.0.0/64' is not a range",
                "[] | a list is not an object",
                "{ | not JSON: line 1, column 2",
            })
    void ofTheConfiguration(String content, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), content);
        Alcoves alcoves = new Alcoves(folder);
        alcoves.environment.put("ALCOVE_CONFIG", file.toString());
        Alcoves.Outcome outcome = alcoves.run("run", "host", "true");
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.err()).startsWith("alcove: " + file + ": " + message).contains("\n  mend: correct it");
        assertThat(Files.exists(alcoves.root())).isFalse();
    }

    @Test
    void aConfigurationThatIsNotThere() {
        Alcoves alcoves = new Alcoves(folder);
        alcoves.environment.put("ALCOVE_CONFIG", "none.json");
        assertThat(alcoves.run("run", "host", "true").err())
                .startsWith("alcove: ALCOVE_CONFIG: 'none.json' does not exist");
        alcoves.environment.remove("ALCOVE_CONFIG");
        alcoves.environment.put("ALCOVE_NETWORK", "a/b");
        assertThat(alcoves.run("run", "host", "true").err())
                .startsWith("alcove: ALCOVE_NETWORK: 'a/b' is not a network");
    }

    @Test
    void usageMistakesSayWhereToReadOn() {
        assertThat(refused("run", "--zebra").err())
                .isEqualTo("alcove: unknown flag '--zebra'\n  see 'alcove run --help'\n");
        assertThat(refused("zebra").err())
                .isEqualTo("alcove: 'zebra' is not a command of alcove\n  see 'alcove --help'\n");
    }

    @Test
    void aTerminalThatIsNone() {
        assertThat(refused("run", "-it", "host", "true").err()).startsWith("alcove: the input device is not a TTY\n");
    }

    @Test
    void controlCharactersStayOnTheirLine() {
        assertThat(refused("run", "--name", "a\n\u001b[31mb", "host").err()).contains("'a??[31mb'");
    }
}
