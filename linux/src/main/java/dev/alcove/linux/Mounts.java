package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Takes mounts away and changes the root: umount2(2), pivot_root(2). */
public final class Mounts {
    private static final int MNT_DETACH = 2;
    private static final int UMOUNT_NOFOLLOW = 8;

    private Mounts() {}

    /**
     * Unmounts what is mounted last at a place. A link as last component is not followed.
     *
     * @param mountPoint the place
     * @return whether something was unmounted: false if the place is no mount's root or not there
     * @throws LinuxException EBUSY while files of it are open, EPERM without CAP_SYS_ADMIN
     */
    public static boolean unmount(Path mountPoint) {
        return unmount(mountPoint, 0);
    }

    /**
     * As {@link #unmount}, at once for new walks and in truth when its last open file closes; mounts below go with it.
     */
    public static boolean detach(Path mountPoint) {
        return unmount(mountPoint, MNT_DETACH);
    }

    /** {@code int umount2(const char *target, int flags)}. */
    private static boolean unmount(Path mountPoint, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Native.path(arena, mountPoint).address();
            long result = Native.raw(Syscall.UMOUNT2, path, flags | UMOUNT_NOFOLLOW);
            if (Native.is(result, Errno.EINVAL)
                    || Native.is(result, Errno.ENOENT)
                    || Native.is(result, Errno.ENOTDIR)) {
                return false;
            }
            Native.check(result, Syscall.UMOUNT2, mountPoint);
            return true;
        }
    }

    /**
     * Makes a directory the root of the calling thread's mount namespace, and puts the old root somewhere below. The
     * thread then loads no class any more: see {@link NamespaceThread}.
     *
     * @param newRoot a mount's root, not shared
     * @param oldRoot a directory below it, or the same one: then the old root lies over it until it is detached
     * @throws LinuxException EINVAL if newRoot is no mount's root or it is shared
     */
    public static void pivotRoot(Path newRoot, Path oldRoot) {
        try (Arena arena = Arena.ofConfined()) {
            // int pivot_root(const char *new_root, const char *put_old)
            long result = Native.raw(
                    Syscall.PIVOT_ROOT,
                    Native.path(arena, newRoot).address(),
                    Native.path(arena, oldRoot).address());
            Native.check(result, Syscall.PIVOT_ROOT, newRoot);
        }
    }
}
