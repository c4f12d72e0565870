package dev.alcove.network;

import static dev.alcove.network.NftJson.accept;
import static dev.alcove.network.NftJson.anyOf;
import static dev.alcove.network.NftJson.back;
import static dev.alcove.network.NftJson.concat;
import static dev.alcove.network.NftJson.ct;
import static dev.alcove.network.NftJson.drop;
import static dev.alcove.network.NftJson.goTo;
import static dev.alcove.network.NftJson.has;
import static dev.alcove.network.NftJson.is;
import static dev.alcove.network.NftJson.isNot;
import static dev.alcove.network.NftJson.jump;
import static dev.alcove.network.NftJson.lookup;
import static dev.alcove.network.NftJson.masquerade;
import static dev.alcove.network.NftJson.meta;
import static dev.alcove.network.NftJson.object;
import static dev.alcove.network.NftJson.payload;
import static dev.alcove.network.NftJson.prefix;
import static dev.alcove.network.NftJson.verdict;

import dev.alcove.linux.Cidr;
import dev.alcove.network.NetworkConfig.Driver;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The table {@code inet alcove}: everything that is routed. Its chains never change; networks, ports and containers with
 * rules are elements of its sets and maps. Nothing here acts.
 *
 * <p>A packet that another table drops is dropped, and what this one accepts others may still drop: nftables asks all of
 * them. So the priorities say only who sees a packet first.
 */
final class FirewallTable {
    static final NftTable TABLE = new NftTable("inet", "alcove");

    /** raw: before connections are tracked, for packets that must not even begin one. */
    private static final int RAW = -300;

    /**
     * One behind the usual -100: a redirection that the host's own administrator made comes first, and the first one counts.
     */
    private static final int DNAT = -99;

    /** filter: as others. */
    private static final int FILTER = 0;

    /** One behind the usual 100, as DNAT. */
    private static final int SNAT = 101;

    private static final Object IN = meta("iifname");
    private static final Object OUT = meta("oifname");
    private static final Object LOOPBACK = prefix("127.0.0.0", 8);

    private FirewallTable() {}

    /** Sets, maps and chains; adding them again changes nothing. */
    static List<Object> frame() {
        List<Object> all = new ArrayList<>();
        all.add(TABLE.add());
        all.add(TABLE.set("bridges", List.of("ifname"), false));
        all.add(TABLE.set("internal", List.of("ifname"), false));
        all.add(TABLE.set("apart", List.of("ifname"), false));
        all.add(TABLE.set("closed", List.of("nf_proto"), false));
        all.add(TABLE.set("loops", List.of("ifname", "ifname"), false));
        for (Family f : Family.values()) {
            all.add(TABLE.set(f.name("own"), List.of("ifname", f.type()), true));
            all.add(TABLE.map(f.name("any", "_addr"), List.of("inet_proto", "inet_service"), f.type()));
            all.add(TABLE.map(f.name("any", "_port"), List.of("inet_proto", "inet_service"), "inet_service"));
            all.add(TABLE.map(f.name("at", "_addr"), List.of(f.type(), "inet_proto", "inet_service"), f.type()));
            all.add(TABLE.map(f.name("at", "_port"), List.of(f.type(), "inet_proto", "inet_service"), "inet_service"));
            all.add(TABLE.map(f.name("from"), List.of(f.type()), "verdict"));
            all.add(TABLE.map(f.name("to"), List.of(f.type()), "verdict"));
        }
        all.add(TABLE.chain("inward"));
        all.add(TABLE.chain("strangers"));
        all.add(TABLE.chain("published"));
        all.add(TABLE.chain("allowed"));
        all.add(TABLE.chain("raw", "filter", "prerouting", RAW));
        all.add(TABLE.chain("prerouting", "nat", "prerouting", DNAT));
        all.add(TABLE.chain("here", "nat", "output", DNAT));
        all.add(TABLE.chain("postrouting", "nat", "postrouting", SNAT));
        all.add(TABLE.chain("forward", "filter", "forward", FILTER));
        all.add(TABLE.chain("input", "filter", "input", FILTER));
        all.add(TABLE.chain("output", "filter", "output", FILTER));
        return all;
    }

    /**
     * The rules of all chains but the containers' own, in place of those that are there.
     *
     * @param loopback6 whether ::1 can lead to containers: not where br_netfilter shows IPv6
     */
    static List<Object> rules(boolean loopback6) {
        List<Object> all = new ArrayList<>();
        raw(all);
        translation(all, loopback6);
        forward(all);
        host(all);
        return all;
    }

