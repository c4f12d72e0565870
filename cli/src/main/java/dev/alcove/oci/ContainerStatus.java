package dev.alcove.oci;

import java.time.Instant;
import java.util.Map;

/**
 * A container as {@code state} and {@code list} tell of it; runtime.md, with what runc adds.
 *
 * @param ociVersion  the version of the specification its configuration follows
 * @param id          its id
 * @param pid         its process, as the caller's PID namespace numbers it; 0 when there is none
 * @param status      {@code creating}, {@code created}, {@code running}, {@code paused} or {@code stopped}
 * @param bundle      the bundle's directory, absolute
 * @param rootfs      the root file system's directory, absolute
 * @param created     when it was made
 * @param annotations those of its configuration
 * @param owner       the user whose it is, by name; empty if not known
 */
record ContainerStatus(
        String ociVersion,
        String id,
        int pid,
        String status,
        String bundle,
        String rootfs,
        Instant created,
        Map<String, String> annotations,
        String owner) {
    /** Writes it in runc's order; {@code state} has no owner there. */
    void write(JsonText json, boolean withOwner) {
        json.begin('{');
        json.name("ociVersion").value(ociVersion);
        json.name("id").value(id);
        json.name("pid").value(pid);
        json.name("status").value(status);
        json.name("bundle").value(bundle);
        json.name("rootfs").value(rootfs);
        json.name("created").value(Timestamps.nanos(created));
        if (!annotations.isEmpty()) {
            json.name("annotations").values(annotations);
        }
        json.name("owner").value(withOwner ? owner : "");
        json.end('}');
    }
}
