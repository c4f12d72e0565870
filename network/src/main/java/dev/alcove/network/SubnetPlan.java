package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.network.NetworkException.Kind;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses and checks the addresses of a new network; a pure function of what is taken.
 *
 * <p>A network without a range of its own gets a free one: a /24 (the default network: a /22) of 10.90.0.0/16, or, where
 * the host's routes leave none there, of 172.30.0.0/16 or 192.168.192.0/18. IPv6 gets a unique local /64 (RFC 4193) whose
 * 56 bits are the network's id's.
 */
final class SubnetPlan {
    private static final List<Cidr> POOLS =
            List.of(Cidr.parse("10.90.0.0/16"), Cidr.parse("172.30.0.0/16"), Cidr.parse("192.168.192.0/18"));
    private static final int PREFIX = 24;
    private static final int DEFAULT_PREFIX = 22;
    private static final int V6_PREFIX = 64;
    private static final int LONGEST_V4 = 30;
    private static final int LONGEST_V6 = 126;

    private static final Cidr UNIQUE_LOCAL = Cidr.parse("fd00::/8");

    private static final List<Cidr> NOBODYS = List.of(
            Cidr.parse("0.0.0.0/8"),
            Cidr.parse("127.0.0.0/8"),
            Cidr.parse("224.0.0.0/3"),
            Cidr.parse("::/8"),
            Cidr.parse("fe80::/10"),
            Cidr.parse("ff00::/8"));

    private SubnetPlan() {}

    /**
     * A range that somebody has.
     *
     * @param range what
     * @param by    who: {@code network 'web'}
     */
    record Taken(Cidr range, String by) {}

    /**
     * The new network's ranges, IPv4 before IPv6, each with a gateway.
     *
     * @param id       the new network's id
     * @param pool     where free ranges are looked for; for a family that has none in it, in the built-in ones
     * @param networks what other networks have
     * @param host     what the host has: its addresses and routes
     * @throws NetworkException INVALID or CONFLICT, in words
     */
    static List<Subnet> of(NetworkRequest request, String id, List<Cidr> pool, List<Taken> networks, List<Taken> host) {
        List<Taken> taken = new ArrayList<>(networks);
        // A macvlan's containers live in the network that its parent, and so the host, is in.
        if (request.driver() != NetworkConfig.Driver.MACVLAN) {
            taken.addAll(host);
        }
        Optional<Subnet> v4 = Optional.empty();
        Optional<Subnet> v6 = Optional.empty();
        for (Subnet subnet : request.subnets()) {
            Subnet good = checked(subnet, taken);
            if ((good.network().isV6() ? v6 : v4).isPresent()) {
                throw invalid(
                        "a network has one range of IPv4 and one of IPv6 at most, not also " + good.network(),
                        "--subnet was given twice for one family",
                        "make a second network");
            }
            if (good.network().isV6()) {
                v6 = Optional.of(good);
            } else {
                v4 = Optional.of(good);
            }
        }
        // As docker has it: IPv4 always.
        List<Subnet> plan = new ArrayList<>();
        plan.add(v4.isPresent() ? v4.get() : free(request, ranges(pool, false, POOLS), taken));
        if (v6.isPresent()) {
            plan.add(v6.get());
        } else if (request.ipv6()) {
            plan.add(freeV6(id, ranges(pool, true, List.of(UNIQUE_LOCAL)), taken));
        }
        return plan;
    }

    /** Those of a family that were asked for, or the usual ones. */
    private static List<Cidr> ranges(List<Cidr> pool, boolean v6, List<Cidr> usual) {
        List<Cidr> chosen = new ArrayList<>();
        for (Cidr range : pool) {
            if (range.isV6() == v6) {
                chosen.add(range.network());
            }
        }
        return chosen.isEmpty() ? usual : chosen;
    }

    private static Subnet free(NetworkRequest request, List<Cidr> pools, List<Taken> taken) {
        int wanted = request.name().equals(NetworkConfig.DEFAULT) ? DEFAULT_PREFIX : PREFIX;
        for (Cidr pool : pools) {
            int prefix = Math.max(wanted, pool.prefix());
            AddressRange all = AddressRange.of(pool);
            for (InetAddress at = all.first();
                    all.contains(at);
                    at = AddressRange.plus(at, 1 << (Integer.SIZE - prefix))) {
                Cidr candidate = new Cidr(at, prefix);
                if (taken.stream().noneMatch(t -> AddressRange.overlap(t.range(), candidate))) {
                    return withGateway(new Subnet(candidate, Optional.empty(), Optional.empty()));
                }
            }
        }
        throw NetworkException.of(
                Kind.EXHAUSTED,
                "no range of addresses is free for network '" + request.name() + "'",
                "other networks and the host's routes take all of " + pools,
                "choose one with --subnet, or remove networks that nobody uses: alcove network prune");
    }