    private static void raw(List<Object> all) {
        all.add(TABLE.flush("raw"));
        // The bridges have route_localnet, so that the host's own 127.0.0.1 reaches published ports. Without these two
        // whoever is on a bridge would reach what listens on the host's loopback alone (CVE-2020-8558). An answer to
        // the host
        // still has the bridge's address here: it gets 127.0.0.1 back behind this hook.
        all.add(TABLE.rule("raw", is(IN, "@bridges"), is(payload("ip", "daddr"), LOOPBACK), drop()));
        all.add(TABLE.rule("raw", is(IN, "@bridges"), is(payload("ip", "saddr"), LOOPBACK), drop()));
        all.add(TABLE.rule("raw", is(IN, "@internal"), jump("inward")));
        // An internal network reaches its own addresses, the gateway's among them, and no other of the host's.
        all.add(TABLE.flush("inward"));
        all.add(TABLE.rule("inward", is(concat(IN, payload("ip", "daddr")), "@own4"), back()));
        all.add(TABLE.rule(
                "inward", is(payload("ip", "daddr"), anyOf(prefix("224.0.0.0", 4), "255.255.255.255")), back()));
        all.add(TABLE.rule("inward", is(concat(IN, payload("ip6", "daddr")), "@own6"), back()));
        all.add(TABLE.rule(
                "inward", is(payload("ip6", "daddr"), anyOf(prefix("fe80::", 10), prefix("ff00::", 8))), back()));
        all.add(TABLE.rule("inward", drop()));
    }

    private static void translation(List<Object> all, boolean loopback6) {
        Object local = is(object("fib", object("result", "type", "flags", List.of("daddr"))), "local");
        all.add(TABLE.flush("prerouting"));
        // From outside nobody is at 127.0.0.1: a port that is published there alone must not be reached by a neighbour
        // who
        // writes that address into a packet, which this hook would lead to the container before the kernel refuses it.
        all.add(TABLE.rule("prerouting", is(payload("ip", "daddr"), LOOPBACK), accept()));
        all.add(TABLE.rule("prerouting", is(IN, "@internal"), accept()));
        all.add(TABLE.rule("prerouting", local, jump("published")));
        all.add(TABLE.flush("here"));
        if (!loopback6) {
            // The answer would be translated back to ::1 on the bridge, and such a packet the host does not take in. So
            // nobody
            // is there, and who asked for "localhost" goes on to 127.0.0.1 at once.
            all.add(TABLE.rule("here", is(payload("ip6", "daddr"), "::1"), accept()));
        }
        all.add(TABLE.rule("here", local, jump("published")));

        all.add(TABLE.flush("published"));
        for (Family f : Family.values()) {
            Object any = concat(meta("l4proto"), payload("th", "dport"));
            Object at = concat(payload(f.protocol(), "daddr"), meta("l4proto"), payload("th", "dport"));
            all.add(TABLE.rule("published", dnat(f, at, f.name("at", "_addr"), f.name("at", "_port"))));
            all.add(TABLE.rule("published", dnat(f, any, f.name("any", "_addr"), f.name("any", "_port"))));
        }

        all.add(TABLE.flush("postrouting"));
        all.add(TABLE.rule(
                "postrouting", is(IN, "@bridges"), isNot(OUT, "@bridges"), is(meta("nfproto"), "ipv4"), masquerade()));
        // Addresses that are valid everywhere go out as they are.
        all.add(TABLE.rule(
                "postrouting",
                is(IN, "@bridges"),
                isNot(OUT, "@bridges"),
                is(payload("ip6", "saddr"), prefix("fc00::", 7)),
                masquerade()));
        for (Family f : Family.values()) {
            // By way of a published port back to the own network: else the answer would take the short way, past the
            // host,
            // and come from an address that nobody asked. By the source: with br_netfilter there is no interface to
            // ask.
            all.add(TABLE.rule(
                    "postrouting",
                    is(concat(OUT, payload(f.protocol(), "saddr")), "@" + f.name("own")),
                    has(ct("status"), "dnat"),
                    masquerade()));
        }
        // To a container the host's loopback would be its own.
        all.add(TABLE.rule("postrouting", is(OUT, "@bridges"), is(payload("ip", "saddr"), LOOPBACK), masquerade()));
        all.add(TABLE.rule("postrouting", is(OUT, "@bridges"), is(payload("ip6", "saddr"), "::1"), masquerade()));
    }

    private static Object dnat(Family f, Object key, String addresses, String ports) {
        return object(
                "dnat", object("family", f.protocol(), "addr", lookup(key, addresses), "port", lookup(key, ports)));
    }

