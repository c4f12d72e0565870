package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * A container's root file system; {@code root}.
 *
 * @param path its directory on the host, absolute or below the bundle
 * @param readonly whether it can only be read inside
 */
@Json
public record OciRoot(String path, boolean readonly) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciRoot {
        path = Fields.text(path);
    }
}
