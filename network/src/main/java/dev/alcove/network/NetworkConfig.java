package dev.alcove.network;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network as it was made; it does not change afterwards.
 *
 * @param id       64 hexadecimal digits
 * @param name     its name: letters, digits and {@code _.-}
 * @param driver   what carries it
 * @param link     the interface of the host that belongs to it: the bridge, macvlan's parent; empty for none
 * @param subnets  its addresses: at most one range of IPv4 and one of IPv6
 * @param internal whether there is no way out of it
 * @param icc      whether its containers reach each other where no rule says so
 * @param mtu      the largest packet in bytes; 0 for the kernel's default
 * @param options  the driver's options as they were given
 * @param labels   what the user wrote on it
 * @param created  when
 */
public record NetworkConfig(
        String id,
        String name,
        Driver driver,
        Optional<String> link,
        List<Subnet> subnets,
        boolean internal,
        boolean icc,
        int mtu,
        Map<String, String> options,
        Map<String, String> labels,
        Instant created) {

    /** What carries a network. */
    public enum Driver {
        /** A bridge of the host with a wire (veth) to each container. */
        BRIDGE,
        /** Interfaces with addresses of their own on an interface of the host's. */
        MACVLAN,
        /** Plugins of the Container Network Interface. */
        CNI
    }

    /** The name of the network that containers of root get by themselves. It is made at its first use. */
    public static final String DEFAULT = "alcove0";

    /** Copies the collections. */
    public NetworkConfig {
        subnets = List.copyOf(subnets);
        options = Map.copyOf(options);
        labels = Map.copyOf(labels);
    }

    /** Whether containers find each other by name on it: on all but the default one, as docker has it. */
    public boolean hasNames() {
        return !name.equals(DEFAULT);
    }
}
