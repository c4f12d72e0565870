package dev.alcove.linux;

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
