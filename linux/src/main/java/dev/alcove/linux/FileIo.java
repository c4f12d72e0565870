package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

/** Reads, writes and changes an open file. For small files, whole. */
public final class FileIo {
    private static final int BUFFER = 8192;
    /** Linux keeps an extended attribute's value below this. */
    private static final int MAX_XATTR = 65536;

    private FileIo() {}

    /**
     * The bytes from the file's position to its end, read(2).
     *
     * @param fd    the file
     * @param limit how many bytes at most, more than 0
     * @throws LinuxException EFBIG if there are more; else what the read says, as EISDIR
     */
    public static byte[] readAll(Fd fd, int limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER, 8);
            byte[] bytes = new byte[Math.min(limit, BUFFER)];
            int length = 0;
            while (true) {
                int n = (int) retried(Syscall.READ, fd, buffer.address(), BUFFER, 0);
                if (n == 0) {
                    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
                }
                if (n > limit - length) {
                    throw new LinuxException("read", Errno.EFBIG, fd.toString());
                }
                if (length + n > bytes.length) {
                    bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(2L * bytes.length, length + n)));
                }
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, length, n);
                length += n;
            }
        }
    }

    /**
     * Writes all bytes, write(2): in one call as far as the kernel takes them, as the files of /proc and of cgroups ask.
     *
     * @throws LinuxException what the write says, as ENOSPC or EPIPE
     */
    public static void writeAll(Fd fd, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = Native.bytes(arena, bytes);
            long done = 0;
            // An empty write is made too: of some files it is a command.
            do {
                done += retried(Syscall.WRITE, fd, buffer.address() + done, bytes.length - done, 0);
            } while (done < bytes.length);
        }
    }

    /**
     * Writes all bytes at a place in the file, pwrite(2): in one call as far as the kernel takes them.
     *
     * @param offset where, 0 or more; behind the file's end it grows
     * @throws LinuxException what the write says, as ENOSPC
     */
    public static void writeAt(Fd fd, long offset, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = Native.bytes(arena, bytes);
            long done = 0;
            while (done < bytes.length) {
                done += retried(Syscall.PWRITE64, fd, buffer.address() + done, bytes.length - done, offset + done);
            }
        }
    }

    /** The last argument is the place in the file; read(2) and write(2) have none and do not look. */
    private static long retried(Syscall call, Fd fd, long address, long length, long offset) {
        long result;
        do {
            result = Native.raw(call, fd.number(), address, length, offset);
        } while (Native.is(result, Errno.EINTR));
        return Native.check(result, call, fd);
    }

    /** Waits until the contents, or a directory's names, are on the disk, fsync(2). Not of {@link Open#path()}. */
    public static void sync(Fd fd) {
        Native.check(Native.raw(Syscall.FSYNC, fd.number()), Syscall.FSYNC, fd);
    }

    /** Cuts or extends it, ftruncate(2). */
    public static void truncate(Fd fd, long size) {
        Native.check(Native.raw(Syscall.FTRUNCATE, fd.number(), size), Syscall.FTRUNCATE, fd);
    }

    /**
     * Sets the permissions, whatever the umask, fchmod(2).
     *
     * @param permissions 0 to 07777
     */
    public static void permissions(Fd fd, int permissions) {
        Native.check(Native.raw(Syscall.FCHMOD, fd.number(), permissions), Syscall.FCHMOD, fd);
    }

    /**
     * Sets the owner and group, fchownat(2); also of a file opened with {@link Open#path()}.
     *
     * @param uid 0 to 4294967294
     * @param gid 0 to 4294967294
     */
    public static void owner(Fd fd, long uid, long gid) {
        At.owner(fd, "", uid, gid);
    }

    /**
     * An extended attribute, fgetxattr(2). Not of {@link Open#path()}.
     *
     * @param name with its namespace: {@code security.capability}
     * @return the value, or empty if there is none of that name, or the file system has no such attributes
     */
    public static Optional<byte[]> attribute(Fd fd, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(MAX_XATTR, 8);
            long key = Native.string(arena, name).address();
            long length = Native.raw(Syscall.FGETXATTR, fd.number(), key, value.address(), MAX_XATTR);
            if (Native.is(length, Errno.ENODATA) || Native.is(length, Errno.EOPNOTSUPP)) {
                return Optional.empty();
            }
            Native.check(length, Syscall.FGETXATTR, fd);
            return Optional.of(value.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** Sets an extended attribute, fsetxattr(2). Not of {@link Open#path()}. */
    public static void attribute(Fd fd, String name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            long key = Native.string(arena, name).address();
            long bytes = Native.bytes(arena, value).address();
            long result = Native.raw(Syscall.FSETXATTR, fd.number(), key, bytes, value.length, 0);
            Native.check(result, Syscall.FSETXATTR, fd + " " + name);
        }
    }
}
