package dev.alcove.linux;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor of this process. Always close-on-exec; made only in this module, and its number is seen
 * nowhere else. Closing twice is harmless; using it after closing is an error. Ownership moves by {@link #take()}.
 */
public final class Fd implements AutoCloseable {
    private final AtomicInteger number;
    private final String what;

    Fd(long number, String what) {
        this.number = new AtomicInteger((int) number);
        this.what = what;
    }

    /** One of the three standard descriptors, which are never closed by Alcove. */
    static final int STDERR = 2;

    /** This process's standard input, output or error: 0, 1 or 2. Closing it does nothing. */
    public static Fd standard(int which) {
        if (which < 0 || which > STDERR) {
            throw new IllegalArgumentException("a standard descriptor is 0, 1 or 2, not " + which);
        }
        return new Fd(
                which,
                switch (which) {
                    case 0 -> "standard input";
                    case 1 -> "standard output";
                    default -> "standard error";
                });
    }

    /**
     * The number, for a system call.
     *
     * @throws IllegalStateException if it is closed
     */
    int number() {
        int n = number.get();
        if (n < 0) {
            throw new IllegalStateException("closed: " + what);
        }
        return n;
    }

    /**
     * The number, for another process that is told it in a message and opens it below our {@code /proc/PID/fd}, such as
     * criu(8). This object must stay open until then.
     *
     * @throws IllegalStateException if it is closed
     */
    public int told() {
        return number();
    }

    /** Whether it has not been closed or taken. */
    public boolean isOpen() {
        return number.get() >= 0;
    }

    /**
     * Moves the ownership: this object is as closed, the returned one is to be closed instead.
     *
     * @return the new owner
     * @throws IllegalStateException if it is closed
     */
    public Fd take() {
        int n = number.getAndSet(-1);
        if (n < 0) {
            throw new IllegalStateException("closed: " + what);
        }
        return new Fd(n, what);
    }

    /** A second descriptor of the same open file, fcntl(2) F_DUPFD_CLOEXEC. */
    public Fd duplicate() {
        int dupfdCloexec = 1030;
        long n = Native.raw(Syscall.FCNTL, number(), dupfdCloexec, STDERR + 1L);
        return new Fd(Native.check(n, Syscall.FCNTL, what), what);
    }

    /**
     * Closes it, close(2). Linux frees the number whatever close says, so it is never tried again; an error here is one
     * of a delayed write, which those who must know ask for with fsync.
     */
    @Override
    public void close() {
        int n = number.getAndSet(-1);
        if (n > STDERR) {
            Native.raw(Syscall.CLOSE, n);
        }
    }

    @Override
    public String toString() {
        return what;
    }
}
