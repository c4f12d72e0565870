package dev.alcove.linux;

/** How openat2(2) may walk a path. */
public enum Resolve {
    /** Not into another mount, bind mounts included. */
    NO_XDEV(0x01),
    /** Not through the links of /proc that are no real links, such as /proc/PID/exe and /proc/PID/fd/N. */
    NO_MAGICLINKS(0x02),
    /** Through no symbolic link at all. */
    NO_SYMLINKS(0x04),
    /** Never out of the directory: an absolute path, an absolute link or a {@code ..} above it fails with EXDEV. */
    BENEATH(0x08),
    /** As if the directory were the root: absolute links and {@code ..} stay inside, as after chroot(2). */
    IN_ROOT(0x10);

    private final int bit;

    Resolve(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }
}
