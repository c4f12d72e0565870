package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;

/**
 * A process by descriptor, pidfd_open(2): its number may be given to another process after its end, the descriptor stays
 * its own. Open it while the process is known to be there (a child not yet reaped, or with its start time compared
 * afterwards).
 *
 * <p>The waiting calls block the thread in the kernel and pin a virtual thread's carrier.
 */
public final class Pidfd implements AutoCloseable {
    private static final int P_PIDFD = 3;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int SIGINFO_SIZE = 128;
    private static final int CLD_EXITED = 1;
    private static final int CLD_DUMPED = 3;
    private static final short POLLIN = 1;

    private final Fd fd;
    private final int pid;

    private Pidfd(Fd fd, int pid) {
        this.fd = fd;
        this.pid = pid;
    }

    /**
     * How a child ended and what it used.
     *
     * @param status how it ended
     * @param usage  what it and its own reaped children used
     */
    public record End(WaitStatus status, Usage usage) {}

    /**
     * Opens a process.
     *
     * @param pid its number in the caller's PID namespace, more than 0
     * @return the process, or empty if there is none; one that ended and is not reaped is still there
     */
    public static Optional<Pidfd> open(int pid) {
        if (pid <= 0) {
            throw new IllegalArgumentException("a process id is more than 0, not " + pid);
        }
        long result = Native.raw(Syscall.PIDFD_OPEN, pid, 0);
        if (Native.is(result, Errno.ESRCH)) {
            return Optional.empty();
        }
        String what = "process " + pid;
        return Optional.of(new Pidfd(new Fd(Native.check(result, Syscall.PIDFD_OPEN, what), what), pid));
    }

    /** One that clone3(2) or a message gave, taken over. */
    static Pidfd of(Fd fd, int pid) {
        return new Pidfd(fd.take(), pid);
    }

    /** One more handle of the same process, to be closed by itself. */
    public Pidfd duplicate() {
        return new Pidfd(fd().duplicate(), pid);
    }

    /** The number it was opened with. Another process may have it once this one has been reaped. */
    public int pid() {
        return pid;
    }

    /** The descriptor, which stays this handle's own. It becomes readable when the process ends. */
    public Fd fd() {
        return fd;
    }

    /**
     * Sends a signal, pidfd_send_signal(2).
     *
     * @param signal which
     * @return whether it was sent: false if the process has ended and been reaped
     * @throws LinuxException EPERM if the process is not the caller's to signal
     */
    public boolean send(Signal signal) {
        return send(signal.number());
    }

    /** Whether the process has not been reaped, be it ended: signal 0. */
    public boolean exists() {
        return send(0);
    }

    /** {@code int pidfd_send_signal(int pidfd, int sig, siginfo_t *, unsigned flags)}. */
    private boolean send(int signal) {
        long result = Native.raw(Syscall.PIDFD_SEND_SIGNAL, fd.number(), signal, 0, 0);
        if (Native.is(result, Errno.ESRCH)) {
            return false;
        }
        if (signal == 0 && Native.is(result, Errno.EPERM)) {
            return true;
        }
        Native.check(result, Syscall.PIDFD_SEND_SIGNAL, fd);
        return true;
    }

    /**
     * A copy of one of its descriptors, for the same open file, pidfd_getfd(2). As long as it is open that file is, even if
     * the process closes its own.
     *
     * <p>{@code int pidfd_getfd(int pidfd, int targetfd, unsigned flags)}
     *
     * @param number which of its descriptors, from 0
     * @return the copy, or empty if it has no such descriptor, or has ended
     * @throws LinuxException EPERM if the process is not the caller's to trace, ptrace(2)
     */
    public Optional<Fd> descriptor(int number) {
        long result = Native.raw(Syscall.PIDFD_GETFD, fd.number(), number, 0);
        if (Native.is(result, Errno.EBADF) || Native.is(result, Errno.ESRCH)) {
            return Optional.empty();
        }
        String what = "descriptor " + number + " of " + fd;
        return Optional.of(new Fd(Native.check(result, Syscall.PIDFD_GETFD, what), what));
    }

    /** Whether it runs. One that ended does not, reaped or not. */
    public boolean isAlive() {
        return !awaitEnd(Duration.ZERO);
    }

    /**
     * Waits for the end of a process, a child or not, without reaping it; ppoll(2).
     *
     * @param timeout how long at most; zero looks once
     * @return whether it has ended
     */
    public boolean awaitEnd(Duration timeout) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 8);
            MemorySegment time = arena.allocate(16, 8);
            long deadline = System.nanoTime() + nanos(timeout);
            while (true) {
                long left = Math.max(0, deadline - System.nanoTime());
                poll.set(ValueLayout.JAVA_INT, 0, fd.number());
                poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
                poll.set(ValueLayout.JAVA_SHORT, 6, (short) 0);
                time.set(ValueLayout.JAVA_LONG, 0, left / 1_000_000_000);
                time.set(ValueLayout.JAVA_LONG, 8, left % 1_000_000_000);
                // int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *, size_t)
                long result = Native.raw(Syscall.PPOLL, poll.address(), 1, time.address(), 0, 8);
                if (!Native.is(result, Errno.EINTR)) {
                    return Native.check(result, Syscall.PPOLL, fd) > 0;
                }
            }
        }
    }

    /** A timeout as nanoseconds, a very long one as a hundred years. */
    private static long nanos(Duration timeout) {
        Duration most = Duration.ofDays(36_500);
        return timeout.compareTo(most) > 0 ? most.toNanos() : Math.max(0, timeout.toNanos());
    }

    /**
     * Waits for the end of a child of this process and reaps it.
     *
     * @return how it ended
     * @throws LinuxException ECHILD if it is no child, or somebody else has reaped it
     */
    public End reap() {
        return reap(0).orElseThrow(() -> new IllegalStateException("waitid returned without an end"));
    }

    /**
     * Reaps a child of this process if it has ended.
     *
     * @return how it ended, or empty if it still runs
     * @throws LinuxException ECHILD if it is no child, or somebody else has reaped it
     */
    public Optional<End> tryReap() {
        return reap(WNOHANG);
    }

    /** {@code int waitid(idtype_t, id_t, siginfo_t *, int options, struct rusage *)}, waitid(2). */
    private Optional<End> reap(int options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO_SIZE, 8);
            MemorySegment usage = arena.allocate(Usage.SIZE, 8);
            long result;
            do {
                result = Native.raw(
                        Syscall.WAITID, P_PIDFD, fd.number(), info.address(), WEXITED | options, usage.address());
            } while (Native.is(result, Errno.EINTR));
            Native.check(result, Syscall.WAITID, fd);
            if (info.get(ValueLayout.JAVA_INT, 16) == 0) {
                return Optional.empty();
            }
            int code = info.get(ValueLayout.JAVA_INT, 8);
            int status = info.get(ValueLayout.JAVA_INT, 24);
            WaitStatus how = code == CLD_EXITED
                    ? new WaitStatus.Exited(status)
                    : new WaitStatus.Signaled(Signal.of(status), code == CLD_DUMPED);
            return Optional.of(new End(how, Usage.read(usage)));
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return fd.toString();
    }
}
