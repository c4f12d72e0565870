package dev.alcove.runtime;

import java.time.Duration;

/**
 * How a container ended and what it used.
 *
 * @param status    as a shell has it: the program's own 0 to 255, or 128 and the signal that ended it
 * @param timedOut  whether its time limit ended it
 * @param cpu       processor time, user and system, of the first process and those it waited for
 * @param peakBytes the largest resident set of one of them
 */
public record Exit(int status, boolean timedOut, Duration cpu, long peakBytes) {
    /** The status of wait4(2) as a shell has it. */
    static int shellStatus(long wait) {
        int signal = (int) wait & 0x7f;
        return signal != 0 ? 128 + signal : (int) (wait >> 8) & 0xff;
    }
}
