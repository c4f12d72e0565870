package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * The priority of packets on one interface.
 *
 * @param name the interface
 * @param priority the higher the sooner
 */
@Json
public record LinuxInterfacePriority(String name, long priority) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxInterfacePriority {
        name = Fields.text(name);
        Fields.uint32("priority", priority);
    }
}
