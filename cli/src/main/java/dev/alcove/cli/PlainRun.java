package dev.alcove.cli;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Open;
import dev.alcove.linux.Signal;
import dev.alcove.runtime.Container;
import java.nio.file.Path;

/** A container in the foreground without a terminal: it has the caller's own descriptors, nothing is copied. */
final class PlainRun {
    /** Starts a container with descriptors that stay the caller's. */
    interface Start {
        /** Starts it with these as standard input, output and error. */
        Container with(Fd in, Fd out, Fd err);
    }

    private PlainRun() {}

    /** Runs it to its end and returns its status. Without {@code interactive} there is nothing to read. */
    static int run(Shell shell, boolean interactive, Signal stopSignal, Start start) {
        if (interactive) {
            return follow(shell, start.with(shell.in(), shell.output(), shell.error()), stopSignal);
        }
        Container container;
        try (Fd nothing = Open.read().at(Path.of("/dev/null"))) {
            container = start.with(nothing, shell.output(), shell.error());
        }
        return follow(shell, container, stopSignal);
    }

    private static int follow(Shell shell, Container container, Signal stopSignal) {
        // Closing it ends it, should anything in between fail.
        try (container;
                Forwarding forwarding = Forwarding.to(shell.signals(), container, stopSignal)) {
            return container.waitFor();
        }
    }
}
