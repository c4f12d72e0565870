package dev.alcove.cli;

import dev.alcove.linux.Cidr;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.NetworkRequest;
import dev.alcove.network.Networks;
import dev.alcove.network.Subnet;
import dev.alcove.spec.NetworkValues;
import dev.alcove.spec.SpecException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code alcove network create}: makes a network. */
final class NetworkCreateCommand implements Command {
    private static final String NAME = "network create";

    @Override
    public Manual manual() {
        return new Manual(
                NAME,
                List.of("network create [FLAGS] NAME"),
                "Make a network",
                """
                Makes a network and prints its id. Without --subnet it gets a free range of IPv4 addresses; with --ipv6 \
                one of IPv6 too.

                A bridge is a switch on the host, which is also the containers' way out, by the host's own address. With \
                macvlan the containers are on an interface of the host's as if they had their own cable: -o parent \
                names it, and --subnet and --gateway are those of the network that is behind it.

                Options (-o): mtu; icc=false, so that containers on it reach each other only where --allow-from says \
                so; parent (macvlan). docker's own names for these are taken too.""",
                List.of(
                        new Example("alcove network create web", "a free range of addresses"),
                        new Example("alcove network create --subnet 10.5.0.0/24 --ipv6 web", "a chosen one, and IPv6"),
                        new Example("alcove network create --internal backend", "without a way out"),
                        new Example(
                                "alcove network create -d macvlan -o parent=eth1 --subnet 192.0.2.0/24 lan",
                                "on the network of the interface eth1")),
                new FlagTable()
                        .value("driver", 'd', "bridge|macvlan|cni", "What carries it; bridge at first.")
                        .list("subnet", "ADDRESS/PREFIX", "Its addresses; twice for IPv4 and IPv6.")
                        .list("gateway", "ADDRESS", "The network's own address; the first of the range at first.")
                        .list("ip-range", "ADDRESS/PREFIX", "The part of the range that addresses are given from.")
                        .toggle("ipv6", "IPv6 addresses too.")
                        .toggle("internal", "No way out, and none in.")
                        .list("opt", 'o', "KEY=VALUE", "An option of the driver.")
                        .list("label", "KEY[=VALUE]", "Something to know it by."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        String name = arguments.words("NAME", 1).getFirst();
        Networks networks = HostNetworks.making(shell);
        NetworkConfig made = networks.create(new NetworkRequest(
                name,
                driver(arguments.value("driver").orElse("bridge")),
                subnets(arguments),
                arguments.has("ipv6"),
                arguments.has("internal"),
                pairs("--opt", arguments.all("opt"), true),
                pairs("--label", arguments.all("label"), false)));
        shell.out().print(made.id() + "\n");
        HostNetworks.warn(shell, networks, made);
        return 0;
    }

    private static NetworkConfig.Driver driver(String text) {
        List<String> names = new ArrayList<>();
        for (NetworkConfig.Driver driver : NetworkConfig.Driver.values()) {
            String name = driver.name().toLowerCase(Locale.ROOT);
            if (name.equals(text)) {
                return driver;
            }
            names.add(name);
        }
        if (text.equals("none") || text.equals("null") || text.equals("host")) {
            throw new UsageException(
                    NAME,
                    "--driver: " + SpecException.quote(text)
                            + " makes no network; 'alcove run --network none' and 'host' are there without one");
        }
        throw SpecException.not("--driver", text, "a driver", names);
    }

    /** Each range with the gateway and the part that lie in it. */
    private static List<Subnet> subnets(Arguments arguments) {
        List<Cidr> ranges = new ArrayList<>();
        for (String text : arguments.all("subnet")) {
            ranges.add(range("--subnet", text));
        }
        List<InetAddress> gateways = new ArrayList<>();
        for (String text : arguments.all("gateway")) {
            gateways.add(NetworkValues.address("--gateway", text));
        }
        List<Cidr> parts = new ArrayList<>();
        for (String text : arguments.all("ip-range")) {
            parts.add(range("--ip-range", text));
        }
        List<Subnet> subnets = new ArrayList<>();
        for (Cidr range : ranges) {
            subnets.add(new Subnet(
                    range, one("--gateway", range, gateways, g -> g), one("--ip-range", range, parts, Cidr::address)));
        }
        for (InetAddress gateway : gateways) {
            throw outside("--gateway", gateway.getHostAddress(), ranges);
        }
        for (Cidr part : parts) {
            throw outside("--ip-range", part.toString(), ranges);
        }
        return subnets;
    }

    private static Cidr range(String field, String text) {
        try {
            Cidr range = Cidr.parse(text);
            if (text.indexOf('/') < 0) {
                throw SpecException.not(field, text, "a range: it has no prefix, as 10.5.0.0/24 does");
            }
            if (!range.network().equals(range)) {
                throw SpecException.not(
                        field, text, "the beginning of a range; did you mean '" + range.network() + "'?");
            }
            return range;
        } catch (SpecException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw SpecException.not(field, text, "a range of addresses, as 10.5.0.0/24 or fd00:5::/64");
        }
    }

    /** An address of a value. */
    private interface AddressOf<T> {
        InetAddress of(T value);
    }

    /** Takes out the one of the values that lies in a range. */
    private static <T> Optional<T> one(String field, Cidr range, List<T> values, AddressOf<T> address) {
        Optional<T> found = Optional.empty();
        for (T value : List.copyOf(values)) {
            if (range.contains(address.of(value))) {
                if (found.isPresent()) {
                    throw new UsageException(NAME, field + ": two lie in " + range);
                }
                found = Optional.of(value);
                values.remove(value);
            }
        }
        return found;
    }

    private static SpecException outside(String field, String text, List<Cidr> ranges) {
        return ranges.isEmpty()
                ? SpecException.of(field, SpecException.quote(text) + " needs a --subnet that it lies in")
                : SpecException.not(field, text, "in the range of any --subnet");
    }

    private static Map<String, String> pairs(String field, List<String> texts, boolean value) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals == 0 || text.isEmpty() || (value && equals < 0)) {
                throw SpecException.not(field, text, value ? "of the form KEY=VALUE" : "of the form KEY or KEY=VALUE");
            }
            String key = equals < 0 ? text : text.substring(0, equals);
            if (pairs.put(key, equals < 0 ? "" : text.substring(equals + 1)) != null) {
                throw SpecException.of(field, SpecException.quote(key) + " is there twice");
            }
        }
        return pairs;
    }
}
