package dev.alcove.network.stored;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An interface that plugins made, or are about to make: what they are to be told when it goes.
 *
 * @param format    the format's number; a file of another is not read
 * @param network   the network's id
 * @param ifname    the interface in the container
 * @param config    the plugins' configuration as it was then
 * @param path      where plugins were found
 * @param addresses addresses that were asked for
 * @param mac       a hardware address that was asked for; empty for none
 * @param result    what they answered; empty as long as they have not
 */
@Json
public record StoredCni(
        int format,
        String container,
        String network,
        String ifname,
        String config,
        String path,
        @Nullable List<String> addresses,
        @Nullable String mac,
        @Nullable String result) {
    /** The same with the plugins' answer. */
    public StoredCni with(String answer) {
        return new StoredCni(format, container, network, ifname, config, path, addresses, mac, answer);
    }
}
