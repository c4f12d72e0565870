/**
 * Containers from Java.
 *
 * {@snippet class="dev.alcove.examples.FirstContainer" region="container"}
 *
 * <p>A container is planned by a pure function ({@link dev.alcove.runtime.Planner}) into a
 * {@link dev.alcove.runtime.Program} of system calls, which a small interpreter carries out; {@link
 * dev.alcove.runtime.Program#text()} shows it.
 */
@org.jspecify.annotations.NullMarked
package dev.alcove.runtime;
