package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the calling thread may do and its children may: each of a process's threads has these for itself, credentials(7),
 * though nothing in a JVM but native code changes them.
 *
 * @param user            the effective user, geteuid(2)
 * @param permitted       the permitted capabilities as capget(2)'s mask
 * @param noNewPrivileges whether execve(2) gives no more, PR_GET_NO_NEW_PRIVS
 * @param filtered        whether a seccomp(2) filter is in force, PR_GET_SECCOMP
 */
public record Privileges(long user, long permitted, boolean noNewPrivileges, boolean filtered) {
    private static final int PR_GET_SECCOMP = 21;
    private static final int PR_GET_NO_NEW_PRIVS = 39;
    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    /** The calling thread's. */
    public static Privileges ofThread() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(8, 8);
            header.set(ValueLayout.JAVA_INT, 0, CAPABILITY_VERSION_3);
            MemorySegment data = arena.allocate(24, 8);
            Native.check(Native.raw(Syscall.CAPGET, header.address(), data.address()), Syscall.CAPGET, "this thread");
            long low = data.get(ValueLayout.JAVA_INT, 4) & 0xffffffffL;
            long high = data.get(ValueLayout.JAVA_INT, 16);
            return new Privileges(
                    Native.raw(Syscall.GETEUID),
                    high << 32 | low,
                    Native.raw(Syscall.PRCTL, PR_GET_NO_NEW_PRIVS) == 1,
                    // A filter that forbids the question is one.
                    Native.raw(Syscall.PRCTL, PR_GET_SECCOMP) != 0);
        }
    }
}
