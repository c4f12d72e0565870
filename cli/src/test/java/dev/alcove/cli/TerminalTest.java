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
import java.util.concurrent.TimeUnit;
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

    /** Collects what a terminal shows; ends with the terminal. */
    private Pty open() {
        Pty pty = Pty.open();
        Thread reader = new Thread(() -> collect(pty));
        reader.setDaemon(true);
        reader.start();
        return pty;
    }

    private void collect(Pty pty) {
        byte[] bytes = new byte[4096];
        try {
            for (int n = 0; n >= 0; n = FdIo.read(pty.master(), ByteBuffer.wrap(bytes))) {
                synchronized (seen) {
                    seen.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
                    seen.notifyAll();
                }
            }
        } catch (IllegalStateException e) {
            // The test is over, and has closed it.
            return;
        }
    }

    /** Waits until the terminal has shown a text, and forgets all up to it. */
    private void await(String text) throws InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        synchronized (seen) {
            while (seen.indexOf(text) < 0) {
                assertThat(System.nanoTime()).as("waiting for %s after: %s", text, seen).isLessThan(end);
                seen.wait(100);
            }
            seen.delete(0, seen.indexOf(text) + text.length());
        }
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
        try (Pty pty = open()) {
            Terminal.size(pty.master(), new Terminal.Size(31, 101));
            CompletableFuture<Integer> status = run(pty, "run", "-it", "-e", "PS1=$ ", "host", "sh", "-i");
            await("$ ");
            type(pty, "stty size; tty; echo $TERM\r");
            await("31 101\r\n");
            await("/dev/pts/0\r\nxterm\r\n");

            type(pty, "sleep 1000\r");
            await("sleep 1000\r\n");
            // The shell must have made it the foreground job before the key is a signal for it.
            Thread.sleep(300);
            type(pty, "\u001a");
            await("Stopped");
            type(pty, "fg\r");
            await("sleep 1000\r\n");
            Thread.sleep(300);
            type(pty, "\u0003");
            await("$ ");
            type(pty, "echo $?\r");
            await("130\r\n");

            Terminal.size(pty.master(), new Terminal.Size(20, 80));
            alcoves.send(Signal.WINCH);
            type(pty, "stty size\r");
            await("20 80\r\n");

            type(pty, "exit 7\r");
            assertThat(status.get(60, TimeUnit.SECONDS)).isEqualTo(7);
            // No longer raw: what is typed is echoed by the terminal itself, and a line is only read whole.
            type(pty, "cooked\r");
            await("cooked\r\n");
            byte[] line = new byte[64];
            int n = FdIo.read(pty.slave(), ByteBuffer.wrap(line));
            assertThat(new String(line, 0, n, StandardCharsets.UTF_8)).isEqualTo("cooked\n");
        }
    }

    @Test
    void withoutInputItIsNotRaw() throws Exception {
        try (Pty pty = open()) {
            CompletableFuture<Integer> status = run(pty, "run", "-t", "host", "sh", "-c", "test -t 1 && echo terminal");
            await("terminal");
            assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void aFailedStartRestoresTheTerminal() throws Exception {
        try (Pty pty = open()) {
            assertThat(run(pty, "run", "-it", "host", "no-such-program").get(60, TimeUnit.SECONDS)).isEqualTo(127);
            type(pty, "cooked\r");
            await("cooked\r\n");
        }
    }

    @Test
    void executing() throws Exception {
        try (Pty pty = open()) {
            assertThat(alcoves.run("run", "-d", "--name", "web", "host", "sleep", "1000").status())
                    .isZero();
            CompletableFuture<Integer> status = run(pty, "exec", "-it", "web", "sh", "-c", "tty; read x; exit $x");
            await("/dev/");
            type(pty, "3\r");
            assertThat(status.get(60, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(alcoves.run("rm", "-f", "web").status()).isZero();
        }
    }
}
