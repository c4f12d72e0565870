package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * The execution domain, personality(2); {@code linux.personality}.
 *
 * @param domain {@code LINUX} or {@code LINUX32}
 * @param flags further flags; the specification defines none
 */
@Json
public record LinuxPersonality(String domain, List<String> flags) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxPersonality {
        domain = Fields.text(domain);
        flags = Fields.list("flags", flags);
    }
}
