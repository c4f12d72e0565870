package dev.alcove.runtime;

import dev.alcove.linux.NamespaceKind;
import java.util.List;
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
}
