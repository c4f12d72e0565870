package dev.alcove.oci;

/** What a command does: a function of its surroundings and arguments to an exit status. */
@FunctionalInterface
interface OciCommand {
    /**
     * Runs it.
     *
     * @return the exit status, 0 to 255
     */
    int run(OciContext context, OciArguments arguments);
}
