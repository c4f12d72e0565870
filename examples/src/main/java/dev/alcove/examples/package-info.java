/**
 * Small programs on Alcove's library, one for each thing that it does. Every one of them is run by a test.
 *
 * <p>{@link dev.alcove.examples.FirstContainer} is the place to begin. {@link dev.alcove.examples.Clone}, {@link
 * dev.alcove.examples.Uts}, {@link dev.alcove.examples.Ipc}, {@link dev.alcove.examples.Pid}, {@link
 * dev.alcove.examples.Fs} and {@link dev.alcove.examples.Newns} belong together: they follow six C programs of the same
 * names that are often used to explain namespaces, where each adds one kind to the one before. {@link
 * dev.alcove.examples.Network} and {@link dev.alcove.examples.User} are the two kinds that have no program there. The
 * script {@code examples/run} runs each by its name; docs/tour.md tells their story.
 */
@org.jspecify.annotations.NullMarked
package dev.alcove.examples;