    /** A range's bits, then the id's: RFC 4193 wants bits that nobody else will have, and such is an id. */
    private static Subnet freeV6(String id, List<Cidr> pools, List<Taken> taken) {
        for (Cidr pool : pools) {
            for (int from = 0; from + V6_PREFIX / 4 <= id.length(); from++) {
                byte[] bytes = pool.address().getAddress();
                for (int bit = pool.prefix(); bit < V6_PREFIX; bit++) {
                    int digit = Character.digit(id.charAt(from + bit / 4 - pool.prefix() / 4), 16);
                    bytes[bit / 8] |= (byte) ((digit >> (3 - bit % 4) & 1) << (7 - bit % 8));
                }
                Cidr candidate = new Cidr(AddressRange.address(bytes), Math.max(V6_PREFIX, pool.prefix()));
                if (taken.stream().noneMatch(t -> AddressRange.overlap(t.range(), candidate))) {
                    return withGateway(new Subnet(candidate, Optional.empty(), Optional.empty()));
                }
            }
        }
        throw NetworkException.of(
                Kind.EXHAUSTED,
                "no range of IPv6 addresses is free",
                "other networks and the host's routes take all of " + pools,
                "choose one with --subnet");
    }

    private static Subnet checked(Subnet subnet, List<Taken> taken) {
        Cidr network = subnet.network();
        if (!network.equals(network.network())) {
            throw invalid(
                    "the subnet " + network + " has bits set behind its prefix",
                    "an address of the range was given in the place of the range",
                    "write " + network.network());
        }
        int longest = network.isV6() ? LONGEST_V6 : LONGEST_V4;
        if (network.prefix() == 0 || network.prefix() > longest) {
            throw invalid(
                    "the subnet " + network + " is of no use",
                    "it has to hold a gateway and a container, and not everything there is",
                    "give a prefix of 1 to " + longest + " bits");
        }
        for (Cidr nobodys : NOBODYS) {
            if (AddressRange.overlap(nobodys, network)) {
                throw invalid(
                        "the subnet " + network + " overlaps " + nobodys,
                        "those addresses have a meaning of their own (RFC 6890)",
                        "choose a private range, as 10.1.2.0/24 or fd12:3456:789a::/64");
            }
        }
        for (Taken other : taken) {
            if (AddressRange.overlap(other.range(), network)) {
                throw NetworkException.of(
                        Kind.CONFLICT,
                        "the subnet " + network + " overlaps " + other.range() + " of " + other.by(),
                        "packets would go to one of them only",
                        "choose another range, or none: a free one is found then");
            }
        }
        inside("gateway", subnet.gateway(), subnet);
        if (subnet.range().isPresent()) {
            Cidr range = subnet.range().get();
            if (!AddressRange.overlap(network, range) || range.prefix() < network.prefix()) {
                throw invalid(
                        "the range " + range + " is not inside the subnet " + network,
                        "a slip in --ip-range or --subnet",
                        "give a part of the subnet");
            }
        }
        return withGateway(subnet);
    }

    private static void inside(String what, Optional<InetAddress> address, Subnet subnet) {
        if (address.isPresent() && !AddressRange.hosts(subnet.network()).contains(address.get())) {
            throw invalid(
                    "the " + what + " " + address.get().getHostAddress() + " is no address of the subnet "
                            + subnet.network(),
                    "a slip in --gateway or --subnet",
                    "give one from "
                            + AddressRange.hosts(subnet.network()).first().getHostAddress() + " on");
        }
    }

    private static Subnet withGateway(Subnet subnet) {
        Optional<InetAddress> gateway = subnet.gateway()
                .or(() -> Optional.of(AddressRange.hosts(subnet.network()).first()));
        return new Subnet(subnet.network(), gateway, subnet.range());
    }

    private static NetworkException invalid(String what, String likely, String mend) {
        return NetworkException.of(Kind.INVALID, what, likely, mend);
    }
}
