package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Changes of a mount, made all or none in one call, mount_setattr(2).
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="change"}
 */
public final class MountChange {
    private static final int MOUNT_ATTR_IDMAP = 0x00100000;
    private static final int AT_RECURSIVE = 0x8000;

    private long set;
    private long clear;
    private long propagation;
    private boolean recursive;
    private Optional<Namespace> idMap = Optional.empty();

    private MountChange() {}

    /** One that changes nothing yet. */
    public static MountChange create() {
        return new MountChange();
    }

    /** Sets these. */
    public MountChange set(MountAttribute... attributes) {
        for (MountAttribute attribute : attributes) {
            if (attribute.isAtime()) {
                // A way of access times is changed by clearing the whole field, else EINVAL.
                clear |= MountAttribute.ATIME;
                set &= ~MountAttribute.ATIME;
            }
            set |= attribute.bit();
        }
        return this;
    }

    /** Clears these; of a way of access times, back to the kernel's default. */
    public MountChange clear(MountAttribute... attributes) {
        for (MountAttribute attribute : attributes) {
            clear |= attribute.isAtime() ? MountAttribute.ATIME : attribute.bit();
        }
        return this;
    }

    /** Changes how mounts below travel. */
    public MountChange propagation(Propagation to) {
        propagation = to.flag();
        return this;
    }

    /**
     * Shows files with the owners that the user namespace gives them. The mount must be detached and not mapped yet.
     *
     * @param user a user namespace with its maps written; not the initial one
     */
    public MountChange idMap(Namespace user) {
        if (user.kind() != NamespaceKind.USER) {
            throw new IllegalArgumentException("an id map comes from a user namespace, not from " + user);
        }
        set |= MOUNT_ATTR_IDMAP;
        idMap = Optional.of(user);
        return this;
    }

    /** Of all mounts below as well. */
    public MountChange recursive() {
        recursive = true;
        return this;
    }

    /**
     * Changes the mount a descriptor is the root of.
     *
     * @throws LinuxException EINVAL if it is not a mount's root, EPERM if the caller may not, or an attribute is locked
     *     by a more privileged mount namespace
     */
    public void apply(Fd mount) {
        apply(mount.number(), "", FileStat.AT_EMPTY_PATH, mount.toString());
    }

    /** Changes the mount at a path, links followed. See {@link #apply(Fd)}. */
    public void apply(Path mountPoint) {
        apply(FileStat.AT_FDCWD, mountPoint.toString(), 0, mountPoint.toString());
    }

    /** {@code int mount_setattr(int dirfd, const char *path, unsigned flags, struct mount_attr *, size_t)}. */
    private void apply(int directory, String path, int flags, String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(32, 8);
            attr.set(ValueLayout.JAVA_LONG, 0, set);
            attr.set(ValueLayout.JAVA_LONG, 8, clear);
            attr.set(ValueLayout.JAVA_LONG, 16, propagation);
            attr.set(
                    ValueLayout.JAVA_LONG,
                    24,
                    idMap.map(n -> (long) n.fd().number()).orElse(0L));
            long result = Native.raw(
                    Syscall.MOUNT_SETATTR,
                    directory,
                    Native.string(arena, path).address(),
                    flags | (recursive ? AT_RECURSIVE : 0),
                    attr.address(),
                    attr.byteSize());
            Native.check(result, Syscall.MOUNT_SETATTR, what);
        }
    }
}
