package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a process is scheduled, sched_setattr(2); {@code process.scheduler}.
 *
 * @param policy as {@code SCHED_BATCH}
 * @param nice -20 to 19
 * @param priority static priority of a real-time policy
 * @param flags as {@code SCHED_FLAG_RESET_ON_FORK}
 * @param runtime nanoseconds of each period it may run, SCHED_DEADLINE
 * @param deadline nanoseconds until it must have run
 * @param period nanoseconds
 */
@Json
public record LinuxScheduler(
        String policy,
        @Nullable Integer nice,
        @Nullable Integer priority,
        List<String> flags,
        @Nullable Uint64 runtime,
        @Nullable Uint64 deadline,
        @Nullable Uint64 period) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxScheduler {
        policy = Fields.text(policy);
        flags = Fields.list("flags", flags);
    }
}
