package dev.alcove.network;

import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;

/**
 * A network could not be made, or a container not be put on one. The message is what a person needs: what failed, the
 * likely cause and the mend, each on a line of its own.
 */
public final class NetworkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What sort of failure it is; the command line makes its exit status of it. */
    public enum Kind {
        /** A network or container of that name is not there. */
        NOT_FOUND,
        /** Something of that name, address or number is there already. */
        CONFLICT,
        /** What was asked for is wrong in itself. */
        INVALID,
        /** The kernel or this machine cannot do it. */
        UNSUPPORTED,
        /** The caller may not do it. */
        DENIED,
        /** Containers use it. */
        BUSY,
        /** All addresses or ports are taken. */
        EXHAUSTED,
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

    /** A failure in its usual three lines. */
    static NetworkException of(Kind kind, String what, String likely, String mend) {
        return new NetworkException(kind, what + "\n  likely cause: " + likely + "\n  mend: " + mend);
    }

    /**
     * A refusal of the kernel's in words.
     *
     * @param what what could not be done: {@code cannot make network 'web'}
     */
    static NetworkException of(String what, LinuxException e) {
        Kind kind = Kind.INTERNAL;
        String likely = "the kernel refused the call that is named";
        String mend = "look at the kernel's log (dmesg)";
        if (e.errno() == Errno.EPERM || e.errno() == Errno.EACCES) {
            kind = Kind.DENIED;
            likely = "changing a host's network needs CAP_NET_ADMIN and CAP_SYS_ADMIN over it, and its state folder";
            mend = "run it as root; an ordinary user's containers can use --network pasta";
        } else if (e.errno() == Errno.EOPNOTSUPP) {
            kind = Kind.UNSUPPORTED;
            likely = "this kernel is built without that kind of interface, or its module is not loaded";
            mend = "load it (modprobe bridge, veth, macvlan), or choose another driver";
        } else if (e.errno() == Errno.EEXIST) {
            kind = Kind.CONFLICT;
            likely = "an interface, address or route of that name is there, and somebody else made it";
            mend = "ip link, ip address and ip route show it; remove it, or choose another name or range";
        } else if (e.errno() == Errno.ENOSPC || e.errno() == Errno.EDQUOT) {
            likely = "the disk of the state folder is full";
            mend = "free some space";
        } else if (e.errno() == Errno.EXFULL) {
            kind = Kind.EXHAUSTED;
            likely = "a bridge has at most 1023 ports";
            mend = "use one more network";
        }
        return new NetworkException(
                kind, what + ": " + e.getMessage() + "\n  likely cause: " + likely + "\n  mend: " + mend, e);
    }
}
