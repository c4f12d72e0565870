package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * Which NUMA nodes memory comes from, set_mempolicy(2); {@code linux.memoryPolicy}.
 *
 * @param mode as {@code MPOL_BIND}
 * @param nodes as {@code 0-3,7}
 * @param flags as {@code MPOL_F_STATIC_NODES}
 */
@Json
public record LinuxMemoryPolicy(String mode, String nodes, List<String> flags) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxMemoryPolicy {
        mode = Fields.text(mode);
        nodes = Fields.text(nodes);
        flags = Fields.list("flags", flags);
    }
}
