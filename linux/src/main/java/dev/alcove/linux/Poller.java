package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Waits for many descriptors on one thread, epoll(7): processes by their pidfds, pipes, sockets. The thread is a
 * daemon, starts with the first registration, and runs the callbacks; a callback is short and never waits, for all
 * others wait for it.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="poller"}
 * }
 */
public final class Poller implements AutoCloseable {
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int EPOLLIN = 0x1;
    private static final int EPOLLRDHUP = 0x2000;
    private static final int EPOLLONESHOT = 1 << 30;
    private static final int MOST_AT_ONCE = 256;

    /** What the wake-up descriptor is registered with; registrations count from 1. */
    private static final long WAKE = 0;

    private final String name;
    private final ConcurrentHashMap<Long, Registration> waiting = new ConcurrentHashMap<>();
    private @Nullable Loop loop;
    private long last;
    private boolean closed;

    /**
     * A poller that has not started.
     *
     * @param name its thread's name
     */
    public Poller(String name) {
        this.name = name;
    }

    /** A descriptor that is waited for, until it was ready once. */
    public final class Registration {
        private final long id;
        private final Fd fd;
        private final Runnable ready;

        private Registration(long id, Fd fd, Runnable ready) {
            this.id = id;
            this.fd = fd;
            this.ready = ready;
        }

        /**
         * Stops waiting.
         *
         * @return true if the callback has not run and never will; false if it ran, runs, or was cancelled before
         */
        public boolean cancel() {
            if (!waiting.remove(id, this)) {
                return false;
            }
            forget(fd);
            return true;
        }
    }

    /**
     * Waits until the descriptor can be read, or its other end is closed; then runs the callback once on the poller's
     * thread. What the callback throws goes to that thread's uncaught exception handler, and the poller goes on.
     *
     * <p>A descriptor is registered once at a time, stays the caller's, and is to be cancelled before it is closed if
     * it was not ready yet.
     *
     * @param fd    the descriptor
     * @param ready what to run, short and without waiting
     * @return the registration
     * @throws LinuxException        EPERM if it is of a kind that is always ready, such as a regular file
     * @throws IllegalStateException if this poller is closed
     */
    public synchronized Registration register(Fd fd, Runnable ready) {
        if (closed) {
            throw new IllegalStateException("closed: " + name);
        }
        Loop running = loop;
        if (running == null) {
            running = new Loop();
            loop = running;
            Thread.ofPlatform().daemon().name(name).start(running);
        }
        Registration registration = new Registration(++last, fd, ready);
        // Before epoll knows it: it may be ready at once.
        waiting.put(registration.id, registration);
        int events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
        long result = running.control(EPOLL_CTL_ADD, fd, events, registration.id);
        if (Native.is(result, Errno.EEXIST)) {
            // It was ready once already, and has been off since.
            result = running.control(EPOLL_CTL_MOD, fd, events, registration.id);
        }
        if (result < 0) {
            waiting.remove(registration.id);
            Native.check(result, Syscall.EPOLL_CTL, fd);
        }
        return registration;
    }

    private synchronized void forget(Fd fd) {
        Loop running = loop;
        if (running != null && !closed && fd.isOpen()) {
            running.control(EPOLL_CTL_DEL, fd, 0, 0);
        }
    }

    /**
     * Ends the thread and waits for it, unless it is the caller's own. Callbacks that have not run never will.
     */
    @Override
    public void close() {
        Loop running;
        synchronized (this) {
            closed = true;
            running = loop;
            loop = null;
            waiting.clear();
        }
        if (running != null) {
            running.stop();
        }
    }

    private final class Loop implements Runnable {
        private final Fd epoll;
        private final Fd wake;
        /** struct epoll_event is packed on x86-64, and only there. */
        private final int size = Arch.host() == Arch.X86_64 ? 12 : 16;

        private final java.util.concurrent.CountDownLatch ended = new java.util.concurrent.CountDownLatch(1);
        private volatile @Nullable Thread thread;

        Loop() {
            long n = Native.raw(Syscall.EPOLL_CREATE1, EPOLL_CLOEXEC);
            epoll = new Fd(Native.check(n, Syscall.EPOLL_CREATE1, name), name);
            try {
                n = Native.raw(Syscall.EVENTFD2, 0, EFD_CLOEXEC);
                wake = new Fd(Native.check(n, Syscall.EVENTFD2, name), name);
                Native.check(control(EPOLL_CTL_ADD, wake, EPOLLIN, WAKE), Syscall.EPOLL_CTL, name);
            } catch (LinuxException e) {
                epoll.close();
                throw e;
            }
        }

        long control(int operation, Fd fd, int events, long id) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment event = arena.allocate(size, 4);
                event.set(ValueLayout.JAVA_INT, 0, events);
                event.set(ValueLayout.JAVA_LONG_UNALIGNED, size - 8, id);
                return Native.raw(Syscall.EPOLL_CTL, epoll.number(), operation, fd.number(), event.address());
            }
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment events = arena.allocate((long) size * MOST_AT_ONCE, 8);
                while (turn(events)) {
                    // Each turn waits for the next events.
                }
            } finally {
                ended.countDown();
                epoll.close();
                wake.close();
            }
        }

        private boolean turn(MemorySegment events) {
            long n = Native.raw(Syscall.EPOLL_PWAIT, epoll.number(), events.address(), MOST_AT_ONCE, -1, 0, 8);
            if (Native.is(n, Errno.EINTR)) {
                return true;
            }
            Native.check(n, Syscall.EPOLL_PWAIT, name);
            for (long i = 0; i < n; i++) {
                long id = events.get(ValueLayout.JAVA_LONG_UNALIGNED, i * size + size - 8);
                if (id == WAKE) {
                    return false;
                }
                Registration registration = waiting.remove(id);
                if (registration != null) {
                    run(registration.ready);
                }
            }
            return true;
        }

        private void run(Runnable ready) {
            try {
                ready.run();
            } catch (Throwable t) {
                Thread self = Thread.currentThread();
                self.getUncaughtExceptionHandler().uncaughtException(self, t);
            }
        }

        void stop() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
                Native.check(Native.raw(Syscall.WRITE, wake.number(), one.address(), 8), Syscall.WRITE, name);
            }
            boolean interrupted = false;
            while (Thread.currentThread() != thread) {
                try {
                    ended.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
