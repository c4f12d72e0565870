package dev.alcove.network;

import java.util.List;

/**
 * A router that is to be made.
 *
 * @param name   its name: letters, digits and {@code _.-}, beginning with one of the first two
 * @param attach the networks that it connects, by name or id; two at least
 * @param nat    whether it speaks for the first network's containers on the others, by its own address there: those need
 *     no way back, and cannot open connections to the first
 * @param rules  what it lets through, as {@link RouterRule#parse} reads them; empty for everything
 */
public record RouterRequest(String name, List<String> attach, boolean nat, List<String> rules) {
    /** Copies the lists. */
    public RouterRequest {
        attach = List.copyOf(attach);
        rules = List.copyOf(rules);
    }
}
