package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Signal;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a monitor does for others: the files that it holds locked, the command that it executes at the end. */
@Timeout(120)
class MonitorDutiesTest {
    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void needsRoot() throws IOException {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        root = folder.resolve("state");
    }

    private static String id(String of) {
        return "test-duty-" + ProcessHandle.current().pid() + "-" + of;
    }

    @Test
    void aLockIsHeldAsLongAsTheContainerLives() throws IOException {
        Path alive = folder.resolve("alive");
        Path more = folder.resolve("more");
        ContainerBuilder b = new ContainerBuilder("cat").hold(alive).hold(more);
        try (Container c = b.start()) {
            assertThat(Flock.isHeld(alive)).isTrue();
            assertThat(Flock.isHeld(more)).isTrue();
            // One more process has a monitor that is a copy of the first: it holds nothing.
            try (Container one = c.exec("true").start()) {
                assertThat(one.waitFor()).isZero();
            }
            assertThat(Flock.isHeld(alive)).isTrue();
            c.process().getOutputStream().close();
            assertThat(c.waitFor()).isZero();
            Flock.awaitFree(alive);
            Flock.awaitFree(more);
        }
        assertThat(Files.getPosixFilePermissions(alive)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aLockIsFreeAfterAStartThatFailed() {
        Path alive = folder.resolve("alive");
        assertThatThrownBy(() ->
                        new ContainerBuilder("no-such-program").hold(alive).start())
                .isInstanceOf(ContainerException.class);
        assertThat(Flock.isHeld(alive)).isFalse();
        // One that cannot be made is a failed start as well.
        assertThatThrownBy(() -> new ContainerBuilder("true")
                        .hold(folder.resolve("no/such/folder/alive"))
                        .start())
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("no/such/folder/alive");
    }

    @Test
    void theCommandRunsWhenAllIsOver() throws IOException {
        String id = id("plain");
        Path said = folder.resolve("said");
        List<String> groups = CgroupLayout.read().hierarchies().stream()
                .map((CgroupHierarchy h) -> h.directory("alcove-" + id))
                .toList();
        Leaving.start(
                id,
                root,
                "{ env; pwd; readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2; grep SigBlk /proc/self/status;"
                        + " echo $(readlink /proc/$$/fd/* | grep -c -e lock -e socket) of ours; cat " + root
                        + "/containers/" + id + "/exit; ls -d "
                        + String.join(" ", groups) + " || echo no groups; } > " + said + " 2> /dev/null",
                "sh",
                "-c",
                "exit 3");
        StoredContainer c = ContainerStore.at(root).find(id);
        // Whoever waits for the container waits for the command too.
        assertThat(c.waitFor()).isEqualTo(3);
        // Behind the record of the end are blanks.
        List<String> lines =
                Files.readAllLines(said).stream().map(String::strip).toList();
        assertThat(lines)
                .contains(
                        "FOR=" + id, "PATH=/usr/bin:/bin", "SigBlk:\t0000000000000000", "768", "0 of ours", "no groups")
                .contains("/", "/dev/null");
        assertThat(lines.stream().filter(l -> l.contains("=") && !l.startsWith("_=")))
                .as("nothing of this JVM's environment")
                .allMatch(l -> l.startsWith("FOR=") || l.startsWith("PATH=") || l.startsWith("PWD="));
        c.remove(false);
    }

    @Test
    void theCommandRunsAlsoWhenTheStarterWasKilled() throws Exception {
        String id = id("orphan");
        Path said = folder.resolve("said");
        Process starter = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Leaving.class.getName(),
                        id,
                        root.toString(),
                        "echo over > " + said)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = starter.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).matches("[0-9]+");
            assertThat(starter.destroyForcibly().waitFor()).isEqualTo(137);
        }
        StoredContainer c = ContainerStore.at(root).find(id);
        assertThat(c.status()).isEqualTo(StoredContainer.Status.RUNNING);
        assertThat(said).doesNotExist();
        c.signal(Signal.KILL);
        assertThat(c.waitFor()).isEqualTo(137);
        assertThat(said).hasContent("over\n");
        c.remove(false);
    }

    /** What was to go at its end is gone when the command runs. */
    @Test
    void theRecordThatIsNotKeptGoesBefore() throws IOException {
        String id = id("gone");
        Path said = folder.resolve("said");
        Path alive = folder.resolve("alive");
        ContainerBuilder b = new ContainerBuilder("sleep", "1000")
                .id(id)
                .hold(alive)
                .afterEnd(List.of("/bin/sh", "-c", "ls " + root + "/containers > " + said), Map.of());
        ContainerStore store = ContainerStore.at(root);
        try (ContainerStore.NewContainer recorded = store.create(b, "", "host", "", true, true)) {
            b.start().close();
        }
        store.find(id).signal(Signal.KILL);
        Flock.awaitFree(alive);
        assertThat(said).hasContent("");
    }

    @Test
    void aCommandThatCannotBeChangesNothing() throws IOException {
        for (List<String> command : List.of(List.of("/no/such/program"), List.of("/bin/false"))) {
            String id = id("bad" + command.getFirst().length());
            ContainerBuilder b =
                    new ContainerBuilder("sh", "-c", "exit 4").id(id).afterEnd(command, Map.of());
            ContainerStore store = ContainerStore.at(root);
            try (ContainerStore.NewContainer recorded = store.create(b, "", "host", "", false, true)) {
                b.start().close();
            }
            StoredContainer c = store.find(id);
            assertThat(c.waitFor()).isEqualTo(4);
            c.remove(false);
        }
    }

    /** Its children are born where the monitor's own are: not in a PID namespace that has ended. */
    @Test
    void theCommandIsNotInThePidNamespaceThatWasJoined() throws IOException {
        Path said = folder.resolve("said");
        String id = id("joined");
        ContainerStore store = ContainerStore.at(root);
        try (Container other = new ContainerBuilder("cat").start()) {
            ContainerBuilder b = new ContainerBuilder("sleep", "1000")
                    .id(id)
                    .room(
                            dev.alcove.linux.NamespaceKind.PID,
                            new ContainerBuilder.Room.Joined(
                                    Path.of("/proc/" + other.process().pid() + "/ns/pid")))
                    .afterEnd(List.of("/bin/sh", "-c", "readlink /proc/self/ns/pid > " + said), Map.of());
            try (ContainerStore.NewContainer recorded = store.create(b, "", "host", "", false, true)) {
                b.start().close();
            }
            other.process().getOutputStream().close();
            assertThat(other.waitFor()).isZero();
        }
        // The other's PID 1 has taken it along.
        StoredContainer c = store.find(id);
        assertThat(c.waitFor()).isEqualTo(137);
        assertThat(said).hasContent(Files.readSymbolicLink(Path.of("/proc/self/ns/pid")) + "\n");
        c.remove(false);
    }

    @Test
    void refusedWhereTheCallerIsThere() {
        assertThatThrownBy(() -> new ContainerBuilder("true")
                        .afterEnd(List.of("/bin/true"), Map.of())
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("afterEnd: only a container that outlives this process needs it");
    }
}
