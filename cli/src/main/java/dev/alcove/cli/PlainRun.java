package dev.alcove.cli;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Open;
import dev.alcove.linux.Signal;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import java.nio.file.Path;

/** A container in the foreground without a terminal: it has the caller's own descriptors, nothing is copied. */
final class PlainRun {
    private PlainRun() {}

    static int run(Shell shell, ContainerBuilder builder, boolean interactive, Signal stopSignal) {
        Fd nothing = interactive ? null : Open.read().at(Path.of("/dev/null"));
        try {
            builder.redirect(nothing == null ? shell.in() : nothing, shell.output(), shell.error());
            // Closing it ends it, should anything below fail.
            try (Container container = builder.start();
                    Forwarding forwarding = Forwarding.to(shell.signals(), container, stopSignal)) {
                return container.waitFor();
            }
        } finally {
            if (nothing != null) {
                nothing.close();
            }
        }
    }
}
