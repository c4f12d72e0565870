package dev.alcove.linux;

import java.util.OptionalLong;

/**
 * The most that may be read from and written to one block device.
 *
 * @param major     the device's major number
 * @param minor     the device's minor number, that of the whole disk
 * @param readBps   bytes read a second, 1 or more
 * @param writeBps  bytes written a second
 * @param readIops  reads a second
 * @param writeIops writes a second
 */
public record CgroupIoLimit(
        int major,
        int minor,
        OptionalLong readBps,
        OptionalLong writeBps,
        OptionalLong readIops,
        OptionalLong writeIops) {

    /**
     * Checks every part.
     *
     * @throws IllegalArgumentException naming the component
     */
    public CgroupIoLimit {
        if (major < 0 || minor < 0) {
            throw new IllegalArgumentException("io: " + major + ":" + minor + " is not a device number");
        }
        positive("readBps", readBps);
        positive("writeBps", writeBps);
        positive("readIops", readIops);
        positive("writeIops", writeIops);
    }

    private static void positive(String what, OptionalLong n) {
        if (n.isPresent() && n.getAsLong() < 1) {
            throw new IllegalArgumentException(what + ": " + n.getAsLong() + " is not 1 or more");
        }
    }
}
