package dev.alcove.spec;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Limits of an RDMA device; {@code linux.resources.rdma}.
 *
 * @param hcaHandles handles
 * @param hcaObjects objects
 */
@Json
public record LinuxRdma(@Nullable Long hcaHandles, @Nullable Long hcaObjects) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxRdma {
        Fields.uint32("hcaHandles", hcaHandles);
        Fields.uint32("hcaObjects", hcaObjects);
    }
}
