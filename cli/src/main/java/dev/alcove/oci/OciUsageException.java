package dev.alcove.oci;

/** The command line is not one: what runc says of it, and the command whose help is shown with it. */
final class OciUsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String command;
    private final boolean ofFlags;

    private OciUsageException(String command, boolean ofFlags, String message) {
        super(message);
        this.command = command;
        this.ofFlags = ofFlags;
    }

    /** A flag that cannot be. */
    static OciUsageException flag(String command, String message) {
        return new OciUsageException(command, true, message);
    }

    /** A number of arguments that cannot be. */
    static OciUsageException arguments(String command, String message) {
        return new OciUsageException(command, false, message);
    }

    /** The command's name; empty for what stands before a command. */
    String command() {
        return command;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /** The line above the help. */
    String heading() {
        if (!ofFlags) {
            return "Incorrect Usage.";
        }
        return "Incorrect Usage" + (command.isEmpty() ? ". " : ": ") + text();
    }
}
