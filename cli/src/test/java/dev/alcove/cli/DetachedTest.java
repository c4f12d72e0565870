package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers in the background: found, joined, signalled, waited for and removed by their names. */
class DetachedTest {
    @TempDir
    Path folder;

    private Alcoves alcoves;

    @BeforeEach
    void prepare() {
        Needs.root();
        alcoves = new Alcoves(folder);
    }

    @AfterEach
    void removeAll() throws IOException {
        if (alcoves == null) {
            return;
        }
        for (StoredContainer c : ContainerStore.at(alcoves.root()).list()) {
            c.remove(true);
        }
        try (Stream<Path> left = Files.list(alcoves.root().resolve("containers"))) {
            assertThat(left).isEmpty();
        }
    }

    private String ok(String... words) {
        Alcoves.Outcome outcome = alcoves.run(words);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        return outcome.out();
    }

    @Test
    void aLife() throws IOException {
        String id = ok("run", "-d", "--name", "web", "-e", "COLOR=red", "host", "sleep", "1000")
                .strip();
        assertThat(id).matches("[0-9a-f]{64}");
        assertThat(ok("ps").lines().toList())
                .hasSize(2)
                .last()
                .asString()
                .matches(id.substring(0, 12) + " +host +\"sleep 1000\" +.* ago +Up .* +web");
        assertThat(ok("ps", "-q")).isEqualTo(id.substring(0, 12) + "\n");
        assertThat(ok("ps", "-q", "--no-trunc")).isEqualTo(id + "\n");
        assertThat(ok("ps", "--format", "json")).contains("\"Names\":\"web\"", "\"State\":\"running\"");
        assertThat(ok("ps", "--format", "{{.Names}}={{ .Image }}")).isEqualTo("web=host\n");

        assertThat(ok("exec", "web", "sh", "-c", "cat /proc/1/comm; echo $COLOR"))
                .isEqualTo("sleep\nred\n");
        assertThat(ok(
                        "exec",
                        "-u",
                        "www-data",
                        "-w",
                        "/usr",
                        "-e",
                        "COLOR=blue",
                        id.substring(0, 8),
                        "sh",
                        "-c",
                        "id -un; pwd; echo $COLOR"))
                .isEqualTo("www-data\n/usr\nblue\n");
        assertThat(alcoves.withInput("typed", "exec", "-i", "web", "cat").out()).isEqualTo("typed");
        assertThat(alcoves.run("exec", "web", "sh", "-c", "exit 5").status()).isEqualTo(5);
        assertThat(alcoves.run("exec", "web", "no-such-program").status()).isEqualTo(127);
        assertThat(alcoves.run("exec", "-u", "nobdy", "web", "id").err())
                .startsWith("alcove: unable to find user 'nobdy'; did you mean 'nobody'?");

        int pid = ContainerStore.at(alcoves.root()).find("web").pid().getAsInt();
        String theirs =
                Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
        assertThat(ok("run", "--network", "container:web", "host", "readlink", "/proc/self/ns/net")
                        .strip())
                .isEqualTo(theirs);

        Alcoves.Outcome again = alcoves.run("run", "-d", "--name", "web", "host", "true");
        assertThat(again.status()).isEqualTo(125);
        assertThat(again.err()).startsWith("alcove: the name 'web' is in use by container " + id);
        Alcoves.Outcome running = alcoves.run("rm", "web");
        assertThat(running.status()).isEqualTo(125);
        assertThat(running.err()).startsWith("alcove: container web is running");

        assertThat(ok("kill", "web")).isEqualTo("web\n");
        assertThat(ok("wait", "web")).isEqualTo("137\n");
        assertThat(ok("ps", "-q")).isEmpty();
        assertThat(ok("ps", "-a")).contains("Exited (137)");
        assertThat(alcoves.run("kill", "web").err()).startsWith("alcove: container web is not running");
        assertThat(alcoves.run("exec", "web", "true").status()).isEqualTo(125);
        assertThat(alcoves.run("run", "--pid", "container:web", "host", "true").err())
                .startsWith("alcove: --pid: container web is not running");
        assertThat(ok("rm", "web")).isEqualTo("web\n");
        assertThat(ok("ps", "-aq")).isEmpty();
    }

    @Test
    void seenFromOutside() throws IOException {
        ok(
                "run",
                "-d",
                "--name",
                "limits",
                "-m",
                "64m",
                "--pids-limit",
                "20",
                "--oom-score-adj",
                "300",
                "--ulimit",
                "nofile=77",
                "-u",
                "33",
                "--cap-drop",
                "ALL",
                "host",
                "sleep",
                "1000");
        StoredContainer c = ContainerStore.at(alcoves.root()).find("limits");
        Path proc = Path.of("/proc/" + c.pid().getAsInt());
        assertThat(proc.resolve("oom_score_adj")).hasContent("300");
        assertThat(Files.readString(proc.resolve("limits"))).containsPattern("Max open files +77 +77 ");
        assertThat(Files.readString(proc.resolve("status")))
                .contains("Uid:\t33\t33\t33\t33", "CapBnd:\t0000000000000000", "Seccomp:\t2");
        assertThat(Files.readString(proc.resolve("cgroup"))).contains("alcove-" + c.id());
        for (String kind : new String[] {"net", "pid", "ipc", "uts", "mnt", "cgroup"}) {
            assertThat(Files.readSymbolicLink(proc.resolve("ns/" + kind)))
                    .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns", kind)));
        }
        assertThat(ok("rm", "-f", "limits")).isEqualTo("limits\n");
        assertThat(proc).doesNotExist();
        try (Stream<Path> groups = Files.walk(Path.of("/sys/fs/cgroup"), 2)) {
            assertThat(groups.filter(p -> p.toString().contains(c.id()))).isEmpty();
        }
    }

    @Test
    void signalsReachIt() {
        ok("run", "-d", "--name", "trap", "host", "sh", "-c", "trap 'exit 6' USR1; while :; do sleep 0.02; done");
        // The trap may not be set yet: PID 1 ignores the signal until then.
        while (!ok("ps", "-q").isEmpty()) {
            alcoves.run("kill", "-s", "USR1", "trap");
        }
        assertThat(ok("wait", "trap")).isEqualTo("6\n");
    }

    @Test
    void removedWhenItEnds() {
        ok("run", "-d", "--rm", "--name", "short", "host", "sleep", "0.3");
        assertThat(alcoves.run("wait", "short").out()).isIn("0\n", "");
        assertThat(ok("ps", "-aq")).isEmpty();
    }

    @Test
    void aFailedStartIsNotRecorded() {
        assertThat(alcoves.run("run", "-d", "--name", "bad", "host", "no-such-program")
                        .status())
                .isEqualTo(127);
        assertThat(ok("ps", "-aq")).isEmpty();
    }

    @Test
    void oneThatFailsDoesNotKeepTheOthers() {
        ok("run", "-d", "--name", "one", "host", "sleep", "1000");
        ok("run", "-d", "--name", "two", "host", "sleep", "1000");
        Alcoves.Outcome outcome = alcoves.run("rm", "-f", "one", "none", "two");
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.out()).isEqualTo("one\ntwo\n");
        assertThat(outcome.err()).startsWith("alcove: no such container: none");
    }
}
