package dev.alcove.cli;

import java.util.List;

/** {@code alcove wait}: waits for the end. */
final class WaitCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "wait",
                List.of("wait CONTAINER…"),
                "Wait until containers end, and print their exit statuses",
                "Waits until each container has ended, and prints its exit status: the command's own, or 128 and the "
                        + "number of the signal that ended it.",
                List.of(new Example("alcove wait build && alcove rm build", "clear up when it is done")),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        return EachContainer.act(
                shell,
                arguments.words("CONTAINER", Integer.MAX_VALUE),
                container -> Integer.toString(container.waitFor()));
    }
}
