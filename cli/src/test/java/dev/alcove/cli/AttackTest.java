package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.FileStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a hostile container tries on the way out, and on whoever enters it. */
class AttackTest {
    private static final String NAME = "hostile";

    @TempDir
    Path folder;

    private Alcoves alcoves;

    @BeforeEach
    void prepare() {
        Needs.root();
        alcoves = new Alcoves(folder);
    }

    @AfterEach
    void remove() {
        if (alcoves != null) {
            alcoves.run("rm", "-f", NAME);
        }
    }

    private void start(String... flags) {
        String[] words = new String[flags.length + 7];
        System.arraycopy(new String[] {"run", "-d", "--name", NAME}, 0, words, 0, 4);
        System.arraycopy(flags, 0, words, 4, flags.length);
        System.arraycopy(new String[] {"host", "sleep", "1000"}, 0, words, 4 + flags.length, 3);
        assertThat(alcoves.run(words).status()).isZero();
    }

    /** CVE-2024-21626: the working directory is a descriptor of the host's that is still open. */
    @Test
    void aWorkingDirectoryBelowTheDescriptors() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "of the host");
        start("-w", "/tmp/w");
        String look = "cat ../../../../../../.." + secret + " 2>/dev/null; true";
        assertThat(alcoves.run("exec", "-w", "/", NAME, "sh", "-c", look).out()).isEmpty();
        for (int fd = 3; fd < 32; fd++) {
            String direct = "/proc/self/fd/" + fd;
            assertThat(alcoves.run("exec", "-w", direct, NAME, "sh", "-c", look).out())
                    .isEmpty();
            String link = "rm -rf /tmp/w; ln -s " + direct + " /tmp/w";
            assertThat(alcoves.run("exec", "-w", "/", NAME, "sh", "-c", link).status())
                    .isZero();
            assertThat(alcoves.run("exec", NAME, "sh", "-c", look).out()).isEmpty();
        }
    }

    /** A masked file is the host's null device: it can be read and written there, and its node not be changed. */
    @Test
    void theHostsNullDeviceStaysAsItIs() {
        FileStat before = FileStat.find(Path.of("/dev/null")).orElseThrow();
        String attack = "cat /proc/keys; chmod 600 /proc/keys; chown 1 /proc/keys; stat -c %a /proc/keys";
        Alcoves.Outcome outcome = alcoves.run("run", "host", "sh", "-c", attack);
        assertThat(outcome.out()).isEqualTo("666\n");
        assertThat(outcome.err()).contains("Read-only file system");
        assertThat(FileStat.find(Path.of("/dev/null"))).contains(before);
    }

    /** Whoever enters is as confined as the container. */
    @Test
    void whoEntersIsAsConfined() {
        start("--landlock", "ro:/usr", "--landlock", "ro:/proc", "--ulimit", "nofile=100");
        Alcoves.Outcome entered =
                alcoves.run("exec", NAME, "/usr/bin/sh", "-c", "ulimit -n; ls /var; ls /usr > /proc/self/fd/1");
        assertThat(entered.out()).startsWith("100\n");
        assertThat(entered.err()).contains("/var").contains("Permission denied");
    }

    /** PTY-masters: a container that replaces /dev/ptmx does not choose what is opened for who enters. */
    @Test
    void aPtmxOfTheContainersOwn() {
        start();
        String replace = "rm /dev/ptmx && mkfifo /dev/ptmx";
        assertThat(alcoves.run("exec", NAME, "sh", "-c", replace).status()).isZero();
        assertThat(alcoves.run("exec", NAME, "sh", "-c", "test -p /dev/ptmx && test -c /dev/pts/ptmx")
                        .status())
                .isZero();
    }

    /** The user namespace of another container, which then owns what this one makes; its groups go all the same. */
    @Test
    void theUsersOfAnother() {
        start("--userns", "private");
        Alcoves.Outcome joined = alcoves.run(
                "run", "--userns", "container:" + NAME, "host", "sh", "-c", "id -u; cat /proc/self/uid_map");
        assertThat(joined.status()).as(joined.err()).isZero();
        assertThat(joined.out()).startsWith("0\n").containsPattern("0 +[1-9][0-9]+ +65536");
        assertThat(alcoves.run("rm", "-f", NAME).status()).isZero();
    }
}
