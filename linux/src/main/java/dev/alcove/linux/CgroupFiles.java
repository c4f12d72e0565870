package dev.alcove.linux;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The files of cgroupfs: each write is one write(2) whose error is the kernel's answer. */
final class CgroupFiles {
    private static final long HERE = -100;
    private static final long WRITE_ONLY = 1;
    private static final long CLOSE_ON_EXEC = 0x80000;
    private static final long REMOVE_DIRECTORY = 0x200;
    private static final int BUFFER = 8192;
    private static final short POLLPRI = 2;

    private CgroupFiles() {}

    /** {@code int openat(int dirfd, const char *pathname, int flags)}, open(2), for reading. */
    static Fd open(String path) {
        try (Arena arena = Arena.ofConfined()) {
            long fd =
                    Native.raw(Syscall.OPENAT, HERE, Native.string(arena, path).address(), CLOSE_ON_EXEC);
            return new Fd(Native.check(fd, Syscall.OPENAT, path), path);
        }
    }

    /**
     * Writes a file, {@code ssize_t write(int fd, const void *buf, size_t count)}, write(2).
     *
     * @throws LinuxException if it cannot be opened or the kernel refuses the content
     */
    static void write(String path, String content) {
        Optional<LinuxException> failure = tryWrite(path, content);
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    /** The same, for a failure that may be expected. */
    static Optional<LinuxException> tryWrite(String path, String content) {
        try (Arena arena = Arena.ofConfined()) {
            long n = Native.raw(Syscall.OPENAT, HERE, Native.string(arena, path).address(), WRITE_ONLY | CLOSE_ON_EXEC);
            if (n < 0) {
                return Optional.of(new LinuxException("openat", Errno.of((int) -n), path));
            }
            try (Fd fd = new Fd(n, path)) {
                byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
                MemorySegment buffer = Native.bytes(arena, bytes);
                long written;
                do {
                    written = Native.raw(Syscall.WRITE, fd.number(), buffer.address(), bytes.length);
                } while (Native.is(written, Errno.EINTR));
                return written < 0
                        ? Optional.of(
                                new LinuxException("write", Errno.of((int) -written), path + " '" + content + "'"))
                        : Optional.empty();
            }
        }
    }

    /** All of a file, or empty if there is no such file or the kernel has nothing to say there. */
    static Optional<String> read(String path) {
        try (Arena arena = Arena.ofConfined()) {
            long n = Native.raw(Syscall.OPENAT, HERE, Native.string(arena, path).address(), CLOSE_ON_EXEC);
            if (Native.is(n, Errno.ENOENT) || Native.is(n, Errno.ENODEV)) {
                return Optional.empty();
            }
            try (Fd fd = new Fd(Native.check(n, Syscall.OPENAT, path), path)) {
                return read(arena, fd, path);
            }
        }
    }

    private static Optional<String> read(Arena arena, Fd fd, String path) {
        MemorySegment buffer = arena.allocate(BUFFER);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            long n = Native.raw(Syscall.PREAD64, fd.number(), buffer.address(), BUFFER, all.size());
            if (Native.is(n, Errno.EINTR)) {
                continue;
            }
            // the group was removed meanwhile, or the kernel was built without this
            if (Native.is(n, Errno.ENODEV) || Native.is(n, Errno.EOPNOTSUPP)) {
                return Optional.empty();
            }
            Native.check(n, Syscall.PREAD64, path);
            if (n == 0) {
                return Optional.of(all.toString(StandardCharsets.UTF_8));
            }
            all.writeBytes(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /**
     * {@code int mkdirat(int dirfd, const char *pathname, mode_t mode)}, mkdir(2).
     *
     * @return whether it was made; false if it was there
     */
    static boolean makeDirectory(String path) {
        try (Arena arena = Arena.ofConfined()) {
            long n =
                    Native.raw(Syscall.MKDIRAT, HERE, Native.string(arena, path).address(), 0755);
            if (Native.is(n, Errno.EEXIST)) {
                return false;
            }
            Native.check(n, Syscall.MKDIRAT, path);
            return true;
        }
    }

    /**
     * {@code int unlinkat(int dirfd, const char *pathname, int flags)} with AT_REMOVEDIR, rmdir(2). A group stays busy for a
     * moment after its last process ended: EBUSY is tried again.
     *
     * @param deadline when to give up, by System.nanoTime
     * @return whether it is gone; false if it is still busy
     */
    static boolean removeDirectory(String path, long deadline) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Native.string(arena, path);
            for (long pause = 100_000; ; pause = Math.min(2 * pause, 20_000_000)) {
                long n = Native.raw(Syscall.UNLINKAT, HERE, name.address(), REMOVE_DIRECTORY);
                if (!Native.is(n, Errno.EBUSY)) {
                    if (!Native.is(n, Errno.ENOENT)) {
                        Native.check(n, Syscall.UNLINKAT, path);
                    }
                    return true;
                }
                if (System.nanoTime() - deadline >= 0) {
                    return false;
                }
                LockSupport.parkNanos(pause);
            }
        }
    }

    /**
     * Waits until a file such as cgroup.events has a line, by the notification the kernel gives when it changes.
     *
     * @return whether it came before the deadline; true also if the file is gone with its group
     */
    static boolean await(String path, String line, long deadline) {
        try (Arena arena = Arena.ofConfined()) {
            long n = Native.raw(Syscall.OPENAT, HERE, Native.string(arena, path).address(), CLOSE_ON_EXEC);
            if (Native.is(n, Errno.ENOENT)) {
                return true;
            }
            try (Fd fd = new Fd(Native.check(n, Syscall.OPENAT, path), path)) {
                // struct pollfd { int fd; short events, revents; } and struct timespec { long sec, nsec; }
                MemorySegment poll = arena.allocate(8, 8);
                MemorySegment time = arena.allocate(16, 8);
                while (true) {
                    Optional<String> text = read(arena, fd, path);
                    if (text.isEmpty() || has(text.get(), line)) {
                        return true;
                    }
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    poll.set(ValueLayout.JAVA_INT, 0, fd.number());
                    poll.set(ValueLayout.JAVA_SHORT, 4, POLLPRI);
                    time.set(ValueLayout.JAVA_LONG, 0, left / 1_000_000_000);
                    time.set(ValueLayout.JAVA_LONG, 8, left % 1_000_000_000);
                    long polled = Native.raw(Syscall.PPOLL, poll.address(), 1, time.address(), 0, 8);
                    if (!Native.is(polled, Errno.EINTR)) {
                        Native.check(polled, Syscall.PPOLL, path);
                    }
                }
            }
        }
    }

    private static boolean has(String text, String line) {
        return text.startsWith(line + "\n") || text.contains("\n" + line + "\n");
    }

    /** SIGKILL, kill(2). A process that is gone already is what was wanted. */
    static void kill(long pid) {
        long n = Native.raw(Syscall.KILL, pid, 9);
        if (!Native.is(n, Errno.ESRCH)) {
            Native.check(n, Syscall.KILL, "process " + pid);
        }
    }
}
