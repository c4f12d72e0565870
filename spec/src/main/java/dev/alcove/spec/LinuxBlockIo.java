package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Block devices; {@code linux.resources.blockIO}.
 *
 * @param weight relative weight, 10 to 1000
 * @param leafWeight weight towards child groups, cgroup v1 only
 * @param weightDevice weights by device
 * @param throttleReadBpsDevice bytes a second
 * @param throttleWriteBpsDevice bytes a second
 * @param throttleReadIopsDevice operations a second
 * @param throttleWriteIopsDevice operations a second
 */
@Json
public record LinuxBlockIo(
        @Nullable Integer weight,
        @Nullable Integer leafWeight,
        List<LinuxWeightDevice> weightDevice,
        List<LinuxThrottleDevice> throttleReadBpsDevice,
        List<LinuxThrottleDevice> throttleWriteBpsDevice,
        @Json.Property("throttleReadIOPSDevice") List<LinuxThrottleDevice> throttleReadIopsDevice,
        @Json.Property("throttleWriteIOPSDevice") List<LinuxThrottleDevice> throttleWriteIopsDevice) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxBlockIo {
        Fields.uint16("weight", weight);
        Fields.uint16("leafWeight", leafWeight);
        weightDevice = Fields.list("weightDevice", weightDevice);
        throttleReadBpsDevice = Fields.list("throttleReadBpsDevice", throttleReadBpsDevice);
        throttleWriteBpsDevice = Fields.list("throttleWriteBpsDevice", throttleWriteBpsDevice);
        throttleReadIopsDevice = Fields.list("throttleReadIOPSDevice", throttleReadIopsDevice);
        throttleWriteIopsDevice = Fields.list("throttleWriteIOPSDevice", throttleWriteIopsDevice);
    }
}
