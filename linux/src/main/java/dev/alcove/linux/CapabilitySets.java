package dev.alcove.linux;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The five capability sets of a thread, capabilities(7). The sets cannot be changed.
 *
 * @param effective   what it may do now
 * @param permitted   what it may make effective
 * @param inheritable what it passes to files that have them inheritable
 * @param bounding    beyond which execve(2) gains nothing
 * @param ambient     what it passes to any program it executes
 */
public record CapabilitySets(
        Set<Capability> effective,
        Set<Capability> permitted,
        Set<Capability> inheritable,
        Set<Capability> bounding,
        Set<Capability> ambient) {
    /** Copies the sets. */
    public CapabilitySets {
        effective = copy(effective);
        permitted = copy(permitted);
        inheritable = copy(inheritable);
        bounding = copy(bounding);
        ambient = copy(ambient);
    }

    /** An EnumSet keeps the kernel's order; it cannot be copied from an empty other collection. */
    private static Set<Capability> copy(Set<Capability> set) {
        EnumSet<Capability> copy = EnumSet.noneOf(Capability.class);
        copy.addAll(set);
        return Collections.unmodifiableSet(copy);
    }

    /** No capability in any set. */
    public static CapabilitySets none() {
        return new CapabilitySets(Set.of(), Set.of(), Set.of(), Set.of(), Set.of());
    }
}
