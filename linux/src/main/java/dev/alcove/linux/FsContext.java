package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A file system in the making, fsopen(2): configured option by option, then made, then mounted. Where the kernel refuses,
 * its own words, which it keeps for such a context, are part of the exception's object.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="tmpfs"}
 * }
 */
public final class FsContext implements AutoCloseable {
    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_SET_FD = 5;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int FSCONFIG_CMD_RECONFIGURE = 7;
    private static final int FSPICK_CLOEXEC = 1;
    private static final int FSPICK_EMPTY_PATH = 8;
    private static final int MESSAGE = 4096;

    private final Fd fd;
    private final String type;

    private FsContext(Fd fd, String type) {
        this.fd = fd;
        this.type = type;
    }

    /**
     * Begins one.
     *
     * @param type the file system: {@code tmpfs}
     * @throws LinuxException ENODEV if the kernel has no such file system, EPERM without CAP_SYS_ADMIN
     */
    public static FsContext open(String type) {
        try (Arena arena = Arena.ofConfined()) {
            // int fsopen(const char *fsname, unsigned flags)
            long result = Native.raw(Syscall.FSOPEN, Native.string(arena, type).address(), FSOPEN_CLOEXEC);
            return new FsContext(new Fd(Native.check(result, Syscall.FSOPEN, type), type), type);
        }
    }

    /**
     * Takes up the file system of a mount to change its options, fspick(2): set them, then {@link #reconfigure}.
     *
     * @param mount the root of the mount
     * @throws LinuxException EINVAL if it is no mount's root, EPERM without CAP_SYS_ADMIN where the file system was made
     */
    public static FsContext pick(Fd mount) {
        try (Arena arena = Arena.ofConfined()) {
            // int fspick(int dirfd, const char *path, unsigned flags)
            long result = Native.raw(
                    Syscall.FSPICK,
                    mount.number(),
                    Native.string(arena, "").address(),
                    FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
            String what = mount.toString();
            return new FsContext(new Fd(Native.check(result, Syscall.FSPICK, what), what), what);
        }
    }

    /**
     * Sets an option with a value; {@code source} is what mountinfo shows.
     *
     * @throws LinuxException EINVAL if the file system has no such option, or not this value
     */
    public FsContext string(String key, String value) {
        try (Arena arena = Arena.ofConfined()) {
            long text = Native.string(arena, value).address();
            config(arena, FSCONFIG_SET_STRING, key, text, 0, key + "=" + value);
        }
        return this;
    }

    /** Sets an option without value: {@code ro}. */
    public FsContext flag(String key) {
        try (Arena arena = Arena.ofConfined()) {
            config(arena, FSCONFIG_SET_FLAG, key, 0, 0, key);
        }
        return this;
    }

    /** Sets an option to an open file, such as overlay's {@code lowerdir+} (Linux 6.13). */
    public FsContext fd(String key, Fd value) {
        try (Arena arena = Arena.ofConfined()) {
            config(arena, FSCONFIG_SET_FD, key, 0, value.number(), key + "=" + value);
        }
        return this;
    }

    /** Makes the file system, or takes the one there is of this configuration. */
    public FsContext create() {
        try (Arena arena = Arena.ofConfined()) {
            config(arena, FSCONFIG_CMD_CREATE, "", 0, 0, "");
        }
        return this;
    }

    /** Changes the file system that {@link #pick} took up to the options that were set. */
    public FsContext reconfigure() {
        try (Arena arena = Arena.ofConfined()) {
            config(arena, FSCONFIG_CMD_RECONFIGURE, "", 0, 0, "");
        }
        return this;
    }

    /** {@code int fsconfig(int fsfd, unsigned cmd, const char *key, const void *value, int aux)}. */
    private void config(Arena arena, int command, String key, long value, int aux, String what) {
        long name = key.isEmpty() ? 0 : Native.string(arena, key).address();
        check(Native.raw(Syscall.FSCONFIG, fd.number(), command, name, value, aux), Syscall.FSCONFIG, what);
    }

    /**
     * Mounts it, once and nowhere yet.
     *
     * @param attributes of the mount
     * @throws LinuxException EPERM where a container's own /proc or /sys is partly hidden and the kernel refuses a new one
     */
    public DetachedMount mount(MountAttribute... attributes) {
        long bits = 0;
        for (MountAttribute attribute : attributes) {
            bits |= attribute.bit();
        }
        // int fsmount(int fsfd, unsigned flags, unsigned attr_flags)
        long result = Native.raw(Syscall.FSMOUNT, fd.number(), FSMOUNT_CLOEXEC, bits);
        return new DetachedMount(new Fd(check(result, Syscall.FSMOUNT, ""), "new " + type));
    }

    private long check(long result, Syscall call, String what) {
        if (result < 0) {
            StringBuilder object = new StringBuilder(type);
            if (!what.isEmpty()) {
                object.append(' ').append(what);
            }
            String words = messages();
            if (!words.isEmpty()) {
                object.append(" (").append(words).append(')');
            }
            Native.check(result, call, object);
        }
        return result;
    }

    /** What the kernel says of this context: each read is one message, "e " and the words; ENODATA after the last. */
    private String messages() {
        StringBuilder words = new StringBuilder();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MESSAGE);
            while (true) {
                long length = Native.raw(Syscall.READ, fd.number(), buffer.address(), MESSAGE);
                if (length <= 0) {
                    return words.toString();
                }
                byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
                String message = new String(bytes, StandardCharsets.UTF_8).strip();
                boolean marked = message.length() > 2 && message.charAt(1) == ' ';
                words.append(words.isEmpty() ? "" : "; ").append(marked ? message.substring(2) : message);
            }
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
