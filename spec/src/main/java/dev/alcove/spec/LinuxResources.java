package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Limits, by cgroup, cgroups(7); {@code linux.resources}. A controller that is absent is left alone.
 *
 * @param devices which devices may be used; the last rule that matches counts
 * @param memory memory
 * @param cpu processor time and placement
 * @param pids number of processes
 * @param blockIo block devices
 * @param hugepageLimits huge pages, by size
 * @param network marks of network packets, cgroup v1 only
 * @param rdma RDMA, by device
 * @param unified cgroup v2 files and what is written to them
 */
@Json
public record LinuxResources(
        List<LinuxDeviceCgroup> devices,
        @Nullable LinuxMemory memory,
        @Nullable LinuxCpu cpu,
        @Nullable LinuxPids pids,
        @Json.Property("blockIO") @Nullable LinuxBlockIo blockIo,
        List<LinuxHugepageLimit> hugepageLimits,
        @Nullable LinuxNetwork network,
        Map<String, LinuxRdma> rdma,
        Map<String, String> unified) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxResources {
        devices = Fields.list("devices", devices);
        hugepageLimits = Fields.list("hugepageLimits", hugepageLimits);
        rdma = Fields.map("rdma", rdma);
        unified = Fields.map("unified", unified);
    }

    /** A builder in which everything is absent. */
    public static LinuxResourcesBuilder builder() {
        return new LinuxResourcesBuilder();
    }

    /** A builder that starts from this. */
    public LinuxResourcesBuilder toBuilder() {
        return new LinuxResourcesBuilder(this);
    }
}
