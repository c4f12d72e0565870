/** Benchmarks: Alcove beside the same work by hand in C, and beside its peers, all in one run. */
@NullMarked
package dev.alcove.bench;

import org.jspecify.annotations.NullMarked;
