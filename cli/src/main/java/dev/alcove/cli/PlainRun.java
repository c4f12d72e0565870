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
        // Closing the container ends it, should anything in between fail.
        try (Forwarding signals = Forwarding.listen(shell.signals(), stopSignal);
                Container container = start(shell, interactive, start)) {
            signals.to(container);
            return container.waitFor();
        }
    }

    private static Container start(Shell shell, boolean interactive, Start start) {
        if (interactive) {
            return start.with(shell.in(), shell.output(), shell.error());
        }
        try (Fd nothing = Open.read().at(Path.of("/dev/null"))) {
            return start.with(nothing, shell.output(), shell.error());
        }
    }
}
