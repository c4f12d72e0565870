package dev.alcove.network;

import dev.alcove.network.NetworkConfig.Driver;
import io.avaje.json.mapper.JsonMapper;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a host passes packets on, which it must for networks that lead out. One that was made to do so for us is closed to
 * others (the set {@code closed} of {@link FirewallTable}, which is also how it is remembered), unless another table looks
 * after what is forwarded; and it stops when the last of our networks is gone, unless others may have come to need it.
 *
 * @param needed  what is needed of now
 * @param closed  what is forwarded for our sake alone
 * @param stopped what was and is needed no more
 */
record Forwarding(Set<Family> needed, Set<Family> closed, Set<Family> stopped) {
    /**
     * What is to be.
     *
     * @param chains   what {@code nft -j list chains} says
     * @param networks our networks with bridges
     */
    static Forwarding of(HostNetwork host, Nft nft, String chains, List<NetworkConfig> networks) {
        Set<Family> before = ForeignChains.hasTable(chains)
                ? elements(nft.ask("list", "set", "inet", FirewallTable.TABLE.name(), "closed"))
                : EnumSet.noneOf(Family.class);
        Set<Family> needed = EnumSet.noneOf(Family.class);
        for (NetworkConfig network : networks) {
            if (network.driver() == Driver.BRIDGE && !network.internal()) {
                network.subnets().forEach(s -> needed.add(Family.of(s.network())));
            }
        }
        Set<Family> off = host.in(() -> {
            Set<Family> families = EnumSet.allOf(Family.class);
            families.removeIf(HostSysctls::forwards);
            return families;
        });
        boolean guarded = ForeignChains.guarded(chains);
        return decide(needed, before, off, guarded);
    }

    /**
     * The same of what is known.
     *
     * @param before  what was forwarded for our sake alone
     * @param off     what the host does not forward now
     * @param guarded whether another table has a word on it
     */
    static Forwarding decide(Set<Family> needed, Set<Family> before, Set<Family> off, boolean guarded) {
        Set<Family> closed = EnumSet.noneOf(Family.class);
        Set<Family> stopped = EnumSet.noneOf(Family.class);
        for (Family family : Family.values()) {
            if (needed.contains(family) && !guarded && (before.contains(family) || off.contains(family))) {
                closed.add(family);
            }
            if (!needed.contains(family) && before.contains(family) && !guarded) {
                stopped.add(family);
            }
        }
        return new Forwarding(needed, closed, stopped);
    }

    /** Makes it so; after the rules are in force. */
    void set(HostNetwork host) {
        host.in(() -> {
            for (Family family : stopped) {
                HostSysctls.forwardNoMore(family);
            }
            if (!needed.isEmpty()) {
                HostSysctls.forward(needed.contains(Family.V6));
            }
            return true;
        });
    }

    private static Set<Family> elements(Nft.Answer answer) {
        Set<Family> families = EnumSet.noneOf(Family.class);
        if (!answer.done()) {
            return families;
        }
        Object all =
                JsonMapper.builder().build().fromJsonObject(answer.output()).get("nftables");
        for (Object each : all instanceof List<?> list ? list : List.of()) {
            if (each instanceof Map<?, ?> map
                    && map.get("set") instanceof Map<?, ?> set
                    && set.get("elem") instanceof List<?> elements) {
                for (Family family : Family.values()) {
                    if (elements.contains(family.nfproto())) {
                        families.add(family);
                    }
                }
            }
        }
        return families;
    }
}
