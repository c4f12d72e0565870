package dev.alcove.runtime;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a process gets as standard input, output and error.
 *
 * @param log      the file of a detached one's output
 * @param inherit  the caller's own
 * @param terminal a terminal
 */
record StreamChoice(Optional<Path> log, boolean inherit, boolean terminal) {}
