package dev.alcove.cli;

import java.util.List;

/** {@code alcove network prune}: removes the networks that nobody uses. */
final class NetworkPruneCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "network prune",
                List.of("network prune"),
                "Remove all networks that no container is on, but the default one",
                "Removes all networks that no container is on, at once and without asking, and prints their names. The "
                        + "default network stays.",
                List.of(),
                new FlagTable().toggle("force", 'f', "Taken and without effect: docker asks first, alcove does not."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        if (!arguments.remaining().isEmpty()) {
            throw new UsageException("network prune", "takes no arguments");
        }
        List<String> removed = HostNetworks.of(shell).prune();
        if (!removed.isEmpty()) {
            shell.out().print("Deleted Networks:\n" + String.join("\n", removed) + "\n");
        }
        return 0;
    }
}
