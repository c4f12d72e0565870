package dev.alcove.runtime;

import dev.alcove.spec.OciProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What exec of an OCI runtime is asked for: one more process in a container.
 *
 * @param process       the process
 * @param paused        whether the container may be paused; then the process waits until it is resumed
 * @param foreground    whether the caller waits for its end
 * @param consoleSocket the listening socket that gets the terminal's master
 * @param pidfdSocket   the listening socket that gets a pidfd of it
 * @param pidFile       where its pid is written
 * @param preserved     how many of the caller's descriptors from 3 on it keeps
 * @param groups        groups below the container's own that it enters, by the name of the controller, or by an empty one
 *                      for all
 */
public record OciExec(
        OciProcess process,
        boolean paused,
        boolean foreground,
        Optional<Path> consoleSocket,
        Optional<Path> pidfdSocket,
        Optional<Path> pidFile,
        int preserved,
        Map<String, String> groups) {
    /** Copies the map. */
    public OciExec {
        groups = Map.copyOf(groups);
    }
}
