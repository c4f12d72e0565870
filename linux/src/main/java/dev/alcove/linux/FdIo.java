package dev.alcove.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Reading and writing descriptors, read(2) and write(2). A call waits until it can go on, on a descriptor in
 * non-blocking mode too, and is repeated when a signal interrupts it. A waiting call holds its platform thread, or the
 * carrier of its virtual one; only the other end's doing ends it.
 */
public final class FdIo {
    /** The end of the stream: no more bytes will come. */
    public static final int END = -1;

    /** Most that one call moves through memory outside the heap. */
    private static final int CHUNK = 64 * 1024;

    private static final int POLLIN = 0x1;
    private static final int POLLOUT = 0x4;
    private static final long TIOCGPTN = 0x80045430L;
    private static final long FIONREAD = 0x541BL;

    private FdIo() {}

    /**
     * Reads what there is, at least one byte. {@code ssize_t read(int fd, void *buf, size_t count)}, read(2).
     *
     * <p>A terminal's master whose last slave was closed is at its end, which the kernel tells as EIO.
     *
     * @param fd   what to read
     * @param into where to, from its position on; advanced by what was read
     * @return the number of bytes, or {@link #END}; 0 only if {@code into} has no room
     * @throws LinuxException if it cannot be read
     */
    public static int read(Fd fd, ByteBuffer into) {
        if (!into.hasRemaining()) {
            return 0;
        }
        if (into.isReadOnly()) {
            throw new IllegalArgumentException("the buffer is read-only");
        }
        if (into.isDirect()) {
            try {
                int n = read(fd, MemorySegment.ofBuffer(into), into.remaining());
                into.position(into.position() + Math.max(0, n));
                return n;
            } finally {
                Reference.reachabilityFence(into);
            }
        }
        int most = Math.min(into.remaining(), CHUNK);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(most);
            int n = read(fd, buffer, most);
            if (n > 0) {
                into.put(buffer.asSlice(0, n).asByteBuffer());
            }
            return n;
        }
    }

    /**
     * Reads what there is, at least one byte, as {@link #read(Fd, ByteBuffer)}.
     *
     * @return the number of bytes, or {@link #END}; 0 only if {@code length} is
     */
    public static int read(Fd fd, byte[] into, int offset, int length) {
        return read(fd, ByteBuffer.wrap(into, offset, length));
    }

    /**
     * Writes all bytes. {@code ssize_t write(int fd, const void *buf, size_t count)}, write(2).
     *
     * @param fd    what to write to
     * @param bytes from its position to its limit; its position is moved along
     * @throws LinuxException if it cannot be written; EPIPE if nobody reads any more (no signal comes of it, for Java
     *     does not let SIGPIPE through)
     */
    public static void write(Fd fd, ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        if (bytes.isDirect()) {
            try {
                write(fd, MemorySegment.ofBuffer(bytes), bytes.remaining());
                bytes.position(bytes.limit());
                return;
            } finally {
                Reference.reachabilityFence(bytes);
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.min(bytes.remaining(), CHUNK));
            while (bytes.hasRemaining()) {
                int part = (int) Math.min(bytes.remaining(), buffer.byteSize());
                MemorySegment.copy(
                        MemorySegment.ofBuffer(bytes),
                        ValueLayout.JAVA_BYTE,
                        0,
                        buffer,
                        ValueLayout.JAVA_BYTE,
                        0,
                        part);
                write(fd, buffer, part);
                bytes.position(bytes.position() + part);
            }
        }
    }

    /** Writes all bytes, as {@link #write(Fd, ByteBuffer)}. */
    public static void write(Fd fd, byte[] bytes) {
        write(fd, ByteBuffer.wrap(bytes));
    }

    /**
     * The descriptor as a stream, not buffered. Closing the stream closes the descriptor; failures are
     * {@link IOException}s.
     */
    public static InputStream input(Fd fd) {
        return new Input(fd);
    }

    /**
     * The descriptor as a stream, not buffered. Closing the stream closes the descriptor; failures are
     * {@link IOException}s.
     */
    public static OutputStream output(Fd fd) {
        return new Output(fd);
    }

    /**
     * How many bytes can be read without waiting. {@code int ioctl(int fd, FIONREAD, int *n)}, ioctl(2).
     *
     * @return 0 also of a descriptor that cannot tell
     */
    public static int available(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(4, 4);
            long n = Native.raw(Syscall.IOCTL, fd.number(), FIONREAD, number.address());
            return n < 0 ? 0 : number.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private static int read(Fd fd, MemorySegment buffer, long most) {
        while (true) {
            long n = Native.raw(Syscall.READ, fd.number(), buffer.address(), most);
            if (n > 0) {
                return (int) n;
            }
            if (n == 0 || (Native.is(n, Errno.EIO) && isMaster(fd))) {
                return END;
            }
            if (Native.is(n, Errno.EAGAIN)) {
                await(fd, POLLIN);
            } else if (!Native.is(n, Errno.EINTR)) {
                Native.check(n, Syscall.READ, fd);
            }
        }
    }

    private static void write(Fd fd, MemorySegment buffer, long length) {
        long done = 0;
        while (done < length) {
            long n = Native.raw(Syscall.WRITE, fd.number(), buffer.address() + done, length - done);
            if (n >= 0) {
                done += n;
            } else if (Native.is(n, Errno.EAGAIN)) {
                await(fd, POLLOUT);
            } else if (!Native.is(n, Errno.EINTR)) {
                Native.check(n, Syscall.WRITE, fd);
            }
        }
    }

    /** EIO of a terminal's master means that its slaves are closed; of anything else, that a device failed. */
    private static boolean isMaster(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(4, 4);
            return Native.raw(Syscall.IOCTL, fd.number(), TIOCGPTN, number.address()) == 0;
        }
    }

    /** Waits until a non-blocking descriptor is ready, ppoll(2). */
    private static void await(Fd fd, int events) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pollfd = arena.allocate(8, 4);
            pollfd.set(ValueLayout.JAVA_INT, 0, fd.number());
            pollfd.set(ValueLayout.JAVA_SHORT, 4, (short) events);
            long n = Native.raw(Syscall.PPOLL, pollfd.address(), 1, 0, 0, 8);
            if (!Native.is(n, Errno.EINTR)) {
                Native.check(n, Syscall.PPOLL, fd);
            }
        }
    }

    private static final class Input extends InputStream {
        private final Fd fd;

        Input(Fd fd) {
            this.fd = fd;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) == END ? END : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            try {
                return FdIo.read(fd, into, offset, length);
            } catch (LinuxException | IllegalStateException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public int available() throws IOException {
            try {
                return FdIo.available(fd);
            } catch (IllegalStateException e) {
                throw new IOException("closed", e);
            }
        }

        @Override
        public void close() {
            fd.close();
        }
    }

    private static final class Output extends OutputStream {
        private final Fd fd;

        Output(Fd fd) {
            this.fd = fd;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                FdIo.write(fd, ByteBuffer.wrap(bytes, offset, length));
            } catch (LinuxException | IllegalStateException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            fd.close();
        }
    }
}
