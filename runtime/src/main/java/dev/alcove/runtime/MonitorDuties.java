package dev.alcove.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a container's monitor does for others, besides watching it.
 *
 * @param held     files that it holds locked as long as it lives, flock(2): {@link ContainerBuilder#hold}
 * @param afterEnd what it executes when the container is over: {@link ContainerBuilder#afterEnd}
 */
record MonitorDuties(List<Path> held, Optional<Command> afterEnd) {
    /** Watching alone. */
    static final MonitorDuties NONE = new MonitorDuties(List.of(), Optional.empty());

    /**
     * A command.
     *
     * @param words       the absolute path of a program, and its arguments
     * @param environment all of its environment
     */
    record Command(List<String> words, Map<String, String> environment) {
        Command {
            words = List.copyOf(words);
            environment = Map.copyOf(environment);
        }
    }

    MonitorDuties {
        held = List.copyOf(held);
    }
}
