package dev.alcove.network;

import static dev.alcove.network.NftJson.accept;
import static dev.alcove.network.NftJson.anyOf;
import static dev.alcove.network.NftJson.ct;
import static dev.alcove.network.NftJson.is;
import static dev.alcove.network.NftJson.isNot;
import static dev.alcove.network.NftJson.masquerade;
import static dev.alcove.network.NftJson.meta;
import static dev.alcove.network.NftJson.object;
import static dev.alcove.network.NftJson.payload;
import static dev.alcove.network.NftJson.prefix;

import dev.alcove.linux.Cidr;
import dev.alcove.spec.PortMapping.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table {@code inet alcove} of a router's own network namespace. Nothing here acts. */
final class RouterTable {
    static final NftTable TABLE = new NftTable("inet", "alcove");
    private static final int FILTER = 0;
    private static final int SNAT = 100;

    private RouterTable() {}

    /** Whether a router has anything to do with rules. */
    static boolean concerns(boolean nat, List<RouterRule> rules) {
        return nat || !rules.isEmpty();
    }

    /**
     * The whole table.
     *
     * @param first its place in the network that it speaks for
     */
    static List<Object> of(Joined first, boolean nat, List<RouterRule> rules) {
        List<Object> all = new ArrayList<>();
        all.add(TABLE.add());
        all.add(TABLE.delete());
        all.add(TABLE.add());
        all.add(TABLE.chain("forward", "filter", "forward", FILTER));
        all.add(TABLE.rule("forward", is(ct("state"), anyOf("established", "related")), accept()));
        if (nat) {
            // Whoever is behind it is nobody's to reach from the other side.
            all.add(TABLE.rule(
                    "forward", isNot(meta("iifname"), first.inside()), is(meta("oifname"), first.inside()), refuse()));
            all.add(TABLE.chain("postrouting", "nat", "postrouting", SNAT));
            for (Cidr address : first.addresses()) {
                all.add(TABLE.rule(
                        "postrouting",
                        is(field(address, "saddr"), range(address)),
                        isNot(meta("oifname"), first.inside()),
                        masquerade()));
            }
        }
        for (RouterRule rule : rules) {
            all.addAll(allowed(rule));
        }
        if (!rules.isEmpty()) {
            all.add(TABLE.rule("forward", refuse()));
        }
        return all;
    }

    private static List<Object> allowed(RouterRule rule) {
        List<Object> words = new ArrayList<>();
        rule.from().ifPresent(range -> words.add(is(field(range, "saddr"), range(range))));
        rule.to().ifPresent(range -> words.add(is(field(range, "daddr"), range(range))));
        Optional<Protocol> protocol = rule.protocol();
        if (protocol.isPresent()) {
            words.add(is(meta("l4proto"), protocol.get().word()));
        } else if (rule.firstPort() != 0) {
            words.add(is(meta("l4proto"), anyOf("tcp", "udp", "sctp")));
        }
        if (rule.firstPort() != 0) {
            Object ports = rule.firstPort() == rule.lastPort()
                    ? (Object) rule.firstPort()
                    : object("range", List.of(rule.firstPort(), rule.lastPort()));
            words.add(is(payload("th", "dport"), ports));
        }
        words.add(accept());
        return List.of(TABLE.rule("forward", words.toArray()));
    }

    private static Object refuse() {
        return object("reject", Optional.empty());
    }

    private static Object field(Cidr range, String field) {
        return payload(range.isV6() ? "ip6" : "ip", field);
    }

    private static Object range(Cidr range) {
        Cidr network = range.network();
        return prefix(network.address().getHostAddress(), network.prefix());
    }
}
