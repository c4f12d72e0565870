package dev.alcove.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that starts a container which outlives it, and is killed then. Its arguments: the container's id, the state
 * folder, the script that is to run when the container is over. It prints the container's first pid.
 */
final class Leaving {
    private Leaving() {}

    static void start(String id, Path root, String script, String... command) {
        ContainerBuilder b = new ContainerBuilder(command)
                .id(id)
                .afterEnd(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin", "FOR", id));
        try (ContainerStore.NewContainer recorded =
                ContainerStore.at(root).create(b, "leaving", "host", "", false, true)) {
            b.start().close();
        }
    }

    public static void main(String[] args) {
        start(args[0], Path.of(args[1]), args[2], "sleep", "1000");
        System.out.println(
                ContainerStore.at(Path.of(args[1])).find(args[0]).pid().orElseThrow());
        while (true) {
            LockSupport.park();
        }
    }
}
