/**
 * A look at the machine's namespaces, from outside and without touching them.
 *
 * {@snippet :
 * Snapshot now = Lens.look(ContainerStore.standard(System.getenv()));
 * for (SeenNamespace ns : now.namespaces()) {
 *     IO.println(ns.label() + ": " + ns.members().size() + " processes");
 * }
 * }
 */
@NullMarked
package dev.alcove.lens;

import org.jspecify.annotations.NullMarked;
