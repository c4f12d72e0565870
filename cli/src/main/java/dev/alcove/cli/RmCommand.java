package dev.alcove.cli;

import java.util.List;

/** {@code alcove rm}: removes what is recorded. */
final class RmCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "rm",
                List.of("rm [-f] CONTAINER…"),
                "Remove containers",
                "Removes what is recorded of containers that have ended: names, exit statuses, output. Directories "
                        + "given with --rootfs or -v are left alone.",
                List.of(
                        new Example("alcove rm web", "one that has ended"),
                        new Example("alcove rm -f $(alcove ps -aq)", "all, those that run too")),
                new FlagTable().toggle("force", 'f', "Kills those that still run."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        return EachContainer.act(shell, arguments.words("CONTAINER", Integer.MAX_VALUE), container -> {
            container.remove(arguments.has("force"));
            return "";
        });
    }
}
