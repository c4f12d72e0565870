package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to open a file, to be applied to any number of paths. Immutable; always close-on-exec.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="open"}
 * }
 */
public final class Open {
    private static final int O_WRONLY = 1;
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0x40;
    private static final int O_EXCL = 0x80;
    private static final int O_NOCTTY = 0x100;
    private static final int O_TRUNC = 0x200;
    private static final int O_APPEND = 0x400;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_PATH = 0x200000;
    /** A path walk that races with a rename fails with EAGAIN and may be tried again, openat2(2). */
    private static final int RACES = 128;

    private final int flags;
    private final int mode;
    private final int resolve;

    private Open(int flags, int mode, int resolve) {
        this.flags = flags;
        this.mode = mode;
        this.resolve = resolve;
    }

    /** For reading. */
    public static Open read() {
        return new Open(O_CLOEXEC | O_NOCTTY, 0, 0);
    }

    /** For writing. */
    public static Open write() {
        return new Open(O_CLOEXEC | O_NOCTTY | O_WRONLY, 0, 0);
    }

    /** For reading and writing. */
    public static Open readWrite() {
        return new Open(O_CLOEXEC | O_NOCTTY | O_RDWR, 0, 0);
    }

    /** O_PATH: the place alone, without any right to the contents; devices and FIFOs are not touched. */
    public static Open path() {
        return new Open(O_CLOEXEC | O_PATH, 0, 0);
    }

    /**
     * Made if it is missing.
     *
     * @param permissions of a new file, 0 to 07777, less the umask
     */
    public Open create(int permissions) {
        if ((permissions & ~0xfff) != 0) {
            throw new IllegalArgumentException(
                    "permissions are 0 to 07777, not 0" + Integer.toOctalString(permissions));
        }
        return new Open(flags | O_CREAT, permissions, resolve);
    }

    /** With {@link #create}: fails with EEXIST if it is there, be it as a dangling link. */
    public Open exclusive() {
        return new Open(flags | O_EXCL, mode, resolve);
    }

    /** Emptied. */
    public Open truncate() {
        return new Open(flags | O_TRUNC, mode, resolve);
    }

    /** Each write goes to the end. */
    public Open append() {
        return new Open(flags | O_APPEND, mode, resolve);
    }

    /** Without waiting for the other side of a FIFO or for a device. */
    public Open nonBlocking() {
        return new Open(flags | O_NONBLOCK, mode, resolve);
    }

    /** A directory, or ENOTDIR. */
    public Open directory() {
        return new Open(flags | (arm() ? 0x4000 : 0x10000), mode, resolve);
    }

    /** A link as last component is not followed: ELOOP, or with {@link #path()} the link itself. */
    public Open noFollow() {
        return new Open(flags | (arm() ? 0x8000 : 0x20000), mode, resolve);
    }

    /** With these limits on the walk, in addition to those there are. */
    public Open resolve(Resolve... limits) {
        int bits = resolve;
        for (Resolve limit : limits) {
            bits |= limit.bit();
        }
        return new Open(flags, mode, bits);
    }

    /** O_DIRECTORY and O_NOFOLLOW are the flags whose bits differ between the two architectures. */
    private static boolean arm() {
        return Arch.host() == Arch.AARCH64;
    }

    /**
     * Opens a path, a relative one from the working directory of the calling thread.
     *
     * @throws LinuxException if it cannot be opened
     */
    public Fd at(Path path) {
        String name = path.toString();
        return new Fd(Native.check(open(FileStat.AT_FDCWD, name), call(), name), name);
    }

    /**
     * Opens a path from a directory.
     *
     * @param directory where a relative path begins; with {@link Resolve#IN_ROOT} an absolute one as well
     * @param path      the path; empty is not the directory itself, {@code .} is
     * @throws LinuxException if it cannot be opened
     */
    public Fd at(Fd directory, String path) {
        String what = name(directory, path);
        return new Fd(Native.check(open(directory.number(), path), call(), what), what);
    }

    /** As {@link #at(Path)}, or empty if there is nothing: ENOENT, ENOTDIR, and ESRCH below /proc. */
    public Optional<Fd> find(Path path) {
        String name = path.toString();
        return found(open(FileStat.AT_FDCWD, name), name);
    }

    /** As {@link #at(Fd, String)}, or empty if there is nothing: ENOENT, ENOTDIR, and ESRCH below /proc. */
    public Optional<Fd> find(Fd directory, String path) {
        return found(open(directory.number(), path), name(directory, path));
    }

    private Optional<Fd> found(long result, String what) {
        if (Native.is(result, Errno.ENOENT) || Native.is(result, Errno.ENOTDIR) || Native.is(result, Errno.ESRCH)) {
            return Optional.empty();
        }
        return Optional.of(new Fd(Native.check(result, call(), what), what));
    }

    /** How a path below a directory is called in an error. */
    static String name(Fd directory, String path) {
        return path.startsWith("/") ? directory + path : directory + "/" + path;
    }

    private Syscall call() {
        return resolve == 0 ? Syscall.OPENAT : Syscall.OPENAT2;
    }

    /**
     * {@code int openat(int dirfd, const char *path, int flags, mode_t)}, open(2), and where the walk is limited
     * {@code long openat2(int dirfd, const char *path, struct open_how *, size_t)}, openat2(2). The older call where it
     * will do, because the seccomp filters of older container engines do not know the newer one.
     */
    private long open(int directory, String path) {
        try (Arena arena = Arena.ofConfined()) {
            long name = Native.string(arena, path).address();
            long result = 0;
            for (int i = 0; i < RACES; i++) {
                if (resolve == 0) {
                    result = Native.raw(Syscall.OPENAT, directory, name, flags, mode);
                } else {
                    MemorySegment how = arena.allocate(24, 8);
                    how.set(ValueLayout.JAVA_LONG, 0, flags);
                    how.set(ValueLayout.JAVA_LONG, 8, mode);
                    how.set(ValueLayout.JAVA_LONG, 16, resolve);
                    result = Native.raw(Syscall.OPENAT2, directory, name, how.address(), how.byteSize());
                }
                boolean again = Native.is(result, Errno.EINTR) || (resolve != 0 && Native.is(result, Errno.EAGAIN));
                if (!again) {
                    return result;
                }
            }
            return result;
        }
    }
}
