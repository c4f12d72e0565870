package dev.alcove.linux;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface as it was when it was read. Its index names it to the kernel, whatever it is called later, until
 * it is deleted or moved to another namespace.
 *
 * @param index         the number in its namespace, from 1
 * @param name          the name
 * @param kind          {@code veth}, {@code bridge}…; empty for what has none, such as {@code lo}
 * @param up            whether it was set up (IFF_UP)
 * @param running       whether it can carry traffic (IFF_RUNNING): up, and for a veth the other end too
 * @param mtu           the largest packet, in bytes
 * @param mac           the hardware address, if it has one of Ethernet's form
 * @param master        the index of the bridge it belongs to
 * @param peer          the index of a veth's other end, in that end's namespace
 * @param peerNamespace the id that this namespace has for the other end's (ip-netns(8)), if that is another one
 */
public record Link(
        int index,
        String name,
        String kind,
        boolean up,
        boolean running,
        int mtu,
        Optional<Mac> mac,
        OptionalInt master,
        OptionalInt peer,
        OptionalInt peerNamespace) {
    /**
     * One that is known by its index and has not been read: {@link Addresses}, {@link Links} and {@link Routes} need no
     * more to change it.
     */
    public static Link of(int index, String name) {
        return new Link(
                index,
                name,
                "",
                false,
                false,
                0,
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }
}