    private static void forward(List<Object> all) {
        all.add(TABLE.flush("forward"));
        all.add(TABLE.rule("forward", has(ct("state"), List.of("established", "related")), accept()));
        // What belongs to no connection is not translated, and would go out with an address that is none outside.
        all.add(TABLE.rule("forward", is(IN, "@bridges"), has(ct("state"), "invalid"), drop()));
        // What a container's rules let through goes on here: they open nothing between networks.
        for (Family f : Family.values()) {
            all.add(TABLE.rule("forward", verdict(payload(f.protocol(), "saddr"), f.name("to"))));
            all.add(TABLE.rule("forward", verdict(payload(f.protocol(), "daddr"), f.name("from"))));
        }
        // Within one network: a published port of a neighbour's, or with br_netfilter every packet.
        all.add(TABLE.rule("forward", is(concat(IN, OUT), "@loops"), isNot(IN, "@apart"), accept()));
        all.add(TABLE.rule("forward", is(IN, "@internal"), drop()));
        all.add(TABLE.rule("forward", is(OUT, "@internal"), drop()));
        all.add(TABLE.rule("forward", is(OUT, "@bridges"), has(ct("status"), "dnat"), accept()));
        // From outside, from another network, and from one of a network that keeps its containers apart.
        all.add(TABLE.rule("forward", is(OUT, "@bridges"), drop()));
        all.add(TABLE.rule("forward", isNot(IN, "@bridges"), is(meta("nfproto"), "@closed"), goTo("strangers")));

        // A host that forwards for its containers must not become a router between its cables for whoever is at their
        // other
        // ends, if it was none before. What other programs made (bridges, tunnels) has a kind; a card has none, and
        // nothing is
        // equal or unequal to none.
        all.add(TABLE.flush("strangers"));
        all.add(TABLE.rule("strangers", isNot(meta("iifkind"), "none"), accept()));
        all.add(TABLE.rule("strangers", isNot(meta("oifkind"), "none"), accept()));
        all.add(TABLE.rule("strangers", has(ct("status"), "dnat"), accept()));
        all.add(TABLE.rule("strangers", drop()));

        all.add(TABLE.flush("allowed"));
        all.add(TABLE.rule("allowed", is(concat(IN, OUT), "@loops"), accept()));
    }

    /** Between a container and the host itself. */
    private static void host(List<Object> all) {
        Object answers = has(ct("state"), List.of("established", "related"));
        all.add(TABLE.flush("input"));
        all.add(TABLE.flush("output"));
        all.add(TABLE.rule("input", isNot(IN, "@bridges"), accept()));
        all.add(TABLE.rule("input", answers, accept()));
        all.add(TABLE.rule("output", isNot(OUT, "@bridges"), accept()));
        // Containers with rules meet their neighbours by way of the host; that there is a shorter way they need not
        // know.
        all.add(TABLE.rule("output", is(payload("icmp", "type"), "redirect"), drop()));
        all.add(TABLE.rule("output", is(payload("icmpv6", "type"), "nd-redirect"), drop()));
        all.add(TABLE.rule("output", answers, accept()));
        for (Family f : Family.values()) {
            all.add(TABLE.rule("input", verdict(payload(f.protocol(), "saddr"), f.name("to"))));
            all.add(TABLE.rule("output", verdict(payload(f.protocol(), "daddr"), f.name("from"))));
        }
    }

    /** What makes the chains act for these networks. */
    static List<Object> elements(List<NetworkConfig> networks) {
        List<Object> all = new ArrayList<>();
        for (NetworkConfig network : networks) {
            if (network.driver() != Driver.BRIDGE || network.link().isEmpty()) {
                continue;
            }
            String bridge = network.link().get();
            all.add(TABLE.element("bridges", bridge));
            all.add(TABLE.element("loops", concat(bridge, bridge)));
            if (network.internal()) {
                all.add(TABLE.element("internal", bridge));
            }
            if (!network.icc()) {
                all.add(TABLE.element("apart", bridge));
            }
            for (Subnet subnet : network.subnets()) {
                Cidr range = subnet.network();
                all.add(TABLE.element(
                        Family.of(range.address()).name("own"),
                        concat(bridge, prefix(range.address().getHostAddress(), range.prefix()))));
            }
        }
        return all;
    }

    /** Closes the host against being a router for others, of these families. */
    static List<Object> closed(Set<Family> families) {
        return families.stream().map(f -> TABLE.element("closed", f.nfproto())).toList();
    }

    /** Where a container's rules send what they let through. */
    static Object allowed() {
        return goTo("allowed");
    }
}
