package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Reads the capabilities of processes and of this kernel, capabilities(7). */
public final class Capabilities {
    private static final int CAPABILITY_VERSION_3 = 0x20080522;
    private static final int PR_CAPBSET_READ = 23;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_IS_SET = 1;

    private Capabilities() {}

    /**
     * Those of a process's first thread, from /proc/PID/status.
     *
     * @param pid the process
     * @return the sets, or empty if there is no such process
     */
    public static Optional<CapabilitySets> of(int pid) {
        return Proc.status(pid).map(ProcStatus::capabilities);
    }

    /** Those of the calling thread, asked of the kernel with capget(2) and prctl(2), /proc or not. */
    public static CapabilitySets ofThread() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(8, 8);
            header.set(ValueLayout.JAVA_INT, 0, CAPABILITY_VERSION_3);
            // Two elements of {effective, permitted, inheritable}: the lower and the upper 32 bits.
            MemorySegment data = arena.allocate(24, 8);
            // int capget(cap_user_header_t, cap_user_data_t)
            long result = Native.raw(Syscall.CAPGET, header.address(), data.address());
            Native.check(result, Syscall.CAPGET, "this thread");
            return new CapabilitySets(
                    Capability.ofMask(mask(data, 0)),
                    Capability.ofMask(mask(data, 4)),
                    Capability.ofMask(mask(data, 8)),
                    asked(PR_CAPBSET_READ),
                    asked(PR_CAP_AMBIENT));
        }
    }

    private static long mask(MemorySegment data, int offset) {
        long low = data.get(ValueLayout.JAVA_INT, offset) & 0xffffffffL;
        long high = data.get(ValueLayout.JAVA_INT, offset + 12L);
        return high << 32 | low;
    }

    /** One prctl(2) a capability; EINVAL says that the kernel does not know it. */
    private static Set<Capability> asked(int option) {
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            long result = option == PR_CAPBSET_READ
                    ? Native.raw(Syscall.PRCTL, option, capability.number())
                    : Native.raw(Syscall.PRCTL, option, PR_CAP_AMBIENT_IS_SET, capability.number());
            if (result == 1) {
                set.add(capability);
            } else if (result != 0 && !Native.is(result, Errno.EINVAL)) {
                Native.check(result, Syscall.PRCTL, capability.kernelName());
            }
        }
        return set;
    }

    /**
     * The number of the last capability this kernel knows, /proc/sys/kernel/cap_last_cap: one above 40 is of a kernel
     * newer than {@link Capability}.
     */
    public static int last() {
        return ProcFile.intAt("/proc/sys/kernel/cap_last_cap")
                .orElseThrow(() -> new IllegalStateException("/proc/sys/kernel/cap_last_cap cannot be read"));
    }

    /** Those this kernel knows. */
    public static Set<Capability> known() {
        int last = last();
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            if (capability.number() <= last) {
                set.add(capability);
            }
        }
        return set;
    }
}
