package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * A run of user or group ids, user_namespaces(7).
 *
 * @param containerId the first id inside
 * @param hostId the first id outside
 * @param size how many
 */
@Json
public record LinuxIdMapping(
        @Json.Property("containerID") long containerId,
        @Json.Property("hostID") long hostId,
        long size) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxIdMapping {
        Fields.uint32("containerID", containerId);
        Fields.uint32("hostID", hostId);
        Fields.uint32("size", size);
    }
}
