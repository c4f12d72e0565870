/**
 * Containers from Java.
 *
 * {@snippet :
 * try (Container room = new ContainerBuilder("sh", "-c", "echo $$ on $(hostname)")
 *         .rootfs(Rootfs.host())
 *         .hostname("container")
 *         .inheritIO()
 *         .start()) {
 *     System.out.println(room.waitFor());
 * }
 * }
 *
 * <p>A container is planned by a pure function ({@link dev.alcove.runtime.Planner}) into a
 * {@link dev.alcove.runtime.Program} of system calls, which a small interpreter carries out; {@link
 * dev.alcove.runtime.Program#text()} shows it.
 */
@org.jspecify.annotations.NullMarked
package dev.alcove.runtime;
