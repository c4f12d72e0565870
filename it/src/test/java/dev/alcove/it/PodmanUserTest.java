package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** podman of an ordinary user: it calls {@code alcove-oci} inside the user namespace that it made for itself. */
@DisplayName("podman of an ordinary user")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PodmanUserTest {
    @TempDir
    static Path folder;

    private Callers podman;

    @BeforeAll
    void podman() throws IOException {
        podman = Callers.asUser(folder);
        assertThat(podman.say("id -u")).isEqualTo(Long.toString(OrdinaryUser.ID));
        // podman keeps a process that holds its namespaces open; it is the first command's.
        assertThat(podman.run("", "echo it runs")).isEqualTo(new Said(0, "it runs"));
    }

    @AfterEach
    void nothingStays() {
        podman.removeAll();
    }

    @AfterAll
    void end() throws IOException {
        if (podman != null) {
            podman.close();
        }
    }

    @Test
    void itsRootIsTheUser() {
        Said said = podman.run(
                "--hostname web --sysctl net.ipv4.ip_forward=1 -v " + podman.folder() + "/home:/mine",
                "sh -c 'id -u; tr -s \" \" < /proc/self/uid_map; hostname; cat /proc/sys/net/ipv4/ip_forward;"
                        + " touch /mine/made && stat -c %u /mine/made; echo x > /dev/null && echo null; exit 3'");
        assertThat(said).isEqualTo(new Said(3, "0\n 0 " + OrdinaryUser.ID + " 1\n 1 300000 65536\nweb\n1\n0\nnull"));
        assertThat(podman.say("stat -c %u made")).isEqualTo(Long.toString(OrdinaryUser.ID));
        assertThat(podman.run("--user 1000", "id -u")).isEqualTo(new Said(0, "1000"));
        assertThat(podman.run("", "nosuch").status()).isEqualTo(127);
        assertThat(podman.run("", "/etc/plain").status()).isEqualTo(126);
    }

    @Test
    void aUserNamespaceInsideOfPodmans() {
        assertThat(podman.run("--userns keep-id", "sh -c 'id -u; tr -s \" \" < /proc/self/uid_map'"))
                .isEqualTo(new Said(
                        0,
                        OrdinaryUser.ID + "\n 0 1 " + OrdinaryUser.ID + "\n " + OrdinaryUser.ID + " 0 1\n "
                                + (OrdinaryUser.ID + 1) + " " + (OrdinaryUser.ID + 1) + " "
                                + (65536 - OrdinaryUser.ID)));
        assertThat(podman.run("--userns nomap", "sh -c 'tr -s \" \" < /proc/self/uid_map'"))
                .isEqualTo(new Said(0, " 0 1 65536"));
    }

    @Test
    void aRunningContainerIsLed() {
        podman.start("led", "", "sh -c 'trap \"exit 5\" TERM; echo up; while :; do sleep 0.1; done'");
        assertThat(podman.attempt("podman exec led sh -c 'id -u; exit 4'")).isEqualTo(new Said(4, "0"));
        assertThat(podman.ok("podman top led args")).contains("trap");
        String rooms = podman.ok("podman exec led " + PodmanTest.rooms("user net pid", ""));
        assertThat(podman.run(
                        "--userns container:led --network container:led --pid container:led --ipc container:led"
                                + " --uts container:led",
                        PodmanTest.rooms("user net pid", "")))
                .as("also its user namespace, which is podman's own")
                .isEqualTo(new Said(0, rooms));
        Wait.until("it is up", () -> podman.ok("podman logs led").equals("up"));
        podman.ok("podman stop -t 20 led");
        assertThat(podman.ok("podman wait led")).isEqualTo("5");
    }
}
