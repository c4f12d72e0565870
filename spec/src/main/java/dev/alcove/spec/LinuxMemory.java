package dev.alcove.spec;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Limits of memory; {@code linux.resources.memory}. Bytes; -1 is no limit; absent is left alone.
 *
 * @param limit memory
 * @param reservation memory kept when the machine runs short
 * @param swap memory and swap together
 * @param kernel the kernel's memory; no longer in any supported kernel
 * @param kernelTcp TCP buffers, cgroup v1 only
 * @param swappiness 0 to 100
 * @param disableOomKiller whether processes wait instead of being killed, cgroup v1 only
 * @param useHierarchy whether descendants count, cgroup v1 only
 * @param checkBeforeUpdate whether a limit below the present use is refused
 */
@Json
public record LinuxMemory(
        @Nullable Long limit,
        @Nullable Long reservation,
        @Nullable Long swap,
        @Nullable Long kernel,
        @Json.Property("kernelTCP") @Nullable Long kernelTcp,
        @Nullable Uint64 swappiness,
        @Json.Property("disableOOMKiller") @Nullable Boolean disableOomKiller,
        @Nullable Boolean useHierarchy,
        @Nullable Boolean checkBeforeUpdate) {

    /** A builder in which everything is absent. */
    public static LinuxMemoryBuilder builder() {
        return new LinuxMemoryBuilder();
    }

    /** A builder that starts from this. */
    public LinuxMemoryBuilder toBuilder() {
        return new LinuxMemoryBuilder(this);
    }
}
