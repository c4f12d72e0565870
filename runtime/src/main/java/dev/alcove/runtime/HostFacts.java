package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Rlimit;
import dev.alcove.linux.RlimitValue;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the planner needs to know of the machine and of the process that starts the container. Read once by
 * {@link HostProbe}; a test makes its own.
 *
 * @param arch                 the processor
 * @param kernel               the kernel's version, such as 6.18, as major * 1000 + minor
 * @param uid                  the caller's effective user, 0 to 2^32-2
 * @param gid                  the caller's effective group
 * @param capabilities         the caller's effective capabilities in its own user namespace
 * @param initialUserNamespace whether that is the machine's first one
 * @param lastCapability       the highest capability this kernel knows
 * @param landlockAbi          landlock's version, 0 where it is not there
 * @param cgroups              what control groups are mounted where
 * @param limits               the caller's own resource limits: without CAP_SYS_RESOURCE no hard one can be raised
 * @param processors           those on line, as cpuset(7) lists them; empty if the container names none, or they are unknown
 * @param memoryNodes          the same of the memory nodes
 * @param rootLinks            those of /bin, /sbin, /lib, /lib32, /lib64, /libx32 and /usr that exist, and where they
 *                             point if they are symbolic links (else an empty string)
 * @param etc                  the harmless entries of /etc that exist; a name that ends in / is a directory
 * @param files                those of the mounts' sources that are not directories
 * @param modules              parts of the kernel that not every one has, of those that are asked for and there:
 *                             {@code apparmor}, {@code selinux}, {@code resctrl}
 * @param copies               what is copied into a new tmpfs, {@code tmpcopyup}, by the mount's destination; parents first
 */
public record HostFacts(
        Arch arch,
        int kernel,
        long uid,
        long gid,
        Set<Capability> capabilities,
        boolean initialUserNamespace,
        int lastCapability,
        int landlockAbi,
        CgroupLayout cgroups,
        Map<Rlimit, RlimitValue> limits,
        String processors,
        String memoryNodes,
        Map<String, String> rootLinks,
        List<String> etc,
        Set<String> files,
        Set<String> modules,
        Map<String, List<TreeEntry>> copies) {
    /** Copies the collections. */
    public HostFacts {
        capabilities = Set.copyOf(capabilities);
        limits = Map.copyOf(limits);
        etc = List.copyOf(etc);
        files = Set.copyOf(files);
        modules = Set.copyOf(modules);
        copies = Map.copyOf(copies);
    }

    /** Whether the caller has a capability. */
    public boolean has(Capability capability) {
        return capabilities.contains(capability);
    }

    /** Whether the caller can do what makes a container without a user namespace of its own. */
    public boolean privileged() {
        return has(Capability.SYS_ADMIN);
    }
}
