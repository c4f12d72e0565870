package dev.alcove.runtime;

import dev.alcove.linux.NamespaceKind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
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
 * @param formats     what programs of other formats are run with, in a new list of the user namespace's own
 * @param propagation of the mounts of a new mount namespace: {@code private}, {@code slave}, {@code shared}; empty to
 *     leave them as they are
 * @param root        what becomes the root directory
 * @param directory   what becomes the working directory, found below that root
 * @param becoming    its user and groups
 * @param deathSignal what the command gets when its monitor dies
 */
record Unsharing(
        Set<NamespaceKind> made,
        Map<NamespaceKind, String> pins,
        boolean fork,
        Optional<String> setgroups,
        Optional<String> proc,
        Optional<Formats> formats,
        String propagation,
        Optional<String> root,
        Optional<String> directory,
        Becoming becoming,
        int deathSignal) {
    /**
     * A binfmt_misc file system of the user namespace's own.
     *
     * @param at          where it is mounted
     * @param definitions lines for its register, as the kernel's admin-guide/binfmt-misc has them
     */
    record Formats(String at, List<String> definitions) {
        Formats {
            definitions = List.copyOf(definitions);
        }
    }

    Unsharing {
        Set<NamespaceKind> kinds = EnumSet.noneOf(NamespaceKind.class);
        kinds.addAll(made);
        made = kinds;
        Map<NamespaceKind, String> files = new EnumMap<>(NamespaceKind.class);
        files.putAll(pins);
        pins = files;
    }
}
