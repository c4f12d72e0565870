package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * How far a clock of a time namespace is ahead, time_namespaces(7).
 *
 * @param secs seconds
 * @param nanosecs added to the seconds, 0 to 999999999
 */
@Json
public record LinuxTimeOffset(long secs, long nanosecs) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxTimeOffset {
        Fields.uint32("nanosecs", nanosecs);
    }
}
