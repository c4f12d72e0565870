package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * One resource limit, setrlimit(2); {@code process.rlimits}.
 *
 * @param type as {@code RLIMIT_NOFILE}
 * @param hard the ceiling; {@link Uint64#MAX} is no limit
 * @param soft the limit in force; {@link Uint64#MAX} is no limit
 */
@Json
public record PosixRlimit(String type, Uint64 hard, Uint64 soft) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public PosixRlimit {
        type = Fields.text(type);
        hard = Fields.number(hard);
        soft = Fields.number(soft);
    }
}
