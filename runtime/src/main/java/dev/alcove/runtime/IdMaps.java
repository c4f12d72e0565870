package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.IdMap;
import dev.alcove.linux.IdRange;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciLinux;
import java.util.ArrayList;
import java.util.List;

/** The user and group ids of a new user namespace, user_namespaces(7). */
final class IdMaps {
    private IdMaps() {}

    static IdMap of(List<LinuxIdMapping> mappings) {
        List<IdRange> ranges = new ArrayList<>();
        for (LinuxIdMapping m : mappings) {
            ranges.add(new IdRange(m.containerId(), m.hostId(), m.size()));
        }
        return new IdMap(ranges);
    }

    /** As /proc/PID/uid_map takes it. */
    static String text(List<LinuxIdMapping> mappings) {
        return of(mappings).text();
    }

    /** Whether the caller may not write the maps itself, and newuidmap and newgidmap must. */
    static boolean needsHelper(OciLinux linux, HostFacts facts) {
        return !facts.has(Capability.SETUID) && !onlyOwn(linux, facts);
    }

    /** Whether supplementary groups can be set inside. */
    static boolean setgroupsAllowed(OciLinux linux, HostFacts facts) {
        return facts.has(Capability.SETGID) || needsHelper(linux, facts);
    }

    private static boolean onlyOwn(OciLinux linux, HostFacts facts) {
        return one(linux.uidMappings(), facts.uid()) && one(linux.gidMappings(), facts.gid());
    }

    private static boolean one(List<LinuxIdMapping> mappings, long id) {
        return mappings.isEmpty()
                || (mappings.size() == 1
                        && mappings.getFirst().size() == 1
                        && mappings.getFirst().hostId() == id);
    }
}
