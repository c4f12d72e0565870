package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a file is: statx(2), whose structure is the same on every architecture.
 *
 * @param inode       which file
 * @param type        what kind of file
 * @param permissions the lower twelve bits of the mode, 0 to 07777
 * @param links       the number of names
 * @param uid         the owner, 0 to 4294967294
 * @param gid         the group, 0 to 4294967294
 * @param size        in bytes
 * @param deviceMajor of a device node, else 0
 * @param deviceMinor of a device node, else 0
 */
public record FileStat(
        Inode inode,
        FileType type,
        int permissions,
        long links,
        long uid,
        long gid,
        long size,
        long deviceMajor,
        long deviceMinor) {
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_NO_AUTOMOUNT = 0x800;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_SIZE = 256;

    /** Of an open file, which may be one opened with {@link Open#path()}. */
    public static FileStat of(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(STATX_SIZE, 8);
            Native.check(statx(arena, fd.number(), "", AT_EMPTY_PATH, buffer), Syscall.STATX, fd);
            return read(buffer);
        }
    }

    /**
     * Of a path, links followed.
     *
     * @param path the path
     * @return what it is, or empty if there is nothing, or the process is gone that the path below /proc is of
     */
    public static Optional<FileStat> find(Path path) {
        return find(AT_FDCWD, path.toString(), AT_NO_AUTOMOUNT);
    }

    /**
     * Of a name in a directory; a symbolic link is not followed as last component.
     *
     * @param directory where a relative path begins
     * @param path      the path
     * @return what it is, or empty if there is nothing
     */
    public static Optional<FileStat> find(Fd directory, String path) {
        return find(directory.number(), path, AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW);
    }

    private static Optional<FileStat> find(int directory, String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(STATX_SIZE, 8);
            long result = statx(arena, directory, path, flags, buffer);
            if (Native.is(result, Errno.ENOENT) || Native.is(result, Errno.ENOTDIR) || Native.is(result, Errno.ESRCH)) {
                return Optional.empty();
            }
            Native.check(result, Syscall.STATX, path);
            return Optional.of(read(buffer));
        }
    }

    /** {@code int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *)}, statx(2). */
    private static long statx(Arena arena, int directory, String path, int flags, MemorySegment buffer) {
        long name = Native.string(arena, path).address();
        return Native.raw(Syscall.STATX, directory, name, flags, STATX_BASIC_STATS, buffer.address());
    }

    private static FileStat read(MemorySegment b) {
        int mode = b.get(ValueLayout.JAVA_SHORT, 28) & 0xffff;
        return new FileStat(
                new Inode(Inode.device(u32(b, 136), u32(b, 140)), b.get(ValueLayout.JAVA_LONG, 32)),
                FileType.ofMode(mode),
                mode & 0xfff,
                u32(b, 16),
                u32(b, 20),
                u32(b, 24),
                b.get(ValueLayout.JAVA_LONG, 40),
                u32(b, 128),
                u32(b, 132));
    }

    private static long u32(MemorySegment b, long offset) {
        return b.get(ValueLayout.JAVA_INT, offset) & 0xffffffffL;
    }
}
