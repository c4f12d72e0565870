package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a process gets as standard input, output and error.
 *
 * @param log      the file of a detached one's output
 * @param inherit  the caller's own, or those given
 * @param given    three descriptors in place of the caller's own; or none
 * @param terminal a terminal
 */
record StreamChoice(Optional<Path> log, boolean inherit, List<Fd> given, boolean terminal) {}
