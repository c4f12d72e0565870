package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * A limit of huge pages; {@code linux.resources.hugepageLimits}.
 *
 * @param pageSize as {@code 2MB}
 * @param limit bytes
 */
@Json
public record LinuxHugepageLimit(String pageSize, Uint64 limit) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxHugepageLimit {
        pageSize = Fields.text(pageSize);
        limit = Fields.number(limit);
    }
}
