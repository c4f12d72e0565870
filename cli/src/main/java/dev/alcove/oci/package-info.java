/**
 * The command {@code alcove-oci}: an OCI runtime with runc's command line, files and error texts.
 *
 * <p>Like every command it is a function, here of an {@link dev.alcove.oci.OciContext} and words to an exit status:
 *
 * {@snippet :
 * int status = OciCommands.run(context, List.of("--root", "/run/alcove-oci", "state", "web"));
 * }
 *
 * What containers are is behind {@link dev.alcove.oci.OciRuntime}; this package knows the words around them.
 */
@NullMarked
package dev.alcove.oci;

import org.jspecify.annotations.NullMarked;
