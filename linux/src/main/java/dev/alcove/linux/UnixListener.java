package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A listening stream socket of the AF_UNIX family with a name in the file system, unix(7). Closing it leaves the name. */
public final class UnixListener implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SUN_PATH = 108;
    private static final int BACKLOG = 64;

    private final Fd fd;

    private UnixListener(Fd fd) {
        this.fd = fd;
    }

    /**
     * Listens, bind(2) and listen(2).
     *
     * @param path the name it gets, of at most 107 bytes; its permissions are as the umask leaves them
     * @throws LinuxException EADDRINUSE if there is something of this name
     */
    public static UnixListener at(Path path) {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length >= SUN_PATH) {
            throw new LinuxException("bind", Errno.ENAMETOOLONG, path.toString());
        }
        long n = Native.raw(Syscall.SOCKET, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        Fd fd = new Fd(Native.check(n, Syscall.SOCKET, path), path.toString());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + SUN_PATH, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
            long bound = Native.raw(Syscall.BIND, fd.number(), address.address(), 2 + name.length + 1L);
            Native.check(bound, Syscall.BIND, path);
            Native.check(Native.raw(Syscall.LISTEN, fd.number(), BACKLOG), Syscall.LISTEN, path);
            return new UnixListener(fd);
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Waits for the next connection, accept4(2).
     *
     * @param most how long; more than 0
     * @return empty if there was none in that time, or after {@link #shutdown}
     */
    public Optional<UnixSocket> accept(Duration most) {
        UnixSocket.timeout(fd, UnixSocket.SO_RCVTIMEO, most);
        long n;
        do {
            n = Native.raw(Syscall.ACCEPT4, fd.number(), 0, 0, SOCK_CLOEXEC);
        } while (Native.is(n, Errno.EINTR) || Native.is(n, Errno.ECONNABORTED));
        if (Native.is(n, Errno.EAGAIN) || Native.is(n, Errno.EINVAL)) {
            return Optional.empty();
        }
        return Optional.of(UnixSocket.of(new Fd(Native.check(n, Syscall.ACCEPT4, fd), "connection to " + fd)));
    }

    /** Ends a waiting {@link #accept} and refuses new connections, shutdown(2). */
    public void shutdown() {
        // Whoever waits gets EINVAL; one that nobody waits on has nothing to be told.
        Native.raw(Syscall.SHUTDOWN, fd.number(), 2);
    }

    @Override
    public void close() {
        fd.close();
    }
}
