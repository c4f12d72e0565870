package dev.alcove.cli;

import dev.alcove.linux.Signal;
import dev.alcove.linux.Terminal;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.ContainerStore.NewContainer;

/** {@code alcove run}: starts a container, and waits for its end unless it is detached. */
final class RunCommand implements Command {
    @Override
    public Manual manual() {
        return RunManual.of();
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        boolean detach = arguments.has("detach");
        boolean interactive = arguments.has("interactive") && !detach;
        if (arguments.has("tty") && interactive && !Terminal.isTerminal(shell.in())) {
            throw notATerminal();
        }
        RunSetup setup = RunSetup.of(shell, arguments);
        // In the foreground nothing is kept that could be looked at later, so a record is only kept of what has a name.
        boolean remove = arguments.has("rm") || (!detach && setup.name().isEmpty());
        // What the container has of networks is given back when it is over, or was never started.
        try (RunNetwork network = setup.network()) {
            network.prepare(setup.builder(), detach);
            if (detach) {
                start(shell, setup, remove, true).close();
                shell.out().print(setup.builder().id() + "\n");
                return 0;
            }
            if (arguments.has("tty")) {
                return TerminalRun.run(
                        shell, () -> start(shell, setup, remove, false), setup.builder()::terminalSize, interactive);
            }
            return PlainRun.run(shell, interactive, setup.stopSignal(), (in, out, err) -> {
                setup.builder().redirect(in, out, err);
                return start(shell, setup, remove, false);
            });
        }
    }

    private static Container start(Shell shell, RunSetup setup, boolean remove, boolean detach) {
        try (NewContainer recorded = ContainerStore.standard(shell.environment())
                .create(
                        setup.builder(),
                        setup.name().orElse(""),
                        setup.image(),
                        setup.stopSignal().kernelName(),
                        remove,
                        detach)) {
            setup.network().plug(setup.builder(), recorded.container());
            Container container = setup.builder().start();
            boolean noted = false;
            try {
                setup.network().started(detach);
                noted = true;
                return container;
            } finally {
                if (!noted) {
                    container.signal(Signal.KILL);
                    container.close();
                }
            }
        }
    }

    static ContainerException notATerminal() {
        return new ContainerException(
                ContainerException.Kind.INVALID,
                "the input device is not a TTY"
                        + "\n  likely cause: -it was given where standard input is a file or a pipe"
                        + "\n  mend: leave -t out");
    }
}
