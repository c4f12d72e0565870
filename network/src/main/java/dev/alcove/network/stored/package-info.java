/** What the files of the state folder hold: for the generated JSON code alone, which wants it public. Not exported. */
@NullMarked
package dev.alcove.network.stored;

import org.jspecify.annotations.NullMarked;
