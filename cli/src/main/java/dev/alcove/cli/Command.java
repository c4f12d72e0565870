package dev.alcove.cli;

/** A command: a function of its surroundings and arguments to an exit status. */
interface Command {
    /** What its help says, and which flags it takes. */
    Manual manual();

    /**
     * Runs it.
     *
     * @return the exit status, 0 to 255
     */
    int run(Shell shell, Arguments arguments);
}
