package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A child process of this one, which {@link Spawn} or another process made. Until it is reaped it keeps its id, so that nobody else
 * can get it. Somebody has to reap it, or it stays as a zombie as long as this process lives.
 */
public final class Child {
    private static final int P_PID = 1;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int CLD_EXITED = 1;
    private static final int SIGINFO = 128;

    private final int pid;
    private final ReentrantLock reaping = new ReentrantLock();
    private volatile @Nullable Exit exit;

    Child(int pid) {
        this.pid = pid;
    }

    /**
     * A child that another process made for this one, clone(2) with CLONE_PARENT.
     *
     * @param pid its process id, in this process's PID namespace
     */
    public static Child madeFor(int pid) {
        return new Child(pid);
    }

    /**
     * How a process ended.
     *
     * @param number   its exit status, 0 to 255, or the number of the signal that ended it
     * @param signaled whether a signal ended it
     */
    public record Exit(int number, boolean signaled) {
        /** As a shell says it: the exit status, or 128 and the signal's number. */
        public int status() {
            return signaled ? 128 + number : number;
        }
    }

    /** The process id, in this process's PID namespace. */
    public int pid() {
        return pid;
    }

    /** Kills it, kill(2) with SIGKILL. Its number is its own until it is reaped; afterwards nothing is done. */
    public void kill() {
        if (exit == null) {
            // ESRCH: somebody else in this process has reaped it.
            Native.raw(Syscall.KILL, pid, 9);
        }
    }

    /**
     * Waits for its end and takes its exit status, waitid(2). May be called again.
     *
     * @return how it ended
     * @throws LinuxException ECHILD if somebody else reaped it
     */
    public Exit reap() {
        reaping.lock();
        try {
            return waitid(0).orElseThrow();
        } finally {
            reaping.unlock();
        }
    }

    /**
     * Takes its exit status if it has ended, waitid(2) with WNOHANG. May be called again.
     *
     * @return how it ended; empty if it has not
     * @throws LinuxException ECHILD if somebody else reaped it
     */
    public Optional<Exit> tryReap() {
        if (!reaping.tryLock()) {
            // Another thread waits for it, and so it has not ended, or is about to be known to have.
            return Optional.ofNullable(exit);
        }
        try {
            return waitid(WNOHANG);
        } finally {
            reaping.unlock();
        }
    }

    /** {@code int waitid(P_PID, id_t id, siginfo_t *infop, WEXITED | options)}. */
    private Optional<Exit> waitid(int options) {
        Exit known = exit;
        if (known != null) {
            return Optional.of(known);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO, 8);
            long result;
            do {
                result = Native.raw(Syscall.WAITID, P_PID, pid, info.address(), WEXITED | options, 0);
            } while (Native.is(result, Errno.EINTR));
            Native.check(result, Syscall.WAITID, "process " + pid);
            // With WNOHANG and nothing to tell, si_pid is 0.
            if (info.get(ValueLayout.JAVA_INT, 16) == 0) {
                return Optional.empty();
            }
            boolean signaled = info.get(ValueLayout.JAVA_INT, 8) != CLD_EXITED;
            Exit now = new Exit(info.get(ValueLayout.JAVA_INT, 24), signaled);
            exit = now;
            return Optional.of(now);
        }
    }

    @Override
    public String toString() {
        return "process " + pid;
    }
}
