package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * A mount that is nowhere yet: made by {@link FsContext#mount}, or as a copy of a place by {@link #copyOf}. It is usable
 * through its descriptor, and gone with it unless it was attached before.
 */
public final class DetachedMount implements AutoCloseable {
    private static final int OPEN_TREE_CLONE = 1;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 0x04;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;

    private final Fd fd;

    DetachedMount(Fd fd) {
        this.fd = fd;
    }

    /**
     * A bind mount of a place that is open, not yet put anywhere, open_tree(2).
     *
     * @param place     a file or directory, opened with {@link Open#path()} or otherwise
     * @param recursive with the mounts below it
     * @return the copy
     * @throws LinuxException EPERM without CAP_SYS_ADMIN, EINVAL if the place is unbindable or of a mount namespace that
     *     is not the caller's
     */
    public static DetachedMount copyOf(Fd place, boolean recursive) {
        return openTree(place.number(), "", FileStat.AT_EMPTY_PATH, recursive, place.toString());
    }

    /** As {@link #copyOf(Fd, boolean)}, of a path, links followed. */
    public static DetachedMount copyOf(Path place, boolean recursive) {
        return openTree(FileStat.AT_FDCWD, place.toString(), 0, recursive, place.toString());
    }

    /** {@code int open_tree(int dirfd, const char *path, unsigned flags)}; its O_CLOEXEC is the same on both. */
    private static DetachedMount openTree(int directory, String path, int flags, boolean recursive, String what) {
        int cloexec = 0x80000;
        int all = flags | OPEN_TREE_CLONE | cloexec | (recursive ? AT_RECURSIVE : 0);
        try (Arena arena = Arena.ofConfined()) {
            long name = Native.string(arena, path).address();
            long result = Native.raw(Syscall.OPEN_TREE, directory, name, all);
            return new DetachedMount(new Fd(Native.check(result, Syscall.OPEN_TREE, what), "mount of " + what));
        }
    }

    /**
     * Puts it onto an open place, move_mount(2). No path is walked, so nothing can be put in the way meanwhile. The
     * descriptor stays usable, and closing it does not unmount any more.
     *
     * @param target a directory, or for a file's mount a file
     * @throws LinuxException ENOTDIR if one is a directory and the other is not, EINVAL if the place is of another mount
     *     namespace
     */
    public void attach(Fd target) {
        try (Arena arena = Arena.ofConfined()) {
            long empty = Native.string(arena, "").address();
            long result = Native.raw(
                    Syscall.MOVE_MOUNT,
                    fd.number(),
                    empty,
                    target.number(),
                    empty,
                    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
            Native.check(result, Syscall.MOVE_MOUNT, fd + " to " + target);
        }
    }

    /** The root of the mount; paths can be opened from it before it is attached. It stays this handle's own. */
    public Fd fd() {
        return fd;
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return fd.toString();
    }
}
