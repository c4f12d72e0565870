package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Optional;

/** The resources that are limited per process or per user, getrlimit(2). */
public enum Rlimit {
    /** CPU time in seconds. */
    CPU(0),
    /** Size of a written file in bytes. */
    FSIZE(1),
    /** Data segment in bytes. */
    DATA(2),
    /** Stack in bytes. */
    STACK(3),
    /** Core file in bytes. */
    CORE(4),
    /** Resident memory in bytes; without effect. */
    RSS(5),
    /** Processes and threads of the real user. */
    NPROC(6),
    /** One more than the largest descriptor. */
    NOFILE(7),
    /** Locked memory in bytes. */
    MEMLOCK(8),
    /** Address space in bytes. */
    AS(9),
    /** File locks; without effect. */
    LOCKS(10),
    /** Queued signals of the real user. */
    SIGPENDING(11),
    /** Bytes in POSIX message queues of the real user. */
    MSGQUEUE(12),
    /** 20 less the lowest nice value. */
    NICE(13),
    /** The highest real-time priority. */
    RTPRIO(14),
    /** Real-time CPU time without a blocking call, in microseconds. */
    RTTIME(15);

    private final int number;

    Rlimit(int number) {
        this.number = number;
    }

    /** RLIMIT_* of the kernel. */
    public int number() {
        return number;
    }

    /** As the OCI specification and the kernel write it: {@code RLIMIT_NOFILE}. */
    public String kernelName() {
        return "RLIMIT_" + name();
    }

    /** As docker's {@code --ulimit} and limits.conf(5) write it: {@code nofile}. */
    public String ulimitName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The resource of a name: {@code nofile} or {@code RLIMIT_NOFILE}, in any case.
     *
     * @return the resource, or empty if none is called so
     */
    public static Optional<Rlimit> named(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        String bare = upper.startsWith("RLIMIT_") ? upper.substring(7) : upper;
        for (Rlimit resource : values()) {
            if (resource.name().equals(bare)) {
                return Optional.of(resource);
            }
        }
        return Optional.empty();
    }

    /**
     * The limit of a process.
     *
     * @param pid the process; 0 is this one
     * @return the limit, or empty if there is no such process
     * @throws LinuxException EPERM for a process of another user, without CAP_SYS_RESOURCE
     */
    public Optional<RlimitValue> of(int pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment old = arena.allocate(16, 8);
            if (!prlimit(pid, 0, old.address())) {
                return Optional.empty();
            }
            return Optional.of(new RlimitValue(old.get(ValueLayout.JAVA_LONG, 0), old.get(ValueLayout.JAVA_LONG, 8)));
        }
    }

    /**
     * Sets the limit of a process.
     *
     * @param pid   the process; 0 is this one
     * @param value the new limit
     * @return whether it was set: false if there is no such process
     * @throws LinuxException EPERM when the hard limit would rise without CAP_SYS_RESOURCE
     */
    public boolean set(int pid, RlimitValue value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(16, 8);
            limit.set(ValueLayout.JAVA_LONG, 0, value.soft());
            limit.set(ValueLayout.JAVA_LONG, 8, value.hard());
            return prlimit(pid, limit.address(), 0);
        }
    }

    /** {@code int prlimit(pid_t, int resource, const struct rlimit *new, struct rlimit *old)}, prlimit(2). */
    private boolean prlimit(int pid, long newLimit, long oldLimit) {
        long result = Native.raw(Syscall.PRLIMIT64, pid, number, newLimit, oldLimit);
        if (Native.is(result, Errno.ESRCH)) {
            return false;
        }
        if (result < 0) {
            Native.check(result, Syscall.PRLIMIT64, kernelName() + " of process " + pid);
        }
        return true;
    }
}
