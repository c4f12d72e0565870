package dev.alcove.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A program that a native front runs in its own context, for a caller of an OCI runtime: nobody of ours stays beside the
 * container, unless the caller waits for its end.
 *
 * @param control   the front's descriptor on which it got the program
 * @param preserved how many of the caller's descriptors from 3 on the container keeps
 * @param gate      the FIFO at which the container waits for its start; empty to start at once
 * @param waits     whether the front stays until the end, passes signals on and ends with the container's status
 * @param keyring   whether the container gets a session keyring of its own
 * @param hooks     whether somebody is to act when the root file system is there and not yet entered
 * @param target    for one more process: the first process of the container it joins
 * @param pivot     whether pivot_root(2) may be used; else the root is moved, for a machine whose root is an initramfs
 * @param groups    whether the container gets control groups
 * @param unit      the unit of systemd that they are; empty if they are made without systemd
 * @param leftovers files, then folders, that go with the container's end; only for a front that waits
 */
record FrontCall(
        int control,
        int preserved,
        Optional<Path> gate,
        boolean waits,
        boolean keyring,
        boolean hooks,
        OptionalInt target,
        boolean pivot,
        boolean groups,
        Optional<SystemdUnit> unit,
        List<Path> leftovers) {
    /** Descriptors from 3 on that a caller can hand on: the front's own begin further up. */
    static final int MOST_PRESERVED = 128;

    FrontCall {
        leftovers = List.copyOf(leftovers);
    }
}
