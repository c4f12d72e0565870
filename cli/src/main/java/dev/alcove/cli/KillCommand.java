package dev.alcove.cli;

import dev.alcove.linux.Signal;
import java.util.List;

/** {@code alcove kill}: sends a signal. */
final class KillCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "kill",
                List.of("kill [-s SIGNAL] CONTAINER…"),
                "Send a signal to containers, KILL unless another is given",
                """
                Sends a signal to the first process of each container. PID 1 ignores signals that it has no handler \
                for, all but KILL and STOP; with 'run --init' they act as outside.""",
                List.of(
                        new Example("alcove kill web", "end it at once"),
                        new Example("alcove kill -s HUP web", "what many daemons read as: reload")),
                new FlagTable().value("signal", 's', "SIGNAL", "Its name or number, as TERM, SIGUSR1 or 15."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        Signal signal =
                arguments.value("signal").map(s -> Signals.parse("--signal", s)).orElse(Signal.KILL);
        return EachContainer.act(shell, arguments.words("CONTAINER", Integer.MAX_VALUE), container -> {
            container.signal(signal);
            return "";
        });
    }
}
