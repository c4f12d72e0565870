package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.Map;

/**
 * What is known of a container, as {@code state} prints it and hooks read it; runtime.md.
 *
 * @param ociVersion the version of the specification the state follows
 * @param id the container's id
 * @param status {@code creating}, {@code created}, {@code running} or {@code stopped}; runtimes add {@code paused}
 * @param pid the process as the host numbers it; 0 when there is none
 * @param bundle the bundle's absolute path
 * @param annotations those of the {@link OciSpec}
 */
@Json
public record OciState(
        String ociVersion, String id, String status, int pid, String bundle, Map<String, String> annotations) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciState {
        ociVersion = Fields.text(ociVersion);
        id = Fields.text(id);
        status = Fields.text(status);
        bundle = Fields.text(bundle);
        annotations = Fields.map("annotations", annotations);
    }
}
