package dev.alcove.spec;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A block device's weight.
 *
 * @param major major number
 * @param minor minor number
 * @param weight 10 to 1000
 * @param leafWeight towards child groups, cgroup v1 only
 */
@Json
public record LinuxWeightDevice(
        long major,
        long minor,
        @Nullable Integer weight,
        @Nullable Integer leafWeight) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxWeightDevice {
        Fields.uint16("weight", weight);
        Fields.uint16("leafWeight", leafWeight);
    }
}
