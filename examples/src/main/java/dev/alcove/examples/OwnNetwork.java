package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;

/**
 * A container has a network of its own unless told otherwise: the loopback device and nothing else, so it can talk to
 * itself and to nobody. With {@code Room.Host} it uses the caller's.
 */
public final class OwnNetwork {
    private OwnNetwork() {}

    /** Prints which network namespace is the caller's, and which two containers are in. */
    public static void main(String[] arguments) throws Exception {
        String look = "echo $(readlink /proc/self/ns/net) $(ls /sys/class/net)";
        new ProcessBuilder("sh", "-c", "echo caller: $(readlink /proc/self/ns/net)")
                .inheritIO()
                .start()
                .waitFor();
        try (Container room = new ContainerBuilder("sh", "-c", "echo own: " + look.substring(5))
                .inheritIO()
                .start()) {
            room.waitFor();
        }
        try (Container room = new ContainerBuilder("sh", "-c", "echo host: $(readlink /proc/self/ns/net)")
                .room(NamespaceKind.NET, new ContainerBuilder.Room.Host())
                .inheritIO()
                .start()) {
            room.waitFor();
        }
    }
}
