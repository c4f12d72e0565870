package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * An I/O priority, ioprio_set(2); {@code process.ioPriority}.
 *
 * @param ioClass {@code IOPRIO_CLASS_RT}, {@code IOPRIO_CLASS_BE} or {@code IOPRIO_CLASS_IDLE}
 * @param priority 0, first, to 7
 */
@Json
public record LinuxIoPriority(@Json.Property("class") String ioClass, int priority) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxIoPriority {
        ioClass = Fields.text(ioClass);
    }
}
