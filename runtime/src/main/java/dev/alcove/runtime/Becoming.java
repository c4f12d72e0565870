package dev.alcove.runtime;

import java.util.Optional;

/**
 * As whom a command runs, in its last namespaces.
 *
 * @param uid              the user to become; empty to stay
 * @param gid              the group to become; empty to stay
 * @param keepCapabilities whether it keeps, through that change and execve, the capabilities that a user namespace gave
 */
record Becoming(Optional<Long> uid, Optional<Long> gid, boolean keepCapabilities) {
    /** Those that were not asked for, replaced by root's. */
    Becoming orRoot() {
        return new Becoming(uid.or(() -> Optional.of(0L)), gid.or(() -> Optional.of(0L)), keepCapabilities);
    }
}
