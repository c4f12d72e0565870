package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The root of a container's {@code config.json}: the Linux part of the OCI runtime specification 1.3.0, config.md. What
 * other platforms define is ignored on reading.
 *
 * @param ociVersion the version of the specification the document follows, as {@code 1.3.0}
 * @param process the process; absent for a container that is only made
 * @param root the root file system
 * @param hostname the host name seen inside; empty: unchanged
 * @param domainname the NIS domain name seen inside; empty: unchanged
 * @param mounts the mounts, in the order they are made
 * @param hooks commands run at points of the life cycle
 * @param annotations anything, for whoever reads it
 * @param linux what only Linux has
 */
@Json
public record OciSpec(
        String ociVersion,
        @Nullable OciProcess process,
        @Nullable OciRoot root,
        String hostname,
        String domainname,
        List<OciMount> mounts,
        @Nullable OciHooks hooks,
        Map<String, String> annotations,
        @Nullable OciLinux linux) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciSpec {
        ociVersion = Fields.text(ociVersion);
        hostname = Fields.text(hostname);
        domainname = Fields.text(domainname);
        mounts = Fields.list("mounts", mounts);
        annotations = Fields.map("annotations", annotations);
    }

    /** A builder in which everything is absent. */
    public static OciSpecBuilder builder() {
        return new OciSpecBuilder();
    }

    /** A builder that starts from this. */
    public OciSpecBuilder toBuilder() {
        return new OciSpecBuilder(this);
    }
}
