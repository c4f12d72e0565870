package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * A network interface moved in; {@code linux.netDevices}.
 *
 * @param name its name inside; empty: as on the host
 */
@Json
public record LinuxNetDevice(String name) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxNetDevice {
        name = Fields.text(name);
    }
}
