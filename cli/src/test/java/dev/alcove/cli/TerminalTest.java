package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.FdIo;
import dev.alcove.linux.Pty;
import dev.alcove.linux.Signal;
import dev.alcove.linux.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code alcove run -it} in a terminal of the test's own. */
class TerminalTest {
    @TempDir
    Path folder;

    private Alcoves alcoves;
    private final StringBuilder seen = new StringBuilder();

    @BeforeEach
    void prepare() {
        Needs.root();
        alcoves = new Alcoves(folder);
    }

    /** Reads what the terminal shows until it holds a text. */
    private void await(Pty pty, String text) {
        byte[] bytes = new byte[4096];
        while (seen.indexOf(text) < 0) {
            int n = FdIo.read(pty.master(), ByteBuffer.wrap(bytes));
            assertThat(n).as("waiting for %s after: %s", text, seen).isPositive();
            seen.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
        }
        seen.delete(0, seen.indexOf(text) + text.length());
    }

    private static void type(Pty pty, String text) {
        FdIo.write(pty.master(), text.getBytes(StandardCharsets.UTF_8));
    }

    private CompletableFuture<Integer> run(Pty pty, String... words) {
        Shell shell = alcoves.shell(
                new ByteArrayOutputStream(), new ByteArrayOutputStream(), pty.slave(), pty.slave(), pty.slave());
        return CompletableFuture.supplyAsync(() -> Alcove.run(shell, List.of(words)));
    }

    @Test
    void aShellWithJobControl() throws Exception {
        try (Pty pty = Pty.open()) {
            Terminal.size(pty.master(), new Terminal.Size(31, 101));
            CompletableFuture<Integer> status = run(pty, "run", "-it", "-e", "PS1=$ ", "host", "sh", "-i");
            await(pty, "$ ");
            type(pty, "stty size; tty; echo $TERM\r");
            await(pty, "31 101\r\n");
            await(pty, "/dev/pts/0\r\nxterm\r\n");

            type(pty, "sleep 1000\r");
            await(pty, "sleep 1000\r\n");
            // The shell must have made it the foreground job before the key is a signal for it.
            Thread.sleep(300);
            type(pty, "\u001a");
            await(pty, "Stopped");
            type(pty, "fg\r");
            await(pty, "sleep 1000\r\n");
            Thread.sleep(300);
            type(pty, "\u0003");
            await(pty, "$ ");
            type(pty, "echo $?\r");
            await(pty, "130\r\n");

            Terminal.size(pty.master(), new Terminal.Size(20, 80));
            alcoves.send(Signal.WINCH);
            type(pty, "stty size\r");
            await(pty, "20 80\r\n");

            type(pty, "exit 7\r");
            assertThat(status.get()).isEqualTo(7);
            // No longer raw: what is typed is echoed by the terminal itself, and a line is only read whole.
            seen.setLength(0);
            type(pty, "cooked\r");
            await(pty, "cooked\r\n");
            byte[] line = new byte[64];
            int n = FdIo.read(pty.slave(), ByteBuffer.wrap(line));
            assertThat(new String(line, 0, n, StandardCharsets.UTF_8)).isEqualTo("cooked\n");
        }
    }

    @Test
    void withoutInputItIsNotRaw() throws Exception {
        try (Pty pty = Pty.open()) {
            CompletableFuture<Integer> status = run(pty, "run", "-t", "host", "sh", "-c", "test -t 1 && echo terminal");
            await(pty, "terminal\r\n");
            assertThat(status.get()).isZero();
        }
    }

    @Test
    void aFailedStartRestoresTheTerminal() throws Exception {
        try (Pty pty = Pty.open()) {
            assertThat(run(pty, "run", "-it", "host", "no-such-program").get()).isEqualTo(127);
            type(pty, "cooked\r");
            await(pty, "cooked\r\n");
        }
    }

    @Test
    void executing() throws Exception {
        try (Pty pty = Pty.open()) {
            assertThat(alcoves.run("run", "-d", "--name", "web", "host", "sleep", "1000").status())
                    .isZero();
            CompletableFuture<Integer> status = run(pty, "exec", "-it", "web", "sh", "-c", "tty; read x; exit $x");
            await(pty, "/dev/");
            type(pty, "3\r");
            assertThat(status.get()).isEqualTo(3);
            assertThat(alcoves.run("rm", "-f", "web").status()).isZero();
        }
    }
}
