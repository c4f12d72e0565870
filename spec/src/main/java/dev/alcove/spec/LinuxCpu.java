package dev.alcove.spec;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Processor time and placement; {@code linux.resources.cpu}. Absent is left alone.
 *
 * @param shares relative weight, 2 to 262144
 * @param quota microseconds each period, -1 without limit
 * @param burst microseconds that may be saved up
 * @param period microseconds, 1000 to 1000000
 * @param realtimeRuntime microseconds of real-time scheduling each period, cgroup v1 only
 * @param realtimePeriod microseconds, cgroup v1 only
 * @param cpus as {@code 0-3,7}
 * @param mems memory nodes, as {@code 0}
 * @param idle 1: runs only when nothing else does
 */
@Json
public record LinuxCpu(
        @Nullable Uint64 shares,
        @Nullable Long quota,
        @Nullable Uint64 burst,
        @Nullable Uint64 period,
        @Nullable Long realtimeRuntime,
        @Nullable Uint64 realtimePeriod,
        String cpus,
        String mems,
        @Nullable Long idle) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxCpu {
        cpus = Fields.text(cpus);
        mems = Fields.text(mems);
    }

    /** A builder in which everything is absent. */
    public static LinuxCpuBuilder builder() {
        return new LinuxCpuBuilder();
    }

    /** A builder that starts from this. */
    public LinuxCpuBuilder toBuilder() {
        return new LinuxCpuBuilder(this);
    }
}
