package dev.alcove.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What the running kernel is, and who we are to it. */
public final class Kernel {
    private static final int LANDLOCK_CREATE_RULESET_VERSION = 1;

    /** As many bytes as getrandom(2) gives in one piece, whatever happens. */
    private static final int MOST_RANDOM = 256;

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

    /** The processors that are on line, as cpuset(7) lists them: {@code 0-3,8}; empty where /sys does not say. */
    public static String processors() {
        return list("/sys/devices/system/cpu/online");
    }

    /** The memory nodes that are on line, in the same form; {@code 0} on a machine that has but one. */
    public static String memoryNodes() {
        String nodes = list("/sys/devices/system/node/online");
        // A kernel without CONFIG_NUMA has no such folder, and one node.
        return nodes.isEmpty() && !processors().isEmpty() ? "0" : nodes;
    }

    private static String list(String file) {
        try {
            return new String(ProcFile.bytes(Path.of(file)), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** The version of landlock(7), from 1; 0 where the kernel does not have it or it is not enabled. */
    public static int landlockVersion() {
        long version = Native.raw(Syscall.LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
        return version < 0 ? 0 : (int) version;
    }

    /**
     * Unpredictable bytes, getrandom(2): {@code ssize_t getrandom(void *buf, size_t buflen, unsigned int flags)}. The
     * same as {@link java.security.SecureRandom} gives, without the twenty milliseconds that its first use takes.
     *
     * @param count how many, 0 to 256
     * @throws IllegalArgumentException if it is another number
     * @throws LinuxException           if a filter forbids the call
     */
    public static byte[] random(int count) {
        if (count < 0 || count > MOST_RANDOM) {
            throw new IllegalArgumentException("random bytes: " + count + " is not 0 to " + MOST_RANDOM);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MOST_RANDOM);
            Native.check(Native.raw(Syscall.GETRANDOM, buffer.address(), count, 0), Syscall.GETRANDOM, "");
            return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
