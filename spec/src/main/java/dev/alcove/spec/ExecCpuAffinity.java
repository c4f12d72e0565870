package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * The CPUs of a process that joins a running container; {@code process.execCPUAffinity}.
 *
 * @param initial before it enters the cgroup, as {@code 0-3,7}; empty: unchanged
 * @param afterwards once it is in the cgroup; empty: unchanged
 */
@Json
public record ExecCpuAffinity(
        String initial, @Json.Property("final") String afterwards) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public ExecCpuAffinity {
        initial = Fields.text(initial);
        afterwards = Fields.text(afterwards);
    }
}
