package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * What a process and its reaped children used, getrusage(2).
 *
 * @param user                CPU time in user mode
 * @param system              CPU time in the kernel
 * @param maxResidentBytes    the most memory it held at one time
 * @param minorFaults         page faults without I/O
 * @param majorFaults         page faults with I/O
 * @param voluntarySwitches   context switches it waited for
 * @param involuntarySwitches context switches it was made to
 */
public record Usage(
        Duration user,
        Duration system,
        long maxResidentBytes,
        long minorFaults,
        long majorFaults,
        long voluntarySwitches,
        long involuntarySwitches) {
    /** sizeof(struct rusage). */
    static final int SIZE = 144;

    private static final int RUSAGE_SELF = 0;
    private static final int RUSAGE_CHILDREN = -1;

    /** What this process used so far, all its threads together. {@code int getrusage(RUSAGE_SELF, struct rusage *)}. */
    public static Usage ofProcess() {
        return of(RUSAGE_SELF);
    }

    /**
     * What its children used that have ended and been waited for, with theirs. {@code int getrusage(RUSAGE_CHILDREN,
     * struct rusage *)}.
     */
    public static Usage ofChildren() {
        return of(RUSAGE_CHILDREN);
    }

    private static Usage of(int who) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rusage = arena.allocate(SIZE, 8);
            Native.check(Native.raw(Syscall.GETRUSAGE, who, rusage.address()), Syscall.GETRUSAGE, null);
            return read(rusage);
        }
    }

    static Usage read(MemorySegment rusage) {
        return new Usage(
                time(rusage, 0),
                time(rusage, 16),
                rusage.get(ValueLayout.JAVA_LONG, 32) * 1024,
                rusage.get(ValueLayout.JAVA_LONG, 64),
                rusage.get(ValueLayout.JAVA_LONG, 72),
                rusage.get(ValueLayout.JAVA_LONG, 128),
                rusage.get(ValueLayout.JAVA_LONG, 136));
    }

    private static Duration time(MemorySegment rusage, long offset) {
        long seconds = rusage.get(ValueLayout.JAVA_LONG, offset);
        return Duration.ofSeconds(seconds, rusage.get(ValueLayout.JAVA_LONG, offset + 8) * 1000);
    }
}
