package dev.alcove.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The namespaces a process is in, one of each kind: what the kernel keeps as its {@code nsproxy}, which processes that
 * are in the same ones share, namespaces(7).
 *
 * @param identities each kind's, of the kinds that the kernel has
 */
public record NamespaceSet(Map<NamespaceKind, Inode> identities) {
    /** Copies the map. */
    public NamespaceSet {
        identities = Map.copyOf(identities);
    }

    /**
     * Those of a process.
     *
     * @param pid the process
     * @return the set, or empty if there is no such process
     * @throws LinuxException if the process may not be looked at (EACCES)
     */
    public static Optional<NamespaceSet> of(int pid) {
        Map<NamespaceKind, Inode> found = new EnumMap<>(NamespaceKind.class);
        for (NamespaceKind kind : NamespaceKind.values()) {
            Namespace.identity(kind, pid).ifPresent(identity -> found.put(kind, identity));
        }
        // A zombie has a user and a PID namespace and no others.
        return found.containsKey(NamespaceKind.MOUNT) ? Optional.of(new NamespaceSet(found)) : Optional.empty();
    }

    /**
     * What a process would be in that the calling thread made now.
     *
     * @return the set; empty of kinds where /proc does not show this process
     */
    public static NamespaceSet ofThreadsChildren() {
        return ofChildren("thread-self");
    }

    /**
     * What a process would be in that this process's first thread made: a JVM runs no Java code on it, so these are the
     * ones that the JVM began in.
     *
     * @return the set; empty of kinds where /proc does not show this process
     */
    public static NamespaceSet ofProcessesChildren() {
        return ofChildren("self");
    }

    private static NamespaceSet ofChildren(String who) {
        Map<NamespaceKind, Inode> found = new EnumMap<>(NamespaceKind.class);
        for (NamespaceKind kind : NamespaceKind.values()) {
            String name = kind.childrenFileName().orElse(kind.fileName());
            FileStat.find(Path.of("/proc/" + who + "/ns/" + name)).ifPresent(stat -> found.put(kind, stat.inode()));
        }
        return new NamespaceSet(found);
    }

    /** The kinds that both are in the same namespace of, in the order of {@link NamespaceKind}. */
    public List<NamespaceKind> shared(NamespaceSet other) {
        List<NamespaceKind> kinds = new ArrayList<>();
        for (NamespaceKind kind : NamespaceKind.values()) {
            Inode identity = identities.get(kind);
            if (identity != null && identity.equals(other.identities.get(kind))) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    /**
     * Processes grouped by what they share: those of one group share every namespace.
     *
     * @param pids the processes; one that has ended is left out
     * @return each set with its processes, both in the order in which they were given
     */
    public static Map<NamespaceSet, List<Integer>> groups(Collection<Integer> pids) {
        Map<NamespaceSet, List<Integer>> groups = new LinkedHashMap<>();
        for (int pid : pids) {
            of(pid).ifPresent(set ->
                    groups.computeIfAbsent(set, s -> new ArrayList<>()).add(pid));
        }
        return groups;
    }
}
