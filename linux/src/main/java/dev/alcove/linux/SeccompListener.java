package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * The supervisor's end of a filter with {@link SeccompAction#NOTIFY}, seccomp_unotify(2): each such call waits until it
 * is answered here.
 *
 * <p>The answer is by the call's name alone. What its pointers lead to is not looked at, since another thread could
 * change it between the look and the call.
 *
 * <p>When this end is closed, calls that wait and those that come fail with ENOSYS: nobody hangs.
 */
public final class SeccompListener implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /** SECCOMP_IOCTL_NOTIF_RECV of a struct seccomp_notif of 80 bytes. */
    private static final long RECEIVE = 0xc0502100L;
    /** SECCOMP_IOCTL_NOTIF_SEND of a struct seccomp_notif_resp of 24 bytes. */
    private static final long SEND = 0xc0182101L;

    private static final int NOTIFICATION = 80;
    private static final int ANSWER = 24;
    private static final int FLAG_CONTINUE = 1;
    private static final int POLLIN = 0x1;
    private static final int POLLHUP = 0x10;
    private static final int POLLERR = 0x8;
    private static final int FOR_EVER = -1;

    private final Fd fd;

    private SeccompListener(Fd fd) {
        this.fd = fd;
    }

    /**
     * A call that waits for its answer.
     *
     * @param id           the kernel's number of it
     * @param thread       the thread that makes it, as our PID namespace numbers it; 0 if it is not in it
     * @param number       the call's number
     * @param architecture AUDIT_ARCH_* of the convention
     */
    public record Call(long id, int thread, int number, int architecture) {
        /** Whether it is this call by the machine's own convention. */
        public boolean is(Syscall call) {
            Arch host = Arch.host();
            return number == call.number(host)
                    && architecture == SeccompArch.of(host).audit();
        }

        /** Its name, or empty if the kernel is newer than the table of names. */
        public Optional<String> name() {
            for (SeccompArch arch : SeccompArch.values()) {
                if (arch.audit() == architecture) {
                    Optional<String> name = SyscallTable.standard().name(number, arch);
                    if (name.isPresent()) {
                        return name;
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** The listener that seccomp(2) gave with SECCOMP_FILTER_FLAG_NEW_LISTENER; it becomes this object's to close. */
    public static SeccompListener of(Fd listener) {
        return new SeccompListener(listener.take());
    }

    /** The descriptor, which stays this object's; for a {@link Poller}, to which it is ready when a call waits or all are gone. */
    public Fd fd() {
        return fd;
    }

    /**
     * The next call that waits, without waiting for one.
     *
     * @return the call, or empty if none waits
     */
    public Optional<Call> poll() {
        return (events(0) & POLLIN) == 0 ? Optional.empty() : receive();
    }

    /**
     * Waits for the next call.
     *
     * @return the call, or empty if nobody is left who could make one
     */
    public Optional<Call> await() {
        while (true) {
            int events = events(FOR_EVER);
            if ((events & POLLIN) != 0) {
                Optional<Call> call = receive();
                if (call.isPresent()) {
                    return call;
                }
            } else if ((events & (POLLHUP | POLLERR)) != 0) {
                return Optional.empty();
            }
        }
    }

    /** Whether nobody is left who is under the filter. */
    public boolean over() {
        return (events(0) & (POLLHUP | POLLERR)) != 0;
    }

    /**
     * The call fails.
     *
     * @param call  the call
     * @param errno with what
     * @return false if the caller has been killed meanwhile
     */
    public boolean refuse(Call call, Errno errno) {
        return answer(call, -errno.number(), 0);
    }

    /**
     * The call is made as if there were no filter. Only for a caller that is trusted at that moment: what it points to
     * can change under way.
     *
     * @return false if the caller has been killed meanwhile
     */
    public boolean proceed(Call call) {
        return answer(call, 0, FLAG_CONTINUE);
    }

    /** {@code int ppoll(struct pollfd *, 1, const struct timespec *, NULL)}, poll(2); without a timeout if it is negative. */
    private int events(int timeout) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 4);
            MemorySegment time = arena.allocate(16, 8);
            poll.set(INT, 0, fd.number());
            poll.set(ValueLayout.JAVA_SHORT, 4, (short) POLLIN);
            long n;
            do {
                n = Native.raw(Syscall.PPOLL, poll.address(), 1, timeout < 0 ? 0 : time.address(), 0, 8);
            } while (Native.is(n, Errno.EINTR));
            Native.check(n, Syscall.PPOLL, fd);
            return poll.get(ValueLayout.JAVA_SHORT, 6);
        }
    }

    /** Does not wait after POLLIN: a call whose caller was killed in between counts too, and gives ENOENT. */
    private Optional<Call> receive() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment notification = arena.allocate(NOTIFICATION, 8);
            long result = Native.raw(Syscall.IOCTL, fd.number(), RECEIVE, notification.address());
            if (Native.is(result, Errno.ENOENT) || Native.is(result, Errno.EINTR)) {
                return Optional.empty();
            }
            Native.check(result, Syscall.IOCTL, fd);
            return Optional.of(new Call(
                    notification.get(LONG, 0),
                    notification.get(INT, 8),
                    notification.get(INT, 16),
                    notification.get(INT, 20)));
        }
    }

    /** struct seccomp_notif_resp: id, val, error, flags. */
    private boolean answer(Call call, int error, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(ANSWER, 8);
            answer.set(LONG, 0, call.id());
            answer.set(INT, 16, error);
            answer.set(INT, 20, flags);
            long result;
            do {
                result = Native.raw(Syscall.IOCTL, fd.number(), SEND, answer.address());
            } while (Native.is(result, Errno.EINTR));
            if (Native.is(result, Errno.ENOENT)) {
                return false;
            }
            Native.check(result, Syscall.IOCTL, fd);
            return true;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
