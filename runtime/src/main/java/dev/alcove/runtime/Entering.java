package dev.alcove.runtime;

import dev.alcove.linux.NamespaceKind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@link EnterPlanner} is to plan.
 *
 * @param ofTarget  kinds to be taken from the target, which comes as a pidfd, descriptor {@link ExecTarget#PIDFD} of init
 * @param files     kinds to be taken from a file
 * @param hasTarget whether there is a target
 * @param root      what becomes the root directory
 * @param directory what becomes the working directory
 * @param uid       the user to become
 * @param gid       the group to become
 * @param keep      whether user and group stay, even in another user namespace
 * @param fork      whether the command itself is in the PID namespace, and not only its children
 */
record Entering(
        Set<NamespaceKind> ofTarget,
        Map<NamespaceKind, String> files,
        boolean hasTarget,
        Optional<String> root,
        Optional<String> directory,
        Optional<Long> uid,
        Optional<Long> gid,
        boolean keep,
        boolean fork) {
    Entering {
        Set<NamespaceKind> kinds = EnumSet.noneOf(NamespaceKind.class);
        kinds.addAll(ofTarget);
        ofTarget = kinds;
        Map<NamespaceKind, String> paths = new EnumMap<>(NamespaceKind.class);
        paths.putAll(files);
        files = paths;
    }

    boolean joins(NamespaceKind kind) {
        return ofTarget.contains(kind) || files.containsKey(kind);
    }
}
