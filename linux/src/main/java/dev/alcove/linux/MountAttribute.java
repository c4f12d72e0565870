package dev.alcove.linux;

/** What a mount allows, whatever its file system does: mount_setattr(2). */
public enum MountAttribute {
    /** Nothing is written. */
    READ_ONLY(0x01),
    /** Set-user-id bits and file capabilities mean nothing. */
    NOSUID(0x02),
    /** Device nodes cannot be opened. */
    NODEV(0x04),
    /** Nothing can be executed. */
    NOEXEC(0x08),
    /** Access times as needed, the kernel's default. */
    RELATIME(0x00),
    /** No access times. */
    NOATIME(0x10),
    /** Every access time. */
    STRICTATIME(0x20),
    /** No access times of directories. */
    NODIRATIME(0x80),
    /** Symbolic links are not followed. Linux 5.14. */
    NOSYMFOLLOW(0x200000);

    /** The three ways of access times are one field of the kernel's, not three bits. */
    static final int ATIME = 0x70;

    private final int bit;

    MountAttribute(int bit) {
        this.bit = bit;
    }

    /** MOUNT_ATTR_* of mount_setattr(2). */
    public long bit() {
        return bit;
    }

    boolean isAtime() {
        return this == RELATIME || this == NOATIME || this == STRICTATIME;
    }
}
