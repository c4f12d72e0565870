package dev.alcove.network;

import static dev.alcove.network.NftJson.accept;
import static dev.alcove.network.NftJson.anyOf;
import static dev.alcove.network.NftJson.concat;
import static dev.alcove.network.NftJson.drop;
import static dev.alcove.network.NftJson.goTo;
import static dev.alcove.network.NftJson.is;
import static dev.alcove.network.NftJson.lookup;
import static dev.alcove.network.NftJson.mangle;
import static dev.alcove.network.NftJson.meta;
import static dev.alcove.network.NftJson.payload;
import static dev.alcove.network.NftJson.prefix;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The table {@code bridge alcove}: what passes between two containers of one bridge, which the other table does not see. It
 * is there only while a container has rules, or ports on a network that keeps its containers apart, and touches only the
 * frames of such. Nothing here acts.
 *
 * <p>A bridge's frames can be filtered, but their connections are known only where the kernel has nf_conntrack_bridge, or
 * br_netfilter for all bridges of the host. So nothing is decided here. Every IP packet that such a container sends, or
 * that is sent to it, is addressed to the bridge instead: the host takes it in, asks the table {@code inet alcove} as for any
 * packet that it routes, and sends it on. What is no IP (but for how neighbours find each other) is dropped, and so is what
 * pretends to come from another address.
 */
final class BridgeTable {
    static final NftTable TABLE = new NftTable("bridge", "alcove");

    /** dstnat of bridges: before anyone looks where the frame goes, and before br_netfilter, which is at 0. */
    private static final int REDIRECT = -300;

    /** filter of bridges. */
    private static final int FILTER = -200;

    private static final Object IN = meta("iifname");
    private static final Object OUT = meta("oifname");
    private static final Object TYPE = payload("ether", "type");
    private static final Object TO = payload("ether", "daddr");

    private BridgeTable() {}

    /** Whether a container has rules, or ports on a network that keeps its containers apart. */
    static boolean concerns(Endpoint endpoint, List<NetworkConfig> networks) {
        return !endpoint.allow().isEmpty()
                || (!endpoint.ports().isEmpty()
                        && endpoint.joined().stream()
                                .anyMatch(
                                        j -> networks.stream().anyMatch(n -> n.id().equals(j.network()) && !n.icc())));
    }

    static List<Object> frame() {
        List<Object> all = new ArrayList<>();
        all.add(TABLE.add());
        all.add(TABLE.set("wires", List.of("ifname"), false));
        all.add(TABLE.set("own4", List.of("ifname", "ipv4_addr"), false));
        all.add(TABLE.set("own6", List.of("ifname", "ipv6_addr"), false));
        all.add(TABLE.set("ends", List.of("ifname", "ether_addr"), false));
        all.add(TABLE.map("bridge_of", List.of("ifname"), "ether_addr"));
        all.add(TABLE.map("instead", List.of("ether_addr"), "ether_addr"));
        all.add(TABLE.chain("theirs"));
        all.add(TABLE.chain("prerouting", "filter", "prerouting", REDIRECT));
        all.add(TABLE.chain("forward", "filter", "forward", FILTER));
        all.add(TABLE.chain("output", "filter", "output", FILTER));
        return all;
    }

    static List<Object> rules() {
        List<Object> all = new ArrayList<>();
        all.add(TABLE.flush("prerouting"));
        neighbours(all, "prerouting");
        all.add(TABLE.rule("prerouting", is(IN, "@wires"), goTo("theirs")));
        all.add(TABLE.rule(
                "prerouting",
                is(TYPE, anyOf("ip", "ip6")),
                mangle(TO, lookup(TO, "instead")),
                mangle(meta("pkttype"), "host")));
        all.add(TABLE.flush("theirs"));
        for (Family f : Family.values()) {
            all.add(TABLE.rule(
                    "theirs",
                    is(concat(IN, payload(f.protocol(), "saddr")), "@" + f.name("own")),
                    mangle(TO, lookup(IN, "bridge_of")),
                    mangle(meta("pkttype"), "host"),
                    accept()));
        }
        all.add(TABLE.rule("theirs", drop()));
        all.add(TABLE.flush("forward"));
        neighbours(all, "forward");
        // A packet to a published port of a neighbour's br_netfilter translates here, and sends on without the host;
        // but it
        // asks the other table. No other comes so far with a container's own address on it, or from one: see above.
        all.add(TABLE.rule("forward", is(TYPE, anyOf("ip", "ip6")), is(IN, "@wires"), accept()));
        all.add(TABLE.rule("forward", is(TYPE, anyOf("ip", "ip6")), is(concat(OUT, TO), "@ends"), accept()));
        all.add(TABLE.rule("forward", is(IN, "@wires"), drop()));
        all.add(TABLE.rule("forward", is(OUT, "@wires"), drop()));
        // Rules are about a container's own addresses; those that every interface has by itself would go past them.
        all.add(TABLE.flush("output"));
        neighbours(all, "output");
        all.add(TABLE.rule("output", is(OUT, "@wires"), is(payload("ip6", "daddr"), prefix("fe80::", 10)), drop()));
        return all;
    }

    private static void neighbours(List<Object> all, String chain) {
        all.add(TABLE.rule(chain, is(TYPE, "arp"), accept()));
        all.add(TABLE.rule(chain, is(payload("icmpv6", "type"), ContainerRules.NEIGHBOURS), accept()));
    }

    /**
     * A container's elements.
     *
     * @param bridges the hardware addresses of the bridges, by their networks' ids
     */
    static List<Object> opened(Endpoint endpoint, Map<String, Mac> bridges) {
        List<Object> all = new ArrayList<>();
        for (Joined joined : endpoint.joined()) {
            Mac bridge = bridges.get(joined.network());
            if (bridge == null || joined.outside().isEmpty()) {
                continue;
            }
            String wire = joined.outside();
            all.add(TABLE.element("wires", wire));
            all.add(TABLE.element("ends", concat(wire, joined.mac().toString())));
            all.add(TABLE.element("bridge_of", wire, bridge.toString()));
            all.add(TABLE.element("instead", joined.mac().toString(), bridge.toString()));
            for (Cidr address : joined.addresses()) {
                all.add(TABLE.element(
                        Family.of(address).name("own"),
                        concat(wire, address.address().getHostAddress())));
            }
        }
        return all;
    }

    /** Takes {@link #opened} back. */
    static List<Object> closed(Endpoint endpoint, Map<String, Mac> bridges) {
        List<Object> all = new ArrayList<>();
        for (Joined joined : endpoint.joined()) {
            Mac bridge = bridges.get(joined.network());
            if (bridge == null || joined.outside().isEmpty()) {
                continue;
            }
            String wire = joined.outside();
            all.addAll(TABLE.removal("wires", wire));
            all.addAll(TABLE.removal("ends", concat(wire, joined.mac().toString())));
            all.addAll(TABLE.removal("bridge_of", wire, bridge.toString()));
            all.addAll(TABLE.removal("instead", joined.mac().toString(), bridge.toString()));
            for (Cidr address : joined.addresses()) {
                all.addAll(TABLE.removal(
                        Family.of(address).name("own"),
                        concat(wire, address.address().getHostAddress())));
            }
        }
        return all;
    }
}
