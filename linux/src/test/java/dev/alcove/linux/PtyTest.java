package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PtyTest {
    private static String read(Fd fd, int length) {
        byte[] bytes = new byte[length];
        int done = 0;
        while (done < length) {
            int n = FdIo.read(fd, bytes, done, length - done);
            assertThat(n).isPositive();
            done += n;
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void type(Fd fd, String text) {
        FdIo.write(fd, text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aProgramRunsInATerminalToItsEnd() {
        try (Pty pty = Pty.open();
                Fd shell = Programs.open("/bin/sh")) {
            Terminal.size(pty.master(), new Terminal.Size(33, 77));
            Child child = Spawn.spawn(
                    shell,
                    List.of("sh", "-c", "test -t 0 && test -t 1 && stty size && read line && echo \"<$line>\""),
                    List.of("PATH=/usr/bin:/bin"),
                    Map.of(0, pty.slave(), 1, pty.slave(), 2, pty.slave()));
            pty.slave().close();
            assertThat(read(pty.master(), 7)).isEqualTo("33 77\r\n");
            type(pty.master(), "typed\n");
            // Echoed by the terminal, then said by the program; the end comes when it closed its terminal.
            assertThat(Programs.readAll(pty.master())).isEqualTo("typed\r\n<typed>\r\n");
            assertThat(child.reap().status()).isZero();
        }
    }

    @Test
    void knowsTerminalsAndTheirSizes() {
        try (Pty pty = Pty.open();
                Fd none = Programs.open("/dev/null")) {
            assertThat(Terminal.isTerminal(pty.slave())).isTrue();
            assertThat(Terminal.isTerminal(none)).isFalse();
            Terminal.size(pty.slave(), new Terminal.Size(50, 132));
            assertThat(Terminal.size(pty.master())).contains(new Terminal.Size(50, 132));
            Terminal.size(pty.slave(), new Terminal.Size(65535, 0));
            assertThat(Terminal.size(pty.slave())).contains(new Terminal.Size(65535, 0));
            assertThat(Terminal.size(none)).isEmpty();
            assertThatThrownBy(() -> Terminal.size(none, new Terminal.Size(1, 1)))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOTTY));
            assertThatThrownBy(() -> Terminal.raw(none)).isInstanceOf(LinuxException.class);
            assertThatThrownBy(() -> new Terminal.Size(65536, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void rawModeIsRestored() {
        try (Pty pty = Pty.open()) {
            for (int i = 0; i < 2; i++) {
                try (Terminal.Raw raw = Terminal.raw(pty.slave())) {
                    assertThat(raw).isNotNull();
                    type(pty.master(), "\u0003q\r");
                    assertThat(read(pty.slave(), 3))
                            .as("neither a signal, nor a line, nor CR to NL")
                            .isEqualTo("\u0003q\r");
                    type(pty.slave(), "a\nb");
                    assertThat(read(pty.master(), 3))
                            .as("not echoed, NL not to CR NL")
                            .isEqualTo("a\nb");
                }
                type(pty.master(), "cooked\r");
                assertThat(read(pty.slave(), 7)).isEqualTo("cooked\n");
                assertThat(read(pty.master(), 8)).isEqualTo("cooked\r\n");
            }
        }
    }

    @Test
    void opensTheTerminalsOfAGivenDevpts() {
        boolean can = Files.isWritable(Path.of("/dev/pts/ptmx"));
        if (!can) {
            System.out.println("skipped: /dev/pts/ptmx is root's alone, or not there");
        }
        Assumptions.assumeTrue(can, "/dev/pts/ptmx is root's alone, or not there");
        try (Fd devpts = Programs.open("/dev/pts");
                Pty one = Pty.open(devpts);
                Pty two = Pty.open(devpts)) {
            assertThat(one.number()).isNotEqualTo(two.number());
            assertThat(Path.of("/dev/pts", Integer.toString(one.number()))).exists();
            type(one.slave(), "said");
            assertThat(read(one.master(), 4)).isEqualTo("said");
        }
    }
}
