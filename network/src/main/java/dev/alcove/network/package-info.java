/** Networks of containers. Start at {@link dev.alcove.network.Networks}. */
@NullMarked
package dev.alcove.network;

import org.jspecify.annotations.NullMarked;
