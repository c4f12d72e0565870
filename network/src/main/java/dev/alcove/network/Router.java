package dev.alcove.network;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A router as it was made: a network namespace that forwards between networks.
 *
 * @param name      its name
 * @param attached  its places in the networks, in the order of its interfaces
 * @param nat       whether it speaks for the first network's containers on the others
 * @param rules     what it lets through; empty for everything
 * @param namespace the file that its network namespace is bound to
 * @param created   when
 */
public record Router(
        String name, List<Joined> attached, boolean nat, List<RouterRule> rules, Path namespace, Instant created) {
    /** Copies the lists. */
    public Router {
        attached = List.copyOf(attached);
        rules = List.copyOf(rules);
    }
}
