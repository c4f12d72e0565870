package dev.alcove.runtime;

import dev.alcove.linux.NamespaceKind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@link UnsharePlanner} is to plan, beside the id maps and the clocks' offsets, which the configuration holds.
 *
 * @param made        kinds of which there is to be a new namespace
 * @param pins        files to which they are to be bound
 * @param fork        whether the command itself is in a new PID namespace, and not only its children
 * @param setgroups   {@code allow} or {@code deny}, written before the map of groups; empty for what the kernel has
 * @param proc        where a new /proc is to be mounted
 * @param propagation of the mounts of a new mount namespace: {@code private}, {@code slave}, {@code shared}; empty to
 *     leave them as they are
 * @param root        what becomes the root directory
 * @param directory   what becomes the working directory, found below that root
 * @param uid         the user to become
 * @param gid         the group to become
 * @param deathSignal what the command gets when its monitor dies
 */
record Unsharing(
        Set<NamespaceKind> made,
        Map<NamespaceKind, String> pins,
        boolean fork,
        Optional<String> setgroups,
        Optional<String> proc,
        String propagation,
        Optional<String> root,
        Optional<String> directory,
        Optional<Long> uid,
        Optional<Long> gid,
        int deathSignal) {
    Unsharing {
        Set<NamespaceKind> kinds = EnumSet.noneOf(NamespaceKind.class);
        kinds.addAll(made);
        made = kinds;
        Map<NamespaceKind, String> files = new EnumMap<>(NamespaceKind.class);
        files.putAll(pins);
        pins = files;
    }
}
