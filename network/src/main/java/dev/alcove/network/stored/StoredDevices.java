package dev.alcove.network.stored;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices of the host's that a container has, and how they were.
 *
 * @param format the format's number; a file of another is not read
 * @param alive  the file that the container's monitor holds locked
 */
@Json
public record StoredDevices(int format, String container, String alive, List<StoredDevice> devices) {
    /**
     * One of them.
     *
     * @param name      on the host
     * @param inside    in the container
     * @param mac       its hardware address; empty for none
     * @param addresses with their prefixes
     * @param up        whether it was set up
     */
    @Json
    public record StoredDevice(
            String name,
            String inside,
            @Nullable String mac,
            @Nullable List<String> addresses,
            boolean up) {}
}
