package dev.alcove.cli;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Poller;
import dev.alcove.linux.Signal;
import dev.alcove.linux.Terminal;
import dev.alcove.runtime.Container;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A container with a terminal in the foreground. The caller's terminal becomes raw, so that every key reaches the one
 * inside, whose line discipline makes signals of Ctrl-C and Ctrl-Z for the programs there.
 *
 * <pre>
 * caller's terminal (raw) ──keys──▶ master ─▶ slave: the container's /dev/console
 *                         ◀──text── master ◀─
 * </pre>
 */
final class TerminalRun implements AutoCloseable {
    private static final int BUFFER = 32 * 1024;

    private final Shell shell;
    private final Container container;
    private final Fd master;
    private final ByteBuffer keys = ByteBuffer.allocateDirect(4096);
    private @Nullable Poller poller;

    /** Takes a window's size. */
    interface Sizing {
        /** Rows and columns, 0 to 65535. */
        void size(int rows, int columns);
    }

    private TerminalRun(Shell shell, Container container, Fd master) {
        this.shell = shell;
        this.container = container;
        this.master = master;
    }

    /**
     * Starts a container that has a terminal, and is its terminal until it ends.
     *
     * @param start       starts it
     * @param first       takes the window's size before the start
     * @param interactive whether what is typed goes to it
     * @return its exit status
     */
    static int run(Shell shell, Supplier<Container> start, Sizing first, boolean interactive) {
        Optional<Fd> window = window(shell);
        if (window.isPresent()) {
            Terminal.size(window.get()).ifPresent(s -> first.size(s.rows(), s.columns()));
        }
        try (Forwarding signals = Forwarding.listen(shell.signals(), Signal.TERM);
                Container container = start.get()) {
            signals.to(container);
            Fd master = container
                    .terminal()
                    .orElseThrow(() -> new IllegalStateException("the container was started without a terminal"));
            try (TerminalRun run = new TerminalRun(shell, container, master)) {
                return run.relay(window, interactive);
            }
        }
    }

    /** The descriptor whose window is the caller's. */
    private static Optional<Fd> window(Shell shell) {
        if (Terminal.isTerminal(shell.output())) {
            return Optional.of(shell.output());
        }
        return Terminal.isTerminal(shell.in()) ? Optional.of(shell.in()) : Optional.empty();
    }

    private int relay(Optional<Fd> window, boolean interactive) {
        try (SignalSource.Subscription resized = shell.signals().on(Signal.WINCH, s -> window.ifPresent(this::resize));
                // After the signals are ours: none may end us while the terminal is raw.
                Terminal.Raw raw = interactive ? Terminal.raw(shell.in()) : null) {
            // It may have changed between the start and now.
            window.ifPresent(this::resize);
            Thread output = new Thread(this::copyOutput, "alcove-terminal");
            output.setDaemon(true);
            output.start();
            if (interactive) {
                poller = new Poller("alcove-keys");
                awaitKeys();
            }
            int status = container.waitFor();
            join(output);
            return status;
        }
    }

    private void resize(Fd window) {
        try {
            Terminal.size(window).ifPresent(size -> Terminal.size(master, size));
        } catch (LinuxException | IllegalStateException e) {
            // The container has ended in the meantime.
            return;
        }
    }

    private void awaitKeys() {
        Poller p = poller;
        if (p != null) {
            p.register(shell.in(), this::copyKeys);
        }
    }

    /** Called when something was typed, so that no reader stays behind to swallow what is meant for the shell. */
    private void copyKeys() {
        keys.clear();
        try {
            if (FdIo.read(shell.in(), keys) == FdIo.END) {
                return;
            }
            FdIo.write(master, keys.flip());
        } catch (LinuxException | IllegalStateException e) {
            // The caller's terminal or the container is gone.
            return;
        }
        awaitKeys();
    }

    /** Until the last program inside has closed its end. */
    private void copyOutput() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        boolean heard = true;
        try {
            while (FdIo.read(master, buffer.clear()) != FdIo.END) {
                // When nobody listens any more, it goes on all the same: the program must not hang.
                heard = heard && write(buffer.flip());
            }
        } catch (LinuxException | IllegalStateException e) {
            return;
        }
    }

    private boolean write(ByteBuffer bytes) {
        try {
            FdIo.write(shell.output(), bytes);
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Poller p = poller;
        if (p != null) {
            p.close();
        }
    }
}
