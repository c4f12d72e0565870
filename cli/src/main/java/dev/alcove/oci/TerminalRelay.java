package dev.alcove.oci;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Terminal;
import dev.alcove.runtime.ContainerException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The caller's own terminal for a process in the foreground that has one, where no console socket takes it: this process
 * stays and copies both ways until the process has ended. The caller's terminal is raw meanwhile, so that every key reaches
 * the one inside.
 */
final class TerminalRelay implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;
    private static final Duration REST = Duration.ofSeconds(1);

    private final Fd caller;
    private @Nullable Fd master;

    private TerminalRelay(Fd caller) {
        this.caller = caller;
    }

    /**
     * The caller's terminal: the first of standard input, output and error that is one.
     *
     * @throws ContainerException if none is
     */
    static TerminalRelay ofCaller() {
        for (int which : List.of(0, 1, 2)) {
            if (Terminal.isTerminal(Fd.standard(which))) {
                return new TerminalRelay(Fd.standard(which));
            }
        }
        throw new ContainerException(
                ContainerException.Kind.INVALID,
                "process.terminal: cannot allocate a terminal without --console-socket: the caller has none itself"
                        + "\n  mend: give the socket that is to get it, run it in a terminal, or set terminal to false");
    }

    /** Takes the master of the process's terminal, which gets the size of the caller's. */
    void take(Fd given) {
        master = given;
        resize(given);
    }

    private void resize(Fd given) {
        try {
            Optional<Terminal.Size> size = Terminal.size(caller);
            size.ifPresent(s -> Terminal.size(given, s));
        } catch (LinuxException | IllegalStateException e) {
            // The process has ended in the meantime.
            return;
        }
    }

    /**
     * Copies until the process has ended.
     *
     * @param end returns when it has
     */
    void serve(Runnable end) {
        Fd given = master;
        if (given == null) {
            end.run();
            return;
        }
        var before = sun.misc.Signal.handle(new sun.misc.Signal("WINCH"), s -> resize(given));
        try (Terminal.Raw raw = Terminal.isTerminal(Fd.standard(0)) ? Terminal.raw(Fd.standard(0)) : null) {
            start("alcove-keys", () -> copy(Fd.standard(0), given));
            Thread output = start("alcove-terminal", () -> copy(given, Fd.standard(1)));
            end.run();
            join(output);
        } finally {
            sun.misc.Signal.handle(new sun.misc.Signal("WINCH"), before);
        }
    }

    private static Thread start(String name, Runnable work) {
        return Thread.ofPlatform().name(name).daemon().start(work);
    }

    private static void copy(Fd from, Fd to) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try {
            while (FdIo.read(from, buffer.clear()) != FdIo.END) {
                FdIo.write(to, buffer.flip());
            }
        } catch (LinuxException | IllegalStateException e) {
            // One of the two ends is gone.
            return;
        }
    }

    /** What is left in the terminal; a process that stays in the background may hold it open for ever. */
    private static void join(Thread output) {
        try {
            output.join(REST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Fd given = master;
        if (given != null) {
            given.close();
        }
    }
}
