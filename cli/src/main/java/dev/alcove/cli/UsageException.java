package dev.alcove.cli;

/** A command was called in a way it does not understand. The message says what is wrong, the rest where to read on. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String command;

    /**
     * A refusal.
     *
     * @param command the command whose help tells more; empty for {@code alcove} itself
     * @param message what is wrong, in one line
     */
    UsageException(String command, String message) {
        super(message);
        this.command = command;
    }

    String command() {
        return command;
    }
}
