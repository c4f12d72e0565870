package dev.alcove.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes an {@link OciLinux} step by step. Not for several threads. */
public final class OciLinuxBuilder {
    private List<LinuxIdMapping> uidMappings = List.of();
    private List<LinuxIdMapping> gidMappings = List.of();
    private Map<String, String> sysctl = Map.of();
    private @Nullable LinuxResources resources;
    private String cgroupsPath = "";
    private List<LinuxNamespace> namespaces = List.of();
    private List<LinuxDevice> devices = List.of();
    private Map<String, LinuxNetDevice> netDevices = Map.of();
    private @Nullable LinuxSeccomp seccomp;
    private String rootfsPropagation = "";
    private List<String> maskedPaths = List.of();
    private List<String> readonlyPaths = List.of();
    private String mountLabel = "";
    private @Nullable LinuxIntelRdt intelRdt;
    private @Nullable LinuxMemoryPolicy memoryPolicy;
    private @Nullable LinuxPersonality personality;
    private Map<String, LinuxTimeOffset> timeOffsets = Map.of();

    OciLinuxBuilder() {}

    OciLinuxBuilder(OciLinux from) {
        uidMappings = from.uidMappings();
        gidMappings = from.gidMappings();
        sysctl = from.sysctl();
        resources = from.resources();
        cgroupsPath = from.cgroupsPath();
        namespaces = from.namespaces();
        devices = from.devices();
        netDevices = from.netDevices();
        seccomp = from.seccomp();
        rootfsPropagation = from.rootfsPropagation();
        maskedPaths = from.maskedPaths();
        readonlyPaths = from.readonlyPaths();
        mountLabel = from.mountLabel();
        intelRdt = from.intelRdt();
        memoryPolicy = from.memoryPolicy();
        personality = from.personality();
        timeOffsets = from.timeOffsets();
    }

    /** The user namespace's users. */
    public OciLinuxBuilder uidMappings(List<LinuxIdMapping> value) {
        uidMappings = value;
        return this;
    }

    /** The user namespace's groups. */
    public OciLinuxBuilder gidMappings(List<LinuxIdMapping> value) {
        gidMappings = value;
        return this;
    }

    /** Kernel parameters of the container's namespaces. */
    public OciLinuxBuilder sysctl(Map<String, String> value) {
        sysctl = value;
        return this;
    }

    /** Limits, by cgroup. */
    public OciLinuxBuilder resources(@Nullable LinuxResources value) {
        resources = value;
        return this;
    }

    /** The cgroup; empty: the runtime chooses. */
    public OciLinuxBuilder cgroupsPath(String value) {
        cgroupsPath = value;
        return this;
    }

    /** The namespaces made or joined; a kind not listed is the caller's. */
    public OciLinuxBuilder namespaces(List<LinuxNamespace> value) {
        namespaces = value;
        return this;
    }

    /** Device nodes made. */
    public OciLinuxBuilder devices(List<LinuxDevice> value) {
        devices = value;
        return this;
    }

    /** Network interfaces moved in, by their name on the host. */
    public OciLinuxBuilder netDevices(Map<String, LinuxNetDevice> value) {
        netDevices = value;
        return this;
    }

    /** Which system calls may be made. */
    public OciLinuxBuilder seccomp(@Nullable LinuxSeccomp value) {
        seccomp = value;
        return this;
    }

    /** One of {@code shared}, {@code slave}, {@code private} or {@code unbindable}, or empty. */
    public OciLinuxBuilder rootfsPropagation(String value) {
        rootfsPropagation = value;
        return this;
    }

    /** Absolute paths that cannot be read inside. */
    public OciLinuxBuilder maskedPaths(List<String> value) {
        maskedPaths = value;
        return this;
    }

    /** Absolute paths that cannot be written inside. */
    public OciLinuxBuilder readonlyPaths(List<String> value) {
        readonlyPaths = value;
        return this;
    }

    /** The mounts' SELinux label; empty: none. */
    public OciLinuxBuilder mountLabel(String value) {
        mountLabel = value;
        return this;
    }

    /** Shares of cache and memory bandwidth. */
    public OciLinuxBuilder intelRdt(@Nullable LinuxIntelRdt value) {
        intelRdt = value;
        return this;
    }

    /** Which NUMA nodes memory comes from. */
    public OciLinuxBuilder memoryPolicy(@Nullable LinuxMemoryPolicy value) {
        memoryPolicy = value;
        return this;
    }

    /** The execution domain. */
    public OciLinuxBuilder personality(@Nullable LinuxPersonality value) {
        personality = value;
        return this;
    }

    /** The time namespace's clocks, by {@code monotonic} or {@code boottime}. */
    public OciLinuxBuilder timeOffsets(Map<String, LinuxTimeOffset> value) {
        timeOffsets = value;
        return this;
    }

    /**
     * The finished record.
     *
     * @throws SpecException if a number is out of its range
     */
    public OciLinux build() {
        return new OciLinux(
                uidMappings,
                gidMappings,
                sysctl,
                resources,
                cgroupsPath,
                namespaces,
                devices,
                netDevices,
                seccomp,
                rootfsPropagation,
                maskedPaths,
                readonlyPaths,
                mountLabel,
                intelRdt,
                memoryPolicy,
                personality,
                timeOffsets);
    }
}
