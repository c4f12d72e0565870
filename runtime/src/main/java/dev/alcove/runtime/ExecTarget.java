package dev.alcove.runtime;

import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A running container that one more process is to join. Its first process comes as a pidfd, descriptor
 * {@link #PIDFD} of init, so that the pid cannot become another's in between.
 *
 * @param kinds   the namespaces that are not the caller's
 * @param tasks   version 1 cgroup files by which to enter its groups
 * @param unified its version 2 group's directory
 * @param setgroups whether its user namespace allows setgroups(2)
 */
record ExecTarget(Set<NamespaceKind> kinds, List<String> tasks, Optional<String> unified, boolean setgroups) {
    /** The descriptor on which init finds the pidfd. */
    static final int PIDFD = 4;

    ExecTarget {
        kinds = Set.copyOf(kinds);
        tasks = List.copyOf(tasks);
    }

    /** What there is to join of a container, by its first process; it stays so as long as that lives. */
    static ExecTarget of(StoredState container, int pid) {
        Set<NamespaceKind> kinds = EnumSet.noneOf(NamespaceKind.class);
        for (String room : container.rooms()) {
            NamespaceKind.named(room).ifPresent(kinds::add);
        }
        return of(kinds, container.group(), pid);
    }

    /**
     * What there is to join of a container that has no record of its namespaces: those that are not ours.
     *
     * @param group  its control group; empty if it has none
     * @param within groups below that one, by the name of a controller, or by an empty one for all
     */
    static ExecTarget of(String group, int pid, Map<String, String> within) {
        NamespaceSet own = NamespaceSet.of(Kernel.pid()).orElseThrow();
        NamespaceSet theirs = NamespaceSet.of(pid)
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.CONFLICT, "container not running: its first process has just ended"));
        // Those that this kernel has.
        Set<NamespaceKind> kinds = EnumSet.copyOf(theirs.identities().keySet());
        own.shared(theirs).forEach(kinds::remove);
        return of(kinds, group, pid, within);
    }

    private static ExecTarget of(Set<NamespaceKind> kinds, String group, int pid) {
        return of(kinds, group, pid, Map.of());
    }

    private static ExecTarget of(Set<NamespaceKind> kinds, String group, int pid, Map<String, String> within) {
        List<String> tasks = new ArrayList<>();
        Optional<String> unified = Optional.empty();
        ExecGroups groups = new ExecGroups(within);
        for (CgroupHierarchy h : group.isEmpty()
                ? List.<CgroupHierarchy>of()
                : ThisProcess.cgroups().hierarchies()) {
            String own = h.directory(group);
            if (!Files.isDirectory(Path.of(own))) {
                continue;
            }
            String directory = groups.below(h, own);
            if (h.unified()) {
                unified = Optional.of(directory);
            } else {
                tasks.add(directory + "/tasks");
            }
        }
        groups.refuseUnused();
        return new ExecTarget(kinds, tasks, unified, setgroupsAllowed(pid));
    }

    /** user_namespaces(7): an ordinary user's namespace of one id denies it for good. */
    private static boolean setgroupsAllowed(int pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/setgroups")).startsWith("allow");
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT, "the container has just ended: /proc/" + pid + " is gone", e);
        }
    }
}
