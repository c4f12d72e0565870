package dev.alcove.linux;

/** What the running kernel is, and who we are to it. */
public final class Kernel {
    private static final int LANDLOCK_CREATE_RULESET_VERSION = 1;

    private Kernel() {}

    /** This process's pid in its own PID namespace, getpid(2). */
    public static int pid() {
        return (int) Native.raw(Syscall.GETPID);
    }

    /**
     * The kernel's version as {@code major * 1000 + minor}: 6.18 is 6018. For the few features that cannot be probed.
     *
     * @throws IllegalStateException if it cannot be read
     */
    public static int version() {
        String release = System.getProperty("os.version", "");
        int dot = release.indexOf('.');
        int end = dot + 1;
        while (end < release.length() && Character.isDigit(release.charAt(end))) {
            end++;
        }
        if (dot < 1 || end == dot + 1) {
            throw new IllegalStateException("the kernel's version cannot be read: '" + release + "'");
        }
        return Integer.parseInt(release.substring(0, dot)) * 1000 + Integer.parseInt(release.substring(dot + 1, end));
    }

    /** The version of landlock(7), from 1; 0 where the kernel does not have it or it is not enabled. */
    public static int landlockVersion() {
        long version = Native.raw(Syscall.LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
        return version < 0 ? 0 : (int) version;
    }
}
