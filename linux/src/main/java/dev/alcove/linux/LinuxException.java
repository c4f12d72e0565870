package dev.alcove.linux;

/**
 * A system call that failed where success was expected: which call, with which error, on which object.
 *
 * <p>Failures that are part of the normal course (a path that may be missing) are not thrown but compared; everything
 * else is this one unchecked exception, which a module's edge turns into words for its user.
 */
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The call that failed. */
    private final String call;
    /** The error it gave. */
    private final Errno errno;
    /** What it was about, such as a path. */
    private final String object;

    /**
     * A failed call.
     *
     * @param call   the call's name, as its man page has it: {@code openat2}
     * @param errno  why it failed
     * @param object what it was called on: a path, a process, an interface; empty if nothing names it
     */
    public LinuxException(String call, Errno errno, String object) {
        super(call + (object.isEmpty() ? "" : " " + object) + ": " + errno + " (" + errno.text() + ")");
        this.call = call;
        this.errno = errno;
        this.object = object;
    }

    /** The call's name. */
    public String call() {
        return call;
    }

    /** Why it failed. */
    public Errno errno() {
        return errno;
    }

    /** What it was called on; may be empty. */
    public String object() {
        return object;
    }
}
