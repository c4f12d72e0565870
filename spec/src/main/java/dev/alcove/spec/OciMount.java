package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * One mount; {@code mounts}.
 *
 * @param destination where it is seen inside, absolute
 * @param type the file system's type, or {@code bind}; empty with a bind among the options
 * @param source what is mounted; empty for file systems that need no source
 * @param options fstab(5)'s options and the file system's own
 * @param uidMappings how owners are translated for this mount
 * @param gidMappings how groups are translated for this mount
 */
@Json
public record OciMount(
        String destination,
        String type,
        String source,
        List<String> options,
        List<LinuxIdMapping> uidMappings,
        List<LinuxIdMapping> gidMappings) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciMount {
        destination = Fields.text(destination);
        type = Fields.text(type);
        source = Fields.text(source);
        options = Fields.list("options", options);
        uidMappings = Fields.list("uidMappings", uidMappings);
        gidMappings = Fields.list("gidMappings", gidMappings);
    }

    /** A mount without id mappings. */
    public static OciMount of(String destination, String type, String source, List<String> options) {
        return new OciMount(destination, type, source, options, List.of(), List.of());
    }
}
