package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Marks of network packets, cgroup v1 only; {@code linux.resources.network}.
 *
 * @param classId net_cls.classid
 * @param priorities net_prio.ifpriomap
 */
@Json
public record LinuxNetwork(
        @Json.Property("classID") @Nullable Long classId, List<LinuxInterfacePriority> priorities) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxNetwork {
        Fields.uint32("classID", classId);
        priorities = Fields.list("priorities", priorities);
    }
}
