package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A connected stream socket of the AF_UNIX family, unix(7), through which descriptors travel beside bytes. Calls wait,
 * and are repeated when a signal interrupts them.
 */
public final class UnixSocket implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CTRUNC = 0x8;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SHUT_WR = 1;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int AT_FDCWD = -100;
    private static final int O_PATH = 0x200000;
    private static final int O_CLOEXEC = 0x80000;

    private static final int SO_PEERCRED = 17;
    static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;

    /** sockaddr_un's path, with its NUL. */
    private static final int SUN_PATH = 108;

    private static final int MSGHDR = 56;
    private static final int IOVEC = 16;
    private static final int CMSGHDR = 16;

    /** Most descriptors that the kernel lets one message carry, SCM_MAX_FD. */
    public static final int MOST_DESCRIPTORS = 253;

    private final Fd fd;

    private UnixSocket(Fd fd) {
        this.fd = fd;
    }

    /**
     * Two sockets joined to each other.
     *
     * @param left  one
     * @param right the other
     */
    public record Pair(UnixSocket left, UnixSocket right) implements AutoCloseable {
        @Override
        public void close() {
            left.close();
            right.close();
        }
    }

    /**
     * What came.
     *
     * @param length      the number of bytes; 0 at the end of the stream
     * @param descriptors the descriptors that came with them, now the receiver's to close
     */
    public record Received(int length, List<Fd> descriptors) {}

    /**
     * Who connected, or who listens.
     *
     * @param pid its process, as our PID namespace numbers it; 0 if that does not see it
     * @param uid its effective user at that moment, as our user namespace has it
     * @param gid its effective group
     */
    public record Peer(int pid, long uid, long gid) {}

    /**
     * Joined sockets. {@code int socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, int sv[2])}, socketpair(2).
     *
     * @throws LinuxException if there are none to be had
     */
    public static Pair pair() {
        return pair(SOCK_STREAM);
    }

    /**
     * Joined sockets that keep what is sent at once together, SOCK_SEQPACKET: each {@link #receive} gives one {@link #send}
     * of the other end, and cuts off what its array has no room for.
     *
     * @throws LinuxException if there are none to be had
     */
    public static Pair packets() {
        return pair(SOCK_SEQPACKET);
    }

    private static Pair pair(int type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment two = arena.allocate(8, 4);
            Native.check(
                    Native.raw(Syscall.SOCKETPAIR, AF_UNIX, type | SOCK_CLOEXEC, 0, two.address()),
                    Syscall.SOCKETPAIR,
                    null);
            return new Pair(of(new Fd(two.get(INT, 0), "socket pair")), of(new Fd(two.get(INT, 4), "socket pair")));
        }
    }

    /** A socket that is connected already; it becomes this object's to close. */
    public static UnixSocket of(Fd socket) {
        return new UnixSocket(socket.take());
    }

    /**
     * A connected socket that this process was started with; it becomes this object's to close, and no child inherits it.
     *
     * @param number its descriptor, as whoever started this process says
     * @throws LinuxException EBADF if there is none
     */
    public static UnixSocket inherited(int number) {
        long flags = Native.raw(Syscall.FCNTL, number, F_SETFD, FD_CLOEXEC);
        Native.check(flags, Syscall.FCNTL, "descriptor " + number);
        return new UnixSocket(new Fd(number, "inherited socket"));
    }

    /**
     * Connects to a listening socket, connect(2). A path may be longer than the 107 bytes that the address has room
     * for. Waits as long as it takes where so many have connected already as the listener lets wait.
     *
     * @param path where it listens
     * @return the connection
     * @throws LinuxException ENOENT if there is nothing, ECONNREFUSED if nobody listens there
     */
    public static UnixSocket connect(Path path) {
        return connect(path, Duration.ZERO);
    }

    /**
     * As {@link #connect(Path)}, for a bounded time; the connection has {@link #timeout} set so.
     *
     * @param most zero for ever
     * @throws LinuxException also EAGAIN if nobody took the connection in that time
     */
    public static UnixSocket connect(Path path, Duration most) {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length < SUN_PATH) {
            return connect(name, path, most);
        }
        Path parent = Objects.requireNonNullElse(path.getParent(), Path.of("."));
        try (Arena arena = Arena.ofConfined()) {
            long n = Native.raw(
                    Syscall.OPENAT, AT_FDCWD, Native.path(arena, parent).address(), O_PATH | O_CLOEXEC);
            try (Fd directory = new Fd(Native.check(n, Syscall.OPENAT, parent), parent.toString())) {
                String shorter = "/proc/self/fd/" + directory.number() + "/" + path.getFileName();
                return connect(shorter.getBytes(StandardCharsets.UTF_8), path, most);
            }
        }
    }

    private static UnixSocket connect(byte[] name, Path path, Duration most) {
        if (name.length >= SUN_PATH || name.length == 0) {
            throw new LinuxException("connect", Errno.ENAMETOOLONG, path.toString());
        }
        long n = Native.raw(Syscall.SOCKET, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        UnixSocket socket = new UnixSocket(new Fd(Native.check(n, Syscall.SOCKET, path), path.toString()));
        try (Arena arena = Arena.ofConfined()) {
            if (!most.isZero()) {
                socket.timeout(most);
            }
            MemorySegment address = arena.allocate(2 + SUN_PATH, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
            long result;
            do {
                // An interrupted connect of this family has not begun: it waits only for room in the backlog.
                result = Native.raw(Syscall.CONNECT, socket.fd.number(), address.address(), 2 + name.length + 1L);
            } while (Native.is(result, Errno.EINTR));
            Native.check(result, Syscall.CONNECT, path);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** The descriptor, which stays this object's; for a poller or a child. */
    public Fd fd() {
        return fd;
    }

    /** Sends all bytes. */
    public void send(byte[] bytes) {
        send(bytes, List.of());
    }

    /** Sends all bytes from one on. */
    public void send(byte[] bytes, int from) {
        send(bytes, from, List.of(), 0);
    }

    /**
     * Sends as many bytes as the socket takes without waiting, MSG_DONTWAIT.
     *
     * @return how many those were, from the first
     * @throws LinuxException EPIPE if the other end is closed
     */
    public int sendWhatFits(byte[] bytes) {
        return send(bytes, 0, List.of(), MSG_DONTWAIT);
    }

    /**
     * Sends all bytes, and descriptors with the first of them. {@code ssize_t sendmsg(int, const struct msghdr *,
     * MSG_NOSIGNAL)} with SCM_RIGHTS, unix(7).
     *
     * @param bytes       at least one if there are descriptors
     * @param descriptors at most {@link #MOST_DESCRIPTORS}; they stay the caller's, the receiver gets duplicates
     * @throws LinuxException EPIPE if the other end is closed
     */
    public void send(byte[] bytes, List<Fd> descriptors) {
        send(bytes, descriptors, 0);
    }

    /**
     * As {@link #send(byte[], List)}, without waiting for room, MSG_DONTWAIT.
     *
     * @param bytes at most a page: so few are sent all or not
     * @return whether there was room
     * @throws LinuxException EPIPE if the other end is closed
     */
    public boolean sendAtOnce(byte[] bytes, List<Fd> descriptors) {
        return send(bytes, descriptors, MSG_DONTWAIT) == bytes.length;
    }

    private int send(byte[] bytes, List<Fd> descriptors, int flags) {
        if (descriptors.size() > MOST_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    "a message carries at most " + MOST_DESCRIPTORS + " descriptors, not " + descriptors.size());
        }
        if (bytes.length == 0 && !descriptors.isEmpty()) {
            throw new IllegalArgumentException("descriptors travel with at least one byte");
        }
        return send(bytes, 0, descriptors, flags);
    }

    private int send(byte[] bytes, int from, List<Fd> descriptors, int flags) {
        if (from == bytes.length) {
            return from;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = Native.bytes(arena, bytes);
            int rights = descriptors.size() * 4;
            MemorySegment control = arena.allocate(CMSGHDR + align(rights), 8);
            control.set(LONG, 0, CMSGHDR + rights);
            control.set(INT, 8, SOL_SOCKET);
            control.set(INT, 12, SCM_RIGHTS);
            for (int i = 0; i < descriptors.size(); i++) {
                control.set(INT, CMSGHDR + i * 4L, descriptors.get(i).number());
            }
            MemorySegment message = message(arena, data, control, rights == 0 ? 0 : control.byteSize());
            int done = from;
            while (done < bytes.length) {
                iovec(message, data.address() + done, bytes.length - done);
                long n = Native.raw(Syscall.SENDMSG, fd.number(), message.address(), MSG_NOSIGNAL | flags);
                if (Native.is(n, Errno.EINTR)) {
                    continue;
                }
                if (flags != 0 && Native.is(n, Errno.EAGAIN)) {
                    break;
                }
                done += (int) Native.check(n, Syscall.SENDMSG, fd);
                // The descriptors went with the first part.
                message.set(LONG, 32, 0);
                message.set(LONG, 40, 0);
            }
            return done;
        }
    }

    /**
     * Receives what there is, with the descriptors that came along, all close-on-exec. {@code ssize_t recvmsg(int,
     * struct msghdr *, MSG_CMSG_CLOEXEC)}, unix(7).
     *
     * @param into where the bytes go, from its start; not empty
     * @return the number of bytes, 0 at the end of the stream, and the descriptors
     * @throws LinuxException EMSGSIZE if not all descriptors could be taken (none is kept then, for instance because
     *     this process has too many open)
     */
    public Received receive(byte[] into) {
        if (into.length == 0) {
            throw new IllegalArgumentException("no room to receive into");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(into.length);
            MemorySegment control = arena.allocate(CMSGHDR + align(MOST_DESCRIPTORS * 4), 8);
            MemorySegment message = message(arena, data, control, control.byteSize());
            iovec(message, data.address(), into.length);
            long n;
            do {
                message.set(LONG, 40, control.byteSize());
                n = Native.raw(Syscall.RECVMSG, fd.number(), message.address(), MSG_CMSG_CLOEXEC);
            } while (Native.is(n, Errno.EINTR));
            Native.check(n, Syscall.RECVMSG, fd);
            List<Fd> descriptors = rights(control, message.get(LONG, 40));
            if ((message.get(INT, 48) & MSG_CTRUNC) != 0) {
                descriptors.forEach(Fd::close);
                throw new LinuxException("recvmsg", Errno.EMSGSIZE, "descriptors from " + fd);
            }
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, into, 0, (int) n);
            return new Received((int) n, descriptors);
        }
    }

    /**
     * Receives until the array is full; descriptors that come along are dropped.
     *
     * @return false if the stream ended before
     */
    public boolean readFully(byte[] into) {
        int done = 0;
        while (done < into.length) {
            int n = FdIo.read(fd, into, done, into.length - done);
            if (n == FdIo.END) {
                return false;
            }
            done += n;
        }
        return true;
    }

    /**
     * The other end: who called connect(2), for the one who connected whoever called listen(2). {@code getsockopt(int,
     * SOL_SOCKET, SO_PEERCRED, struct ucred *, socklen_t *)}, unix(7).
     */
    public Peer peer() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ucred = arena.allocate(12, 4);
            MemorySegment size = arena.allocate(4, 4);
            size.set(INT, 0, 12);
            long n = Native.raw(
                    Syscall.GETSOCKOPT, fd.number(), SOL_SOCKET, SO_PEERCRED, ucred.address(), size.address());
            Native.check(n, Syscall.GETSOCKOPT, fd);
            return new Peer(ucred.get(INT, 0), ucred.get(INT, 4) & 0xffffffffL, ucred.get(INT, 8) & 0xffffffffL);
        }
    }

    /**
     * How long one read or write waits before it fails with EAGAIN, SO_RCVTIMEO and SO_SNDTIMEO of socket(7).
     *
     * @param most zero for ever
     */
    public void timeout(Duration most) {
        timeout(fd, SO_RCVTIMEO, most);
        timeout(fd, SO_SNDTIMEO, most);
    }

    static void timeout(Fd fd, int option, Duration most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocate(16, 8);
            timeval.set(LONG, 0, most.getSeconds());
            timeval.set(LONG, 8, most.getNano() / 1000);
            long n = Native.raw(Syscall.SETSOCKOPT, fd.number(), SOL_SOCKET, option, timeval.address(), 16);
            Native.check(n, Syscall.SETSOCKOPT, fd);
        }
    }

    /** Tells the other end that no more bytes come; it can still send. shutdown(2) with SHUT_WR. */
    public void shutdown() {
        Native.check(Native.raw(Syscall.SHUTDOWN, fd.number(), SHUT_WR), Syscall.SHUTDOWN, fd);
    }

    @Override
    public void close() {
        fd.close();
    }

    private static List<Fd> rights(MemorySegment control, long length) {
        List<Fd> descriptors = new ArrayList<>();
        long at = 0;
        while (at + CMSGHDR <= length) {
            long size = control.get(LONG, at);
            if (size < CMSGHDR || size > length - at) {
                break;
            }
            if (control.get(INT, at + 8) == SOL_SOCKET && control.get(INT, at + 12) == SCM_RIGHTS) {
                for (long i = at + CMSGHDR; i + 4 <= at + size; i += 4) {
                    descriptors.add(new Fd(control.get(INT, i), "received descriptor"));
                }
            }
            at += align(size);
        }
        return descriptors;
    }

    /** struct msghdr over one struct iovec, which lies behind it. */
    private static MemorySegment message(Arena arena, MemorySegment data, MemorySegment control, long controlLength) {
        MemorySegment message = arena.allocate(MSGHDR + IOVEC, 8);
        message.set(LONG, 16, message.address() + MSGHDR);
        message.set(LONG, 24, 1);
        message.set(LONG, 32, controlLength == 0 ? 0 : control.address());
        message.set(LONG, 40, controlLength);
        iovec(message, data.address(), 0);
        return message;
    }

    private static void iovec(MemorySegment message, long address, long length) {
        message.set(LONG, MSGHDR, address);
        message.set(LONG, MSGHDR + 8, length);
    }

    private static long align(long length) {
        return (length + 7) & ~7L;
    }
}
