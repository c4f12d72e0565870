package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Which file, and as of which change: statx(2). Whoever writes to it, replaces it or changes its owner or mode makes
 * another version.
 *
 * @param inode   which file
 * @param seconds when it was last changed (ctime), since 1970
 * @param nanos   the nanoseconds of that, 0 to 999999999
 */
public record FileVersion(Inode inode, long seconds, long nanos) {
    /** Of an open file. */
    public static FileVersion of(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(FileStat.STATX_SIZE, 8);
            Native.check(FileStat.statx(arena, fd.number(), "", FileStat.AT_EMPTY_PATH, buffer), Syscall.STATX, fd);
            return read(buffer);
        }
    }

    /**
     * Of a name in a directory; a symbolic link is not followed.
     *
     * @return empty if there is nothing of this name
     */
    public static Optional<FileVersion> find(Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(FileStat.STATX_SIZE, 8);
            long result = FileStat.statx(arena, directory.number(), name, FileStat.AT_SYMLINK_NOFOLLOW, buffer);
            if (Native.is(result, Errno.ENOENT)) {
                return Optional.empty();
            }
            Native.check(result, Syscall.STATX, name);
            return Optional.of(read(buffer));
        }
    }

    private static FileVersion read(MemorySegment b) {
        return new FileVersion(
                FileStat.inode(b), b.get(ValueLayout.JAVA_LONG, 96), b.get(ValueLayout.JAVA_INT, 104) & 0xffffffffL);
    }
}
