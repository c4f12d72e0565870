package dev.alcove.linux;

import java.util.Set;

/** How a filter is loaded, seccomp(2) "SECCOMP_FILTER_FLAG_*". */
public enum SeccompFlag {
    /** Load it into all threads of the process. */
    TSYNC(1),
    /** Log every action but ALLOW. */
    LOG(2),
    /** Do not turn on the mitigation of speculative store bypass. */
    SPEC_ALLOW(4),
    /** While a supervisor has a call in hand, only a fatal signal interrupts it; Linux 5.19. */
    WAIT_KILLABLE_RECV(32);

    private final int bit;

    SeccompFlag(int bit) {
        this.bit = bit;
    }

    /** The flags as the second argument of seccomp(2). */
    public static int bits(Set<SeccompFlag> flags) {
        int bits = 0;
        for (SeccompFlag flag : flags) {
            bits |= flag.bit;
        }
        return bits;
    }
}
