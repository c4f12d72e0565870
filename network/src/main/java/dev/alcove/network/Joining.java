package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import dev.alcove.network.NetworkException.Kind;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds a container's place in a network: its addresses, the names of its interfaces. */
final class Joining {
    private static final int ID_DIGITS = 5;
    private static final int LINK_LENGTH = 15;

    private final StateFolder folder;

    Joining(StateFolder folder) {
        this.folder = folder;
    }

    /**
     * Takes the addresses a container asks for, or free ones. Under the lock; what it took before it failed is the
     * caller's to give back.
     *
     * @param inside the interface's name
     */
    Joined join(String container, JoinRequest request, NetworkConfig network, String inside) {
        if (CniNetworks.is(network)) {
            return CniNetworks.place(request, network, inside);
        }
        Leases leases = folder.leases(network.id());
        List<Cidr> addresses = new ArrayList<>();
        for (Subnet subnet : network.subnets()) {
            Optional<InetAddress> wanted = subnet.network().isV6() ? request.ip6() : request.ip();
            InetAddress address = wanted.isPresent()
                    ? given(leases, wanted.get(), subnet, network, container)
                    : free(leases, subnet, network, container);
            addresses.add(new Cidr(address, subnet.network().prefix()));
        }
        Mac mac =
                request.mac().orElseGet(() -> HostLinks.mac(addresses.getFirst().address()));
        String outside = network.driver() == NetworkConfig.Driver.BRIDGE
                ? outside(network, addresses.getFirst().address())
                : "";
        return new Joined(network.id(), network.name(), inside, outside, addresses, mac, request.aliases());
    }

    /** Refuses, before anything is taken, what no network can give. */
    static void check(JoinRequest request, NetworkConfig network) {
        if (CniNetworks.is(network)) {
            // Which addresses there are is the plugins' to say.
            return;
        }
        wants(request.ip(), false, network);
        wants(request.ip6(), true, network);
        if (request.mac().isPresent()
                && ((request.mac().get().bits() >>> 40 & 1) == 1
                        || request.mac().get().bits() == 0)) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "the hardware address " + request.mac().get() + " is nobody's to have",
                    "the first byte is odd, which addresses several, or all are zero",
                    "choose one that begins with 02");
        }
        for (Cidr local : request.linkLocal()) {
            if (!local.address().isLinkLocalAddress()) {
                throw NetworkException.of(
                        Kind.INVALID,
                        "the address " + local.address().getHostAddress() + " is not link-local",
                        "a slip in --link-local-ip",
                        "give one of 169.254.0.0/16 or fe80::/10");
            }
        }
    }

    private static void wants(Optional<InetAddress> wanted, boolean v6, NetworkConfig network) {
        if (wanted.isEmpty()) {
            return;
        }
        InetAddress address = wanted.get();
        String text = address.getHostAddress();
        Optional<Subnet> subnet =
                network.subnets().stream().filter(s -> s.network().isV6() == v6).findFirst();
        if (subnet.isEmpty() || (address.getAddress().length == 16) != v6) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "network '" + network.name() + "' has no addresses like " + text,
                    v6 ? "it was made without --ipv6" : "an IPv6 address was given for --ip",
                    v6 ? "make one with --ipv6" : "use --ip6");
        }
        Cidr range = subnet.get().network();
        if (!AddressRange.hosts(range).contains(address)) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "the address " + text + " is not one of network '" + network.name() + "' (" + range + ")",
                    "a slip, or another network's address",
                    "choose one from " + AddressRange.hosts(range).first().getHostAddress() + " to "
                            + AddressRange.hosts(range).last().getHostAddress());
        }
        if (subnet.get().gateway().equals(wanted)) {
            throw NetworkException.of(
                    Kind.CONFLICT,
                    "the address " + text + " is the gateway of network '" + network.name() + "'",
                    "it is the host's own there",
                    "choose another");
        }
    }

    private InetAddress given(
            Leases leases, InetAddress wanted, Subnet subnet, NetworkConfig network, String container) {
        if (leases.take(wanted, container)) {
            return wanted;
        }
        String owner = leases.owner(wanted).orElse("");
        String name = folder.endpoint(owner)
                .map(Endpoint::name)
                .filter(n -> !n.isEmpty())
                .map(n -> " (" + n + ")")
                .orElse("");
        throw NetworkException.of(
                Kind.CONFLICT,
                "the address " + wanted.getHostAddress() + " of network '" + network.name()
                        + "' is in use by container " + owner + name,
                "it asked for it, or got it as a free one, from " + subnet.network(),
                "choose another, or let one be found: leave --ip away");
    }

    private static InetAddress free(Leases leases, Subnet subnet, NetworkConfig network, String container) {
        AddressRange hosts = AddressRange.hosts(subnet.network());
        AddressRange range =
                subnet.range().map(r -> hosts.and(AddressRange.of(r))).orElse(hosts);
        return leases.takeNext(range, subnet.gateway(), container)
                .orElseThrow(() -> NetworkException.of(
                        Kind.EXHAUSTED,
                        "network '" + network.name() + "' has no free address left in "
                                + range.first().getHostAddress() + " to "
                                + range.last().getHostAddress(),
                        "its containers have them all",
                        "end some, or make a larger network (alcove network create --subnet)"));
    }

    /** av, then the network's id's beginning, then the address: nobody else's as long as the address is not. */
    private static String outside(NetworkConfig network, InetAddress address) {
        byte[] bytes = address.getAddress();
        int last = 0;
        for (int i = 0; i < bytes.length; i++) {
            // Of IPv6 all bytes count: two may differ in the upper ones alone.
            last = bytes.length == 4 ? last << 8 | (bytes[i] & 0xff) : last * 31 + bytes[i];
        }
        String digits = Integer.toHexString(last);
        return begin(network) + "0".repeat(8 - digits.length()) + digits;
    }

    private static String begin(NetworkConfig network) {
        return "av" + network.id().substring(0, ID_DIGITS);
    }

    /** Whether a host's interface is called as the wires of a network are. */
    static boolean isOf(String link, NetworkConfig network) {
        return link.length() == LINK_LENGTH && link.startsWith(begin(network));
    }
}
