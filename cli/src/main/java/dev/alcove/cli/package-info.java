/**
 * The command {@code alcove}.
 *
 * <p>Every command is a function of its {@link dev.alcove.cli.Shell surroundings} and its arguments to an exit status, so
 * that it can run in a JVM of its own, in a resident one, or in a test. {@link
 * dev.alcove.cli.Alcove#run} is that function.
 */
@NullMarked
package dev.alcove.cli;

import org.jspecify.annotations.NullMarked;
