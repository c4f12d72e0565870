package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * What whoever answers for a seccomp filter is told with its descriptor; config-linux.md, "The Container Process State".
 *
 * @param ociVersion the version of the specification it follows
 * @param fds        what each descriptor that comes along is: {@link #SECCOMP}
 * @param pid        the process that has the filter, as the runtime numbers it
 * @param metadata   {@code linux.seccomp.listenerMetadata}
 * @param state      the container's state
 */
@Json
public record OciProcessState(String ociVersion, List<String> fds, int pid, String metadata, OciState state) {
    /** The name of the descriptor that seccomp(2) gives. */
    public static final String SECCOMP = "seccompFd";

    /** Makes what is absent empty, and copies the list. */
    public OciProcessState {
        ociVersion = Fields.text(ociVersion);
        fds = Fields.list("fds", fds);
        metadata = Fields.text(metadata);
    }
}
