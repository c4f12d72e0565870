package dev.alcove.linux;

/** How mounts and unmounts below a mount reach its copies in other places and namespaces, mount_namespaces(7). */
public enum Propagation {
    /** Not at all, and no bind mount of it can be made: MS_UNBINDABLE. */
    UNBINDABLE(1 << 17),
    /** Not at all: MS_PRIVATE. */
    PRIVATE(1 << 18),
    /** From the others to here: MS_SLAVE. */
    SLAVE(1 << 19),
    /** Both ways: MS_SHARED. */
    SHARED(1 << 20);

    private final int flag;

    Propagation(int flag) {
        this.flag = flag;
    }

    /** MS_* of mount(2) and mount_setattr(2). */
    public long flag() {
        return flag;
    }
}
