package dev.alcove.lens;

import dev.alcove.linux.MountInfo;
import dev.alcove.linux.NamespaceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The namespaces of the machine at one moment, as far as the caller may see them.
 *
 * @param namespaces in the order of their numbers, which is mostly that of their making
 * @param processes  how many processes there were
 * @param refused    how many of them could not be looked into, being another user's
 * @param mounts     what is mounted in each mount namespace that could be looked into, by the namespace's number
 */
public record Snapshot(List<SeenNamespace> namespaces, int processes, int refused, Map<Long, List<MountInfo>> mounts) {
    /** Copies the list and the map. */
    public Snapshot {
        namespaces = List.copyOf(namespaces);
        mounts = Map.copyOf(mounts);
    }

    /** The namespace of a number. */
    public Optional<SeenNamespace> find(long number) {
        for (SeenNamespace ns : namespaces) {
            if (ns.number() == number) {
                return Optional.of(ns);
            }
        }
        return Optional.empty();
    }

    /** Those a process is in, in the order of {@link NamespaceKind}. */
    public List<SeenNamespace> of(int pid) {
        List<SeenNamespace> of = new ArrayList<>();
        for (NamespaceKind kind : NamespaceKind.values()) {
            for (SeenNamespace ns : namespaces) {
                if (ns.kind() == kind && ns.members().contains(pid)) {
                    of.add(ns);
                }
            }
        }
        return of;
    }

    /** Those that name this one as their parent, or if it has no kind of hierarchy none. */
    public List<SeenNamespace> children(SeenNamespace parent) {
        List<SeenNamespace> children = new ArrayList<>();
        for (SeenNamespace ns : namespaces) {
            if (ns.kind() == parent.kind()
                    && ns.parent().isPresent()
                    && ns.parent().getAsLong() == parent.number()) {
                children.add(ns);
            }
        }
        return children;
    }

    /** Those that this user namespace owns. */
    public List<SeenNamespace> owned(SeenNamespace user) {
        List<SeenNamespace> owned = new ArrayList<>();
        for (SeenNamespace ns : namespaces) {
            if (ns.owner().isPresent() && ns.owner().getAsLong() == user.number()) {
                owned.add(ns);
            }
        }
        return owned;
    }
}
