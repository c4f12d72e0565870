package dev.alcove.runtime;

/**
 * A container could not be started or acted upon. The message is what a person needs: what failed, at which step, the
 * likely cause and the mend, each on a line of its own.
 */
public final class ContainerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What sort of failure it is; the command line makes its exit status of it. */
    public enum Kind {
        /** A container, image, path or user is not there. */
        NOT_FOUND,
        /** Something of that name is there already, or the state does not allow it. */
        CONFLICT,
        /** What was asked for is wrong in itself. */
        INVALID,
        /** The kernel or this machine cannot do it. */
        UNSUPPORTED,
        /** The caller may not do it. */
        DENIED,
        /** Something is in use. */
        BUSY,
        /** The command to run does not exist in the container. */
        COMMAND_NOT_FOUND,
        /** The command to run exists and cannot be executed. */
        COMMAND_NOT_EXECUTABLE,
        /** An error of the machine, or of Alcove. */
        INTERNAL
    }

    /** What kind of failure it is. */
    private final Kind kind;

    /**
     * A failure.
     *
     * @param kind    its sort
     * @param message all that is to be said
     */
    public ContainerException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /**
     * A failure with what it came from.
     *
     * @param kind    its sort
     * @param message all that is to be said
     * @param cause   what it came from
     */
    public ContainerException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What sort of failure it is. */
    public Kind kind() {
        return kind;
    }
}
