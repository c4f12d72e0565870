package dev.alcove.lens;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How many System V objects are in an IPC namespace, sysvipc(7).
 *
 * @param queues     message queues
 * @param semaphores semaphore sets
 * @param segments   shared memory segments
 */
public record IpcObjects(int queues, int semaphores, int segments) {
    /**
     * Counts them.
     *
     * @param ns a namespace of the kind IPC
     * @return the numbers, or empty if the caller may not go there
     */
    public static Optional<IpcObjects> of(Snapshot now, SeenNamespace ns) {
        return Entered.in(now, ns, () -> new IpcObjects(count("msg"), count("sem"), count("shm")));
    }

    /** A line for each, below a heading; the file is of the opening thread's namespace. */
    private static int count(String name) {
        try {
            Path file = Path.of("/proc/sysvipc", name);
            return Files.exists(file) ? Math.max(0, Files.readAllLines(file).size() - 1) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
