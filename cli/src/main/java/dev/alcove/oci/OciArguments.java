package dev.alcove.oci;

import java.util.List;

/**
 * A command line, read.
 *
 * @param globals     the flags before the command
 * @param command     the command's name
 * @param flags       the command's flags
 * @param positionals what else there was, in its order
 */
record OciArguments(FlagValues globals, String command, FlagValues flags, List<String> positionals) {
    /** Copies the list. */
    OciArguments {
        positionals = List.copyOf(positionals);
    }

    /** The first argument: the container's id in all commands that have one. */
    String id() {
        return positionals.getFirst();
    }
}
