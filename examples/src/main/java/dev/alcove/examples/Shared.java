package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import java.util.Set;

/**
 * The opposite of a container's defaults: everything is the caller's, but for what is named. That is how one kind of
 * namespace can be looked at alone.
 */
final class Shared {
    private Shared() {}

    /**
     * A process that sees the caller's files and shares the caller's namespaces.
     *
     * @param own the kinds that it does not share
     */
    static ContainerBuilder allBut(Set<NamespaceKind> own, String... command) {
        ContainerBuilder builder = new ContainerBuilder(command).rootfs(Rootfs.inherited());
        for (NamespaceKind kind : NamespaceKind.values()) {
            builder.room(kind, own.contains(kind) ? new ContainerBuilder.Room.Own() : new ContainerBuilder.Room.Host());
        }
        return builder;
    }
}
