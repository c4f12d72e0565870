package dev.alcove.examples;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;

/**
 * The shortest container: a command and nothing else. It runs on the machine's own programs, read-only, with a host name,
 * a process list, a network and a {@code /tmp} of its own.
 */
public final class FirstContainer {
    private FirstContainer() {}

    /** Prints what a process inside thinks it is. */
    public static void main(String[] arguments) {
        // @start region="container"
        try (Container room = new ContainerBuilder("sh", "-c", "echo pid $$ on $(hostname)")
                .hostname("container")
                .inheritIO()
                .start()) {
            int status = room.waitFor();
            System.out.println("it ended with " + status);
        }
        // @end
    }
}
