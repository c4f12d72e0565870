package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Makes, moves and removes names in an open directory: the calls whose names end in {@code at}.
 *
 * <p>A name of one component cannot lead elsewhere, whatever links there are. One with slashes is walked by the kernel's
 * usual rules: where the tree may be hostile, open the parent with {@link Resolve#IN_ROOT} first.
 */
public final class At {
    private static final int AT_REMOVEDIR = 0x200;
    private static final int RENAME_NOREPLACE = 1;
    private static final int RENAME_EXCHANGE = 2;
    private static final int PATH_MAX = 4096;

    private At() {}

    /**
     * Makes a directory, mkdirat(2).
     *
     * @param permissions 0 to 07777, less the umask
     * @return whether it was made: false if something of the name is there, of whatever type
     */
    public static boolean mkdir(Fd directory, String name, int permissions) {
        return unless(Errno.EEXIST, Syscall.MKDIRAT, directory, name, permissions);
    }

    /**
     * Removes a name that is not a directory's, unlinkat(2).
     *
     * @return whether there was one
     */
    public static boolean unlink(Fd directory, String name) {
        return unless(Errno.ENOENT, Syscall.UNLINKAT, directory, name, 0);
    }

    /**
     * Removes an empty directory, unlinkat(2).
     *
     * @return whether there was one
     */
    public static boolean rmdir(Fd directory, String name) {
        return unless(Errno.ENOENT, Syscall.UNLINKAT, directory, name, AT_REMOVEDIR);
    }

    private static boolean unless(Errno expected, Syscall call, Fd directory, String name, long argument) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Native.string(arena, name).address();
            long result = Native.raw(call, directory.number(), path, argument);
            if (Native.is(result, expected)) {
                return false;
            }
            check(result, call, directory, name);
            return true;
        }
    }

    /**
     * Makes a symbolic link, symlinkat(2).
     *
     * @param target what it says, whether that is there or not
     * @return whether it was made: false if something of the name is there
     */
    public static boolean symlink(String target, Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            long to = Native.string(arena, target).address();
            long path = Native.string(arena, name).address();
            long result = Native.raw(Syscall.SYMLINKAT, to, directory.number(), path);
            if (Native.is(result, Errno.EEXIST)) {
                return false;
            }
            check(result, Syscall.SYMLINKAT, directory, name);
            return true;
        }
    }

    /**
     * What a symbolic link says, readlinkat(2).
     *
     * @return its target, or empty if there is nothing of the name, or no link
     */
    public static Optional<String> readLink(Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PATH_MAX, 8);
            long path = Native.string(arena, name).address();
            long length = Native.raw(Syscall.READLINKAT, directory.number(), path, buffer.address(), PATH_MAX);
            if (Native.is(length, Errno.ENOENT) || Native.is(length, Errno.EINVAL)) {
                return Optional.empty();
            }
            check(length, Syscall.READLINKAT, directory, name);
            byte[] target = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            return Optional.of(new String(target, StandardCharsets.UTF_8));
        }
    }

    /** Gives a name a new one, in whose place whatever is there goes, in one instant, renameat2(2). */
    public static void rename(Fd directory, String from, Fd toDirectory, String to) {
        rename(directory, from, toDirectory, to, 0);
    }

    /**
     * As {@link #rename}, if the new name is free.
     *
     * @return whether it was: false if something of the name is there
     */
    public static boolean renameIfFree(Fd directory, String from, Fd toDirectory, String to) {
        return rename(directory, from, toDirectory, to, RENAME_NOREPLACE);
    }

    /** Gives each of two names what the other had, in one instant. */
    public static void exchange(Fd directory, String one, Fd otherDirectory, String other) {
        rename(directory, one, otherDirectory, other, RENAME_EXCHANGE);
    }

    private static boolean rename(Fd directory, String from, Fd toDirectory, String to, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long result = Native.raw(
                    Syscall.RENAMEAT2,
                    directory.number(),
                    Native.string(arena, from).address(),
                    toDirectory.number(),
                    Native.string(arena, to).address(),
                    flags);
            if (flags == RENAME_NOREPLACE && Native.is(result, Errno.EEXIST)) {
                return false;
            }
            check(result, Syscall.RENAMEAT2, directory, from);
            return true;
        }
    }

    /**
     * Makes a device node, a FIFO, a socket's name or an empty file, mknodat(2).
     *
     * @param type        not a directory or link
     * @param permissions 0 to 07777, less the umask
     * @param major       of a device, 0 to 4095; else 0
     * @param minor       of a device, 0 to 1048575; else 0
     * @return whether it was made: false if something of the name is there
     * @throws LinuxException EPERM for a device outside of the initial user namespace
     */
    public static boolean mknod(Fd directory, String name, FileType type, int permissions, int major, int minor) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Native.string(arena, name).address();
            long device = Inode.device(major, minor);
            int mode = type.bits() | permissions;
            long result = Native.raw(Syscall.MKNODAT, directory.number(), path, mode, device);
            if (Native.is(result, Errno.EEXIST)) {
                return false;
            }
            check(result, Syscall.MKNODAT, directory, name);
            return true;
        }
    }

    /**
     * Sets the owner and group of a name, of a link itself, fchownat(2).
     *
     * @param name the name; empty is the open file itself
     * @param uid  0 to 4294967294
     * @param gid  0 to 4294967294
     */
    public static void owner(Fd directory, String name, long uid, long gid) {
        for (long id : new long[] {uid, gid}) {
            if (id < 0 || id >= IdRange.NO_ID) {
                throw new IllegalArgumentException("an id is 0 to 4294967294, not " + id);
            }
        }
        int flags = FileStat.AT_SYMLINK_NOFOLLOW | (name.isEmpty() ? FileStat.AT_EMPTY_PATH : 0);
        try (Arena arena = Arena.ofConfined()) {
            long path = Native.string(arena, name).address();
            long result = Native.raw(Syscall.FCHOWNAT, directory.number(), path, uid, gid, flags);
            check(result, Syscall.FCHOWNAT, directory, name);
        }
    }

    private static void check(long result, Syscall call, Fd directory, String name) {
        if (result < 0) {
            Native.check(result, call, name.isEmpty() ? directory.toString() : Open.name(directory, name));
        }
    }
}
