package dev.alcove.lens;

import dev.alcove.linux.NamespaceKind;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A namespace as it was at one moment.
 *
 * @param kind       which kind
 * @param number     its inode's number, which no other namespace has at the same time
 * @param members    the processes in it, by their ids, the lowest first; threads that are elsewhere do not count
 * @param ownerUid   the user who made the user namespace that owns it (of a user namespace: who made it), as the caller's
 *     user namespace numbers users; empty if it may not be asked
 * @param owner      the number of the user namespace that owns it; empty of the first one, and if it lies outside of the
 *     caller's own
 * @param parent     the number of the parent of a PID or user namespace; empty where {@code owner} would be
 * @param command    what the first of its processes runs, empty if it has none
 * @param pins       what keeps it alive, as far as can be seen; not every process, but the first
 * @param containers names of Alcove's containers that are in it; none of the caller's own namespaces
 * @param names      the names under which {@link PinStore} keeps it
 */
public record SeenNamespace(
        NamespaceKind kind,
        long number,
        List<Integer> members,
        OptionalLong ownerUid,
        OptionalLong owner,
        OptionalLong parent,
        String command,
        List<Pin> pins,
        List<String> containers,
        List<String> names) {
    /** Copies the lists. */
    public SeenNamespace {
        members = List.copyOf(members);
        pins = List.copyOf(pins);
        containers = List.copyOf(containers);
        names = List.copyOf(names);
    }

    /** The first of its processes, that with the lowest number. */
    public OptionalInt first() {
        return members.isEmpty() ? OptionalInt.empty() : OptionalInt.of(members.getFirst());
    }

    /** As the kernel's links are shown: {@code net:[4026531840]}. */
    public String label() {
        return kind.fileName() + ":[" + number + "]";
    }
}
