/**
 * The OCI runtime specification's data as immutable records, and the values people write on command lines. Nothing here
 * touches a file, a process or the kernel.
 *
 * <p><b>What is absent.</b> A property missing from a document becomes an empty text, list or map where that means the
 * same; numbers, flags and objects whose absence differs from zero are {@code @Nullable}. What is absent or empty is left
 * out on writing, so that reading what was written gives an equal record. Unknown properties are ignored.
 *
 * <p><b>Numbers</b> keep their 64 bits. What the specification calls uint32 is a {@code long} whose range is checked; what
 * it calls uint64 is a {@link dev.alcove.spec.Uint64}.
 *
 * <p><b>Refusals.</b> All of it throws {@link dev.alcove.spec.SpecException}, which names the field or flag, quotes the
 * value, and suggests the nearest valid word.
 *
 * {@snippet class="dev.alcove.examples.Values" region="values"}
 */
@org.jspecify.annotations.NullMarked
package dev.alcove.spec;
