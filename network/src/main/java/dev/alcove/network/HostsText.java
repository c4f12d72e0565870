package dev.alcove.network;

import dev.alcove.spec.HostEntry;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The text of /etc/hosts, hosts(5). */
final class HostsText {
    private static final String LOCAL = """
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::\tip6-localnet
            ff00::\tip6-mcastprefix
            ff02::1\tip6-allnodes
            ff02::2\tip6-allrouters
            """;
    private static final String SHARED = "# kept by alcove: the containers on its networks\n";

    private HostsText() {}

    /** The file of a container that sees no other: its own addresses and what it asked for. */
    static String own(Endpoint endpoint, List<View.Line> further) {
        return LOCAL + text(further) + text(self(endpoint, endpoint.joined()));
    }

    /** What is above the containers' lines in a file that is shared. */
    static String heading(View view) {
        return LOCAL + text(view.alone().map(View.Alone::own).orElse(List.of())) + text(view.further()) + SHARED;
    }

    private static String text(List<View.Line> lines) {
        var text = new StringBuilder();
        lines.forEach(line ->
                text.append(line.address()).append('\t').append(line.name()).append('\n'));
        return text.toString();
    }

    /** What a container's host name leads to, for itself; of a long one also its first part. */
    static List<View.Line> self(Endpoint endpoint, List<Joined> places) {
        String hostname = endpoint.hostname();
        int dot = hostname.indexOf('.');
        String names = dot > 0 ? hostname + " " + hostname.substring(0, dot) : hostname;
        List<View.Line> lines = new ArrayList<>();
        if (!hostname.isEmpty()) {
            places.forEach(joined -> joined.addresses()
                    .forEach(address -> lines.add(new View.Line(AddressText.of(address.address()), names))));
        }
        return lines;
    }

    /**
     * A network's lines in a file that is shared.
     *
     * @param zone all that is known of the network. A host name is left out if somebody else is called so: whoever asks for
     *             a name shall find the container of that name
     */
    static List<String> lines(List<ZoneLine> zone) {
        Set<String> hostnames = new HashSet<>();
        zone.forEach(line -> hostnames.add(ZoneLine.folded(line.hostname())));
        hostnames.remove("");
        Set<String> others = new HashSet<>();
        if (!hostnames.isEmpty()) {
            zone.forEach(line -> line.names().forEach(name -> others.add(ZoneLine.folded(name))));
        }
        List<String> lines = new ArrayList<>();
        for (ZoneLine line : zone) {
            String hostname = ZoneLine.folded(line.hostname());
            lines.add(line(line, !hostname.isEmpty() && !others.contains(hostname)));
        }
        return lines;
    }

    private static String line(ZoneLine line, boolean withHostname) {
        return AddressText.of(line.address()) + "\t" + String.join(" ", line.names())
                + (withHostname ? " " + line.hostname() : "");
    }

    /** Whether a line is of a container's. */
    static boolean isOf(String line, Endpoint endpoint, Joined joined) {
        int tab = line.indexOf('\t');
        String names = " " + line.substring(tab + 1) + " ";
        return names.contains(" " + ZoneLine.shortId(endpoint.container()) + " ")
                && joined.addresses().stream()
                        .anyMatch(address ->
                                AddressText.of(address.address()).equals(line.substring(0, Math.max(0, tab))));
    }

    /**
     * The further lines that a container asked for.
     *
     * @param networks at least those that it is on
     * @throws NetworkException if one is to be the host's address, and no bridge of the container's has one
     */
    static List<View.Line> further(List<HostEntry> entries, Endpoint endpoint, List<NetworkConfig> networks) {
        List<View.Line> lines = new ArrayList<>();
        for (HostEntry entry : entries) {
            Optional<InetAddress> address = entry.address();
            if (address.isPresent()) {
                lines.add(new View.Line(AddressText.of(address.get()), entry.name()));
                continue;
            }
            List<InetAddress> host = hostAddresses(endpoint, networks);
            if (host.isEmpty()) {
                throw new NetworkException(
                        NetworkException.Kind.INVALID,
                        "--add-host: '" + entry.name()
                                + ":host-gateway': none of the container's networks leads to the host"
                                + "\n  likely cause: it is on no bridge with a gateway"
                                + "\n  mend: connect it to a network with the driver bridge, or give the address");
            }
            host.forEach(one -> lines.add(new View.Line(AddressText.of(one), entry.name())));
        }
        return lines;
    }

    /** The host's end of the first bridge: of another driver's network the gateway is another machine. */
    private static List<InetAddress> hostAddresses(Endpoint endpoint, List<NetworkConfig> networks) {
        for (Joined joined : endpoint.joined()) {
            for (NetworkConfig network : networks) {
                if (network.id().equals(joined.network()) && network.driver() == NetworkConfig.Driver.BRIDGE) {
                    List<InetAddress> gateways = network.subnets().stream()
                            .flatMap(subnet -> subnet.gateway().stream())
                            .toList();
                    if (!gateways.isEmpty()) {
                        return gateways;
                    }
                }
            }
        }
        return List.of();
    }

    /**
     * Refuses names that would be more than names in a file of lines and words.
     *
     * @throws NetworkException naming the first of them
     */
    static void check(Endpoint endpoint) {
        check("container", endpoint.container());
        if (!endpoint.name().isEmpty()) {
            check("--name", endpoint.name());
        }
        if (!endpoint.hostname().isEmpty()) {
            check("--hostname", endpoint.hostname());
        }
        endpoint.joined().forEach(joined -> joined.aliases().forEach(alias -> check("--network-alias", alias)));
    }

    private static void check(String what, String name) {
        boolean good = !name.isEmpty() && name.length() <= 253;
        for (int i = 0; good && i < name.length(); i++) {
            char c = name.charAt(i);
            good = c < 128 && (Character.isLetterOrDigit(c) || "._-".indexOf(c) >= 0);
        }
        if (!good) {
            throw new NetworkException(
                    NetworkException.Kind.INVALID,
                    what + ": '" + name + "' is no host name: letters, digits and ._-, at most 253 of them");
        }
    }
}
