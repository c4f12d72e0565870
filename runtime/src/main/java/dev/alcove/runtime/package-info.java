/** Containers: planned in Java, carried out by a small interpreter of system calls. */
@org.jspecify.annotations.NullMarked
package dev.alcove.runtime;
