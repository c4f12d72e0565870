package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * The five capability sets of a process, capabilities(7), as names like {@code CAP_CHOWN}.
 *
 * @param bounding what execve may ever grant
 * @param effective what the kernel checks
 * @param inheritable what survives execve of a file that asks for it
 * @param permitted what may be made effective
 * @param ambient what survives execve of any file
 */
@Json
public record LinuxCapabilities(
        List<String> bounding,
        List<String> effective,
        List<String> inheritable,
        List<String> permitted,
        List<String> ambient) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxCapabilities {
        bounding = Fields.list("bounding", bounding);
        effective = Fields.list("effective", effective);
        inheritable = Fields.list("inheritable", inheritable);
        permitted = Fields.list("permitted", permitted);
        ambient = Fields.list("ambient", ambient);
    }
}
