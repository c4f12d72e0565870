package dev.alcove.cli;

import dev.alcove.runtime.Container;
import dev.alcove.spec.SpecException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A command that stays in the caller's session: what {@code enter} and {@code unshare} have in common. */
final class TaskRun {
    /** The largest id there is. */
    static final long MOST_ID = 4_294_967_294L;

    private TaskRun() {}

    /**
     * Starts it and waits for its end.
     *
     * @return the command's exit status
     */
    static int run(Shell shell, Supplier<Container> start) {
        try (Forwarding signals = Forwarding.listenInSession(shell.signals());
                Container started = start.get()) {
            signals.to(started);
            return started.waitFor();
        }
    }

    /** The command, or the caller's shell. */
    static List<String> command(Shell shell, Arguments arguments) {
        if (!arguments.remaining().isEmpty()) {
            return arguments.remaining();
        }
        String own = shell.variable("SHELL");
        return List.of(own.isEmpty() ? "/bin/sh" : own);
    }

    /** The caller's, with a PATH if it has none. */
    static void environment(Shell shell, Map<String, String> environment) {
        environment.putAll(shell.environment());
        environment.putIfAbsent("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    /** A user's or group's number. */
    static Optional<Long> id(Arguments arguments, String flag) {
        var number = arguments.number(flag, 0, MOST_ID);
        return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
    }

    /** A path as the caller sees it. */
    static Path path(Shell shell, String flag, String text) {
        if (text.isEmpty()) {
            throw SpecException.not("--" + flag, text, "a path");
        }
        return shell.directory().resolve(text);
    }
}
