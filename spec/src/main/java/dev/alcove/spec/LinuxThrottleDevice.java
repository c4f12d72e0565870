package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * A block device's rate.
 *
 * @param major major number
 * @param minor minor number
 * @param rate bytes or operations a second
 */
@Json
public record LinuxThrottleDevice(long major, long minor, Uint64 rate) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxThrottleDevice {
        rate = Fields.number(rate);
    }
}
