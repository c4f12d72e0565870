package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What only Linux has; {@code linux}, config-linux.md.
 *
 * @param uidMappings the user namespace's users
 * @param gidMappings the user namespace's groups
 * @param sysctl kernel parameters of the container's namespaces
 * @param resources limits, by cgroup
 * @param cgroupsPath the cgroup; empty: the runtime chooses
 * @param namespaces the namespaces made or joined; a kind not listed is the caller's
 * @param devices device nodes made
 * @param netDevices network interfaces moved in, by their name on the host
 * @param seccomp which system calls may be made
 * @param rootfsPropagation {@code shared}, {@code slave}, {@code private} or {@code unbindable}, or empty
 * @param maskedPaths absolute paths that cannot be read inside
 * @param readonlyPaths absolute paths that cannot be written inside
 * @param mountLabel the mounts' SELinux label; empty: none
 * @param intelRdt shares of cache and memory bandwidth
 * @param memoryPolicy which NUMA nodes memory comes from
 * @param personality the execution domain
 * @param timeOffsets the time namespace's clocks, by {@code monotonic} or {@code boottime}
 */
@Json
public record OciLinux(
        List<LinuxIdMapping> uidMappings,
        List<LinuxIdMapping> gidMappings,
        Map<String, String> sysctl,
        @Nullable LinuxResources resources,
        String cgroupsPath,
        List<LinuxNamespace> namespaces,
        List<LinuxDevice> devices,
        Map<String, LinuxNetDevice> netDevices,
        @Nullable LinuxSeccomp seccomp,
        String rootfsPropagation,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        String mountLabel,
        @Nullable LinuxIntelRdt intelRdt,
        @Nullable LinuxMemoryPolicy memoryPolicy,
        @Nullable LinuxPersonality personality,
        Map<String, LinuxTimeOffset> timeOffsets) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciLinux {
        uidMappings = Fields.list("uidMappings", uidMappings);
        gidMappings = Fields.list("gidMappings", gidMappings);
        sysctl = Fields.map("sysctl", sysctl);
        cgroupsPath = Fields.text(cgroupsPath);
        namespaces = Fields.list("namespaces", namespaces);
        devices = Fields.list("devices", devices);
        netDevices = Fields.map("netDevices", netDevices);
        rootfsPropagation = Fields.text(rootfsPropagation);
        maskedPaths = Fields.list("maskedPaths", maskedPaths);
        readonlyPaths = Fields.list("readonlyPaths", readonlyPaths);
        mountLabel = Fields.text(mountLabel);
        timeOffsets = Fields.map("timeOffsets", timeOffsets);
    }

    /** A builder in which everything is absent. */
    public static OciLinuxBuilder builder() {
        return new OciLinuxBuilder();
    }

    /** A builder that starts from this. */
    public OciLinuxBuilder toBuilder() {
        return new OciLinuxBuilder(this);
    }
}
