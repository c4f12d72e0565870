package dev.alcove.network;

import static dev.alcove.network.NftJson.anyOf;
import static dev.alcove.network.NftJson.back;
import static dev.alcove.network.NftJson.drop;
import static dev.alcove.network.NftJson.is;
import static dev.alcove.network.NftJson.jump;
import static dev.alcove.network.NftJson.meta;
import static dev.alcove.network.NftJson.object;
import static dev.alcove.network.NftJson.payload;
import static dev.alcove.network.NftJson.prefix;

import dev.alcove.linux.Cidr;
import dev.alcove.network.AllowRule.Direction;
import java.util.ArrayList;
import java.util.List;

/**
 * A container's own rules: for each direction that it has some of, a chain, to which packets come by the container's
 * addresses. What belongs to a connection that was let through does not come here. Nothing here acts.
 */
final class ContainerRules {
    private static final NftTable TABLE = FirewallTable.TABLE;

    /** How neighbours find each other in IPv6; without these there is no talk at all. */
    static final Object NEIGHBOURS = anyOf(
            "nd-neighbor-solicit",
            "nd-neighbor-advert",
            "nd-router-solicit",
            "mld-listener-query",
            "mld-listener-report",
            "mld-listener-done",
            "mld2-listener-report");

    private ContainerRules() {}

    static List<Object> opened(Endpoint endpoint) {
        List<Object> all = new ArrayList<>();
        for (Direction direction : Direction.values()) {
            List<AllowRule> rules = of(endpoint, direction);
            if (!rules.isEmpty() && !endpoint.joined().isEmpty()) {
                String chain = chain(endpoint, direction);
                all.add(TABLE.chain(chain));
                all.add(TABLE.flush(chain));
                all.add(TABLE.rule(chain, is(payload("icmpv6", "type"), NEIGHBOURS), back()));
                rules.forEach(r -> all.add(TABLE.rule(chain, expressions(r))));
                all.add(TABLE.rule(chain, drop()));
                for (Cidr address : addresses(endpoint)) {
                    all.add(TABLE.element(
                            map(direction, address), address.address().getHostAddress(), jump(chain)));
                }
            }
        }
        return all;
    }

    static List<Object> closed(Endpoint endpoint) {
        List<Object> all = new ArrayList<>();
        for (Direction direction : Direction.values()) {
            if (!of(endpoint, direction).isEmpty() && !endpoint.joined().isEmpty()) {
                String chain = chain(endpoint, direction);
                all.add(TABLE.chain(chain));
                for (Cidr address : addresses(endpoint)) {
                    all.addAll(TABLE.removal(
                            map(direction, address), address.address().getHostAddress(), jump(chain)));
                }
                all.addAll(TABLE.remove(chain));
            }
        }
        return all;
    }

    private static List<AllowRule> of(Endpoint endpoint, Direction direction) {
        return endpoint.allow().stream().filter(r -> r.direction() == direction).toList();
    }

    private static List<Cidr> addresses(Endpoint endpoint) {
        return endpoint.joined().stream()
                .filter(j -> !j.outside().isEmpty())
                .flatMap(j -> j.addresses().stream())
                .toList();
    }

    /** By the first wire: its name is a container's alone. */
    private static String chain(Endpoint endpoint, Direction direction) {
        return word(direction) + "-" + endpoint.joined().getFirst().outside();
    }

    private static String map(Direction direction, Cidr address) {
        return Family.of(address).name(word(direction));
    }

    private static String word(Direction direction) {
        return direction == Direction.FROM ? "from" : "to";
    }

    private static Object[] expressions(AllowRule rule) {
        List<Object> all = new ArrayList<>();
        rule.peer().ifPresent(peer -> all.add(peer(rule.direction(), peer)));
        Object ports = rule.firstPort() == rule.lastPort()
                ? rule.firstPort()
                : object("range", List.of(rule.firstPort(), rule.lastPort()));
        if (rule.protocol().isPresent()) {
            String protocol = rule.protocol().get().word();
            all.add(rule.firstPort() == 0 ? is(meta("l4proto"), protocol) : is(payload(protocol, "dport"), ports));
        } else if (rule.firstPort() != 0) {
            all.add(is(meta("l4proto"), anyOf("tcp", "udp", "sctp")));
            all.add(is(payload("th", "dport"), ports));
        }
        all.add(rule.direction() == Direction.FROM ? FirewallTable.allowed() : back());
        return all.toArray();
    }

    private static Object peer(Direction direction, Cidr peer) {
        Family family = Family.of(peer);
        String address = peer.address().getHostAddress();
        if (peer.prefix() == 0) {
            return is(meta("nfproto"), family.nfproto());
        }
        Object field = payload(family.protocol(), direction == Direction.FROM ? "saddr" : "daddr");
        boolean one = peer.prefix() == peer.address().getAddress().length * 8;
        return is(field, one ? address : prefix(address, peer.prefix()));
    }
}
