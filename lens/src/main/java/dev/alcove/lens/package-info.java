/**
 * A look at the machine's namespaces, from outside and without touching them.
 *
 * {@snippet class="dev.alcove.lens.SnippetsTest" region="look"}
 * }
 */
@NullMarked
package dev.alcove.lens;

import org.jspecify.annotations.NullMarked;
