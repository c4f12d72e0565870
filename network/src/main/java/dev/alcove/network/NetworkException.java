package dev.alcove.network;

/**
 * Something about networks could not be done. The message is what a person needs: what failed, the likely cause and the
 * mend, each on a line of its own.
 */
public final class NetworkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What sort of failure it is; the command line makes its exit status of it. */
    public enum Kind {
        /** A network, container, device or file is not there. */
        NOT_FOUND,
        /** Something of that name, address or port is there already, or the state does not allow it. */
        CONFLICT,
        /** What was asked for is wrong in itself. */
        INVALID,
        /** This machine cannot do it, or lacks a program for it. */
        UNSUPPORTED,
        /** The caller may not do it. */
        DENIED,
        /** Something is in use. */
        BUSY,
        /** An error of the machine, of another program, or of Alcove. */
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
    public NetworkException(Kind kind, String message) {
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
    public NetworkException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What sort of failure it is. */
    public Kind kind() {
        return kind;
    }
}
