package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * One namespace; {@code linux.namespaces}.
 *
 * @param type {@code pid}, {@code network}, {@code mount}, {@code ipc}, {@code uts}, {@code user}, {@code cgroup} or {@code time}
 * @param path an existing namespace to join; empty: a new one is made
 */
@Json
public record LinuxNamespace(String type, String path) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxNamespace {
        type = Fields.text(type);
        path = Fields.text(path);
    }
}
