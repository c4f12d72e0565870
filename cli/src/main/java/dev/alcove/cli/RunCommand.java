package dev.alcove.cli;

import dev.alcove.linux.Terminal;
import dev.alcove.runtime.ContainerException;

/** {@code alcove run}: starts a container, and waits for its end unless it is detached. */
final class RunCommand implements Command {
    @Override
    public Manual manual() {
        return RunManual.of();
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        RunSetup setup = RunSetup.of(shell, arguments);
        if (arguments.has("detach")) {
            throw new ContainerException(ContainerException.Kind.UNSUPPORTED, "--detach is not possible yet");
        }
        boolean interactive = arguments.has("interactive");
        if (arguments.has("tty")) {
            if (interactive && !Terminal.isTerminal(shell.in())) {
                throw notATerminal();
            }
            return TerminalRun.run(shell, setup.builder()::start, setup.builder()::terminalSize, interactive);
        }
        return PlainRun.run(shell, setup.builder(), interactive, setup.stopSignal());
    }

    static ContainerException notATerminal() {
        return new ContainerException(
                ContainerException.Kind.INVALID,
                "the input device is not a TTY"
                        + "\n  likely cause: -it was given where standard input is a file or a pipe"
                        + "\n  mend: leave -t out");
    }
}
