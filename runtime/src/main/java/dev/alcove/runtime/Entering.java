package dev.alcove.runtime;

import dev.alcove.linux.NamespaceKind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What {@link EnterPlanner} is to plan.
 *
 * @param ofTarget  kinds to be taken from the target, which comes as a pidfd, descriptor {@link ExecTarget#PIDFD} of init
 * @param files     kinds to be taken from a file
 * @param hasTarget whether there is a target
 * @param owned     a namespace's file whose owner is the user namespace to be taken, in place of any other
 * @param socket    the target's descriptor of a socket whose network is to be taken, in place of any other
 * @param groups    files of the control groups to be entered, by writing 0 to them
 * @param context   the SELinux context to run in
 * @param places    its directories
 * @param becoming  its user and groups
 * @param keep      whether user and group stay, even in another user namespace
 * @param fork      whether the command itself is in the PID namespace, and not only its children
 * @param program   the file that is executed, where that is not the command's first word
 */
record Entering(
        Set<NamespaceKind> ofTarget,
        Map<NamespaceKind, String> files,
        boolean hasTarget,
        Optional<String> owned,
        OptionalInt socket,
        List<String> groups,
        Optional<String> context,
        Places places,
        Becoming becoming,
        boolean keep,
        boolean fork,
        Optional<String> program) {
    /**
     * Directories.
     *
     * @param root   what becomes the root directory, found as the caller sees it
     * @param outer  what becomes the working directory, found as the caller sees it
     * @param inside what becomes the working directory, found in the namespaces and below the root
     */
    record Places(Optional<String> root, Optional<String> outer, Optional<String> inside) {}

    Entering {
        Set<NamespaceKind> kinds = EnumSet.noneOf(NamespaceKind.class);
        kinds.addAll(ofTarget);
        Map<NamespaceKind, String> paths = new EnumMap<>(NamespaceKind.class);
        paths.putAll(files);
        if (owned.isPresent()) {
            kinds.remove(NamespaceKind.USER);
            paths.remove(NamespaceKind.USER);
        }
        if (socket.isPresent()) {
            kinds.remove(NamespaceKind.NET);
            paths.remove(NamespaceKind.NET);
        }
        ofTarget = kinds;
        files = paths;
        groups = List.copyOf(groups);
    }

    boolean joins(NamespaceKind kind) {
        return ofTarget.contains(kind) || files.containsKey(kind) || (kind == NamespaceKind.USER && owned.isPresent());
    }
}
