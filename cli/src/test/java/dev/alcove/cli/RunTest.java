package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code alcove run} in the foreground: each flag acts, statuses are docker's, nothing stays. */
class RunTest {
    @TempDir
    Path folder;

    private Alcoves alcoves;

    @BeforeEach
    void prepare() {
        Needs.root();
        alcoves = new Alcoves(folder);
    }

    @AfterEach
    void nothingStaysRecorded() throws IOException {
        if (alcoves == null || !Files.exists(alcoves.root())) {
            return;
        }
        try (Stream<Path> left = Files.list(alcoves.root().resolve("containers"))) {
            assertThat(left).isEmpty();
        }
    }

    /** What a shell in a container prints. */
    private String sh(String flags, String script) {
        List<String> words = new ArrayList<>(List.of("run"));
        if (!flags.isEmpty()) {
            words.addAll(List.of(flags.split(" ")));
        }
        words.addAll(List.of("host", "sh", "-c", script));
        Alcoves.Outcome outcome = alcoves.run(words.toArray(new String[0]));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        return outcome.out().strip();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "0 | true",
                "7 | exit 7",
                "137 | kill -KILL $$ & wait; sh -c 'kill -KILL $$'; exit $?",
                "143 | sh -c 'kill -TERM $$'",
            })
    void statuses(int status, String script) {
        assertThat(alcoves.run("run", "host", "sh", "-c", script).status()).isEqualTo(status);
    }

    @Test
    void aSignalThatEndsIt() {
        assertThat(alcoves.run("run", "--timeout", "200ms", "host", "sleep", "100")
                        .status())
                .isEqualTo(128 + Signal.KILL.number());
    }

    @Test
    void commandsThatAreNotThere() throws IOException {
        Alcoves.Outcome outcome = alcoves.run("run", "host", "no-such-program");
        assertThat(outcome.status()).isEqualTo(127);
        assertThat(outcome.err()).contains("exec: \"no-such-program\": executable file not found in $PATH");
        assertThat(alcoves.run("run", "host", "/no/such/program").status()).isEqualTo(127);
        Path plain = Files.writeString(folder.resolve("plain"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(plain, PosixFilePermissions.fromString("rw-r--r--"));
        outcome = alcoves.run("run", "-v", plain + ":/plain", "host", "/plain");
        assertThat(outcome.status()).isEqualTo(126);
        assertThat(outcome.err()).contains("permission denied");
        assertThat(alcoves.run("run", "host", "/etc").status()).isEqualTo(126);
    }

    @Test
    void streams() {
        Alcoves.Outcome outcome = alcoves.withInput("hello\n", "run", "-i", "host", "sh", "-c", "cat; echo oops >&2");
        assertThat(outcome).isEqualTo(new Alcoves.Outcome(0, "hello\n", "oops\n"));
        assertThat(alcoves.withInput("hello\n", "run", "host", "cat").out()).isEmpty();
    }

    @Test
    void whatFollowsTheImageIsTheCommand() {
        assertThat(alcoves.run("run", "host", "echo", "--name", "-it", "--", "x")
                        .out())
                .isEqualTo("--name -it -- x\n");
        assertThat(alcoves.run("run", "--entrypoint", "echo", "host", "-n", "x").out())
                .isEqualTo("x");
        assertThat(alcoves.withInput("echo from the shell", "run", "-i", "host").out())
                .isEqualTo("from the shell\n");
    }

    @Test
    void variables() throws IOException {
        Files.writeString(folder.resolve("vars"), "# a file\nONE=1\nTWO=from file\nCALLER\n");
        alcoves.environment.put("CALLER", "passed on");
        alcoves.environment.put("SECRET", "x");
        String[] env = sh("--env-file vars -e TWO=2 -eTHREE= -e SECRETS", "env").split("\n");
        assertThat(env)
                .contains("ONE=1", "TWO=2", "THREE=", "CALLER=passed on", "HOME=/root")
                .noneMatch(v -> v.startsWith("SECRET"))
                .anyMatch(v -> v.startsWith("HOSTNAME="));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "-w /var/made/here => pwd => /var/made/here",
                "-u www-data => id -u; id -g; echo $HOME => 33 33 /var/www",
                "-u www-data:users => id -g => 100",
                "-u 1234:5678 --group-add tty --group-add 77 => id -u; id -G => 1234 5678 5 77",
                "-h box => hostname; echo $HOSTNAME; cat /etc/hostname => box box box",
                "-h box --domainname house => cat /proc/sys/kernel/domainname => house",
                "--add-host db:10.0.0.7 => grep -w db /etc/hosts => 10.0.0.7 db",
                "--tmpfs /t:size=1m,mode=700 => stat -f -c %b /t; stat -c %a /t; grep -o ' /t .*noexec' /proc/self/mountinfo | wc -l => 256 700 1",
                "--shm-size 2m => stat -f -c %b /dev/shm => 512",
                "--read-only => touch /var/x 2>/dev/null || echo refused => refused",
                "--mount type=tmpfs,dst=/m,tmpfs-size=4k => stat -f -c %b /m => 1",
                "--ulimit nofile=64:128 => ulimit -Sn; ulimit -Hn => 64 128",
                "--oom-score-adj 500 => cat /proc/self/oom_score_adj => 500",
                "--cap-drop ALL => grep CapEff /proc/self/status => CapEff:	0000000000000000",
                "--cap-drop ALL --cap-add cap_chown => grep CapBnd /proc/self/status => CapBnd:	0000000000000001",
                "--security-opt no-new-privileges => grep NoNewPrivs /proc/self/status => NoNewPrivs:	1",
                "--security-opt seccomp=unconfined => grep Seccomp: /proc/self/status => Seccomp:	0",
                "--security-opt systempaths=unconfined => grep -c ' /proc/' /proc/self/mountinfo || true => 0",
                "--security-opt mask=/etc/hosts => cat /etc/hosts => ``",
                "--init => cat /proc/1/comm => alcove-init",
                "--network none => ls /sys/class/net => lo",
                "--net none => ls /sys/class/net => lo",
                "--dns 192.0.2.53 --dns-search one.test --dns-search two.test --dns-option ndots:2 => cat /etc/resolv.conf => nameserver 192.0.2.53 search one.test two.test options ndots:2",
                "--network host --dns 192.0.2.53 --dns-search . => cat /etc/resolv.conf | grep -v options => nameserver 192.0.2.53",
                "--sysctl net.ipv4.ip_forward=1 => cat /proc/sys/net/ipv4/ip_forward => 1",
                "--ipc none => ls /dev/shm 2>/dev/null || echo none => none",
                "--landlock ro:/usr --landlock ro:/lib --landlock ro:/lib64 --landlock ro:/bin --landlock rw:/tmp => echo x > /tmp/a && cat /etc/hosts 2>&- || echo refused => refused",
                "--device /dev/null:/dev/nothing => echo x > /dev/nothing; stat -c '%t %T' /dev/nothing => 1 3",
                "-m 64m => cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max => 67108864",
                "--pids-limit 20 => cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max => 20",
                "--cpuset-cpus 0 => nproc => 1",
            })
    void flags(String flags, String script, String expected) {
        assertThat(sh(flags, script).replace('\n', ' ')).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void volumes() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("in"), "from outside");
        assertThat(sh("-v ./data:/mnt", "cat /mnt/in; echo from inside > /mnt/out"))
                .isEqualTo("from outside");
        assertThat(data.resolve("out")).hasContent("from inside");
        assertThat(sh("-v " + data + ":/mnt:ro", "touch /mnt/x 2>/dev/null || echo refused"))
                .isEqualTo("refused");
        assertThat(sh("--mount type=bind,src=" + data + ",dst=/mnt,readonly", "touch /mnt/x 2>&- || echo refused"))
                .isEqualTo("refused");
        assertThat(data.resolve("x")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "network, net",
        "pid, pid",
        "ipc, ipc",
        "uts, uts",
        "cgroupns, cgroup",
    })
    void roomsSharedWithTheHost(String flag, String kind) throws IOException {
        String ours = Files.readSymbolicLink(Path.of("/proc/self/ns", kind)).toString();
        assertThat(sh("--" + flag + " host", "readlink /proc/self/ns/" + kind)).isEqualTo(ours);
        assertThat(sh("", "readlink /proc/self/ns/" + kind)).isNotEqualTo(ours);
        assertThat(sh("--" + flag + " ns:/proc/self/ns/" + kind, "readlink /proc/self/ns/" + kind))
                .isEqualTo(ours);
    }

    @Test
    void clocks() {
        assertThat(Long.parseLong(sh("--time-offset boottime=+1000h", "cut -d. -f1 /proc/uptime")))
                .isGreaterThan(3_600_000L);
    }

    @Test
    void userNamespace() {
        assertThat(sh("--userns private", "id -u; readlink /proc/self/ns/user").split("\n"))
                .startsWith("0")
                .doesNotContain(readLink("/proc/self/ns/user"));
    }

    private static String readLink(String path) {
        try {
            return Files.readSymbolicLink(Path.of(path)).toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void privileged() {
        String all = sh("--privileged", "grep -c . /proc/kcore >&- 2>&-; grep CapEff /proc/self/status");
        assertThat(all).isNotEqualTo(sh("", "grep CapEff /proc/self/status"));
    }

    @Test
    void signalsArePassedOn() throws Exception {
        String script =
                "for s in INT TERM HUP QUIT USR1 USR2; do trap \"echo $s\" $s; done; trap 'echo $s; exit 9' USR2;"
                        + " echo ready > /mnt/ready; while :; do sleep 0.02; done";
        Path shared = Files.createDirectory(folder.resolve("shared"));
        CompletableFuture<Alcoves.Outcome> running = CompletableFuture.supplyAsync(
                () -> alcoves.run("run", "--timeout", "60s", "-v", shared + ":/mnt", "host", "bash", "-c", script));
        while (!Files.exists(shared.resolve("ready"))) {
            assertThat(running).isNotDone();
            Thread.sleep(10);
        }
        for (Signal signal : List.of(Signal.INT, Signal.TERM, Signal.HUP, Signal.QUIT, Signal.USR1, Signal.USR2)) {
            alcoves.send(signal);
            // Two at once would become one, or change places.
            Thread.sleep(150);
        }
        Alcoves.Outcome outcome = running.get(60, TimeUnit.SECONDS);
        assertThat(outcome.status()).isEqualTo(9);
        assertThat(outcome.out().lines().toList())
                .startsWith("INT", "TERM", "HUP", "QUIT", "USR1")
                .hasSize(6);
    }

    @Test
    void explainRunsNothing() {
        Alcoves.Outcome outcome = alcoves.run("explain", "run", "-v", folder + ":/mnt", "host", "touch", "/mnt/made");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).contains("clone3", "pivot_root", "seccomp", "execve");
        assertThat(folder.resolve("made")).doesNotExist();
        assertThat(alcoves.root()).doesNotExist();
    }

    @Test
    void explainPrintsTheSameEachTime() {
        String[] words = {"explain", "run", "-m", "64m", "--name", "web", "host", "true"};
        Alcoves.Outcome first = alcoves.run(words);
        assertThat(first.out()).contains("/alcove-<id>\"").doesNotContainPattern("[0-9a-f]{64}");
        assertThat(alcoves.run(words)).isEqualTo(first);
    }

    /** Before anything is made; what to do about it is said. */
    @Test
    void aLandlockPathThatIsNotThere() {
        Alcoves.Outcome outcome =
                alcoves.run("run", "--landlock", "ro:/usr", "--landlock", "ro:/no/such", "host", "true");
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.err())
                .contains("landlock: '/no/such' does not exist inside the container")
                .contains("likely cause: a wrong path: the container's files are not the machine's")
                .doesNotContain("step ")
                .contains("mend: correct the path of --landlock");
    }

    @Test
    void aCapabilityThatCannotBeGivenNamesItsFlag() {
        Set<Capability> ours = Capabilities.ofThread().effective();
        Optional<Capability> missing =
                Capabilities.known().stream().filter(c -> !ours.contains(c)).findFirst();
        assumeTrue(missing.isPresent(), "this process has all capabilities: none is refused");
        Alcoves.Outcome outcome = alcoves.run("run", "--cap-add", missing.get().kernelName(), "host", "true");
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.err()).contains("(--cap-add): '" + missing.get().kernelName() + "' cannot be given");
    }

    @Test
    void checkRunsAContainer() {
        Alcoves.Outcome outcome = alcoves.run("check");
        assertThat(outcome.out())
                .containsPattern("newuidmap .*maps ranges of ids without root")
                .containsPattern("newgidmap .*maps ranges of ids without root")
                .containsPattern("nft .*published ports")
                .containsPattern("ip_forward .*o(n|ff)")
                .containsPattern("pasta .*networks without root")
                .containsPattern("slirp4netns .*the same where there is no pasta");
        alcoves.environment.put("PATH", "/nowhere");
        assertThat(alcoves.run("check").out())
                .containsPattern("newuidmap +- +not on PATH: .* apt-get install -y uidmap")
                .containsPattern("newgidmap +- +not on PATH: .* apt-get install -y uidmap")
                .containsPattern("pasta +- +not on PATH: .* apt-get install -y passt")
                .containsPattern("slirp4netns +- +not on PATH: .* apt-get install -y slirp4netns");
        assertThat(outcome.out()).contains("Containers can run.").doesNotContain(" NO ");
        assertThat(outcome.status()).isZero();
    }
}
