package dev.alcove.spec;

import org.jspecify.annotations.Nullable;

/** Makes a {@link LinuxCpu} step by step. Not for several threads. */
public final class LinuxCpuBuilder {
    private @Nullable Uint64 shares;
    private @Nullable Long quota;
    private @Nullable Uint64 burst;
    private @Nullable Uint64 period;
    private @Nullable Long realtimeRuntime;
    private @Nullable Uint64 realtimePeriod;
    private String cpus = "";
    private String mems = "";
    private @Nullable Long idle;

    LinuxCpuBuilder() {}

    LinuxCpuBuilder(LinuxCpu from) {
        shares = from.shares();
        quota = from.quota();
        burst = from.burst();
        period = from.period();
        realtimeRuntime = from.realtimeRuntime();
        realtimePeriod = from.realtimePeriod();
        cpus = from.cpus();
        mems = from.mems();
        idle = from.idle();
    }

    /** Relative weight, 2 to 262144. */
    public LinuxCpuBuilder shares(@Nullable Uint64 value) {
        shares = value;
        return this;
    }

    /** Microseconds each period, -1 without limit. */
    public LinuxCpuBuilder quota(@Nullable Long value) {
        quota = value;
        return this;
    }

    /** Microseconds that may be saved up. */
    public LinuxCpuBuilder burst(@Nullable Uint64 value) {
        burst = value;
        return this;
    }

    /** Microseconds, 1000 to 1000000. */
    public LinuxCpuBuilder period(@Nullable Uint64 value) {
        period = value;
        return this;
    }

    /** Microseconds of real-time scheduling each period, cgroup v1 only. */
    public LinuxCpuBuilder realtimeRuntime(@Nullable Long value) {
        realtimeRuntime = value;
        return this;
    }

    /** Microseconds, cgroup v1 only. */
    public LinuxCpuBuilder realtimePeriod(@Nullable Uint64 value) {
        realtimePeriod = value;
        return this;
    }

    /** As {@code 0-3,7}. */
    public LinuxCpuBuilder cpus(String value) {
        cpus = value;
        return this;
    }

    /** Memory nodes, as {@code 0}. */
    public LinuxCpuBuilder mems(String value) {
        mems = value;
        return this;
    }

    /** 1: runs only when nothing else does. */
    public LinuxCpuBuilder idle(@Nullable Long value) {
        idle = value;
        return this;
    }

    /**
     * The finished record.
     *
     * @throws SpecException if a number is out of its range
     */
    public LinuxCpu build() {
        return new LinuxCpu(shares, quota, burst, period, realtimeRuntime, realtimePeriod, cpus, mems, idle);
    }
}
