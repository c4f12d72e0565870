package dev.alcove.network;

import java.util.List;
import java.util.Map;

/**
 * A network that is to be made.
 *
 * @param name     its name: letters, digits and {@code _.-}, beginning with one of the first two
 * @param driver   what carries it
 * @param subnets  its addresses; empty for a free range of IPv4
 * @param ipv6     whether it has IPv6 addresses too; a free unique local range if {@code subnets} has none
 * @param internal whether there is no way out of it
 * @param options  the driver's options, by docker's names or ours: {@code mtu}, {@code parent} (macvlan), {@code icc},
 *                 {@code com.docker.network.driver.mtu}, {@code com.docker.network.bridge.name} and the like
 * @param labels   what the user writes on it
 */
public record NetworkRequest(
        String name,
        NetworkConfig.Driver driver,
        List<Subnet> subnets,
        boolean ipv6,
        boolean internal,
        Map<String, String> options,
        Map<String, String> labels) {
    /** Copies the collections. */
    public NetworkRequest {
        subnets = List.copyOf(subnets);
        options = Map.copyOf(options);
        labels = Map.copyOf(labels);
    }

    /** A bridge with a free range of IPv4 addresses. */
    public static NetworkRequest bridge(String name) {
        return new NetworkRequest(name, NetworkConfig.Driver.BRIDGE, List.of(), false, false, Map.of(), Map.of());
    }
}
