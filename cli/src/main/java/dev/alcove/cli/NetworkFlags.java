package dev.alcove.cli;

import dev.alcove.spec.AlcoveConfig;
import dev.alcove.spec.HostEntry;
import dev.alcove.spec.NamespaceMode;
import dev.alcove.spec.NetworkFlag;
import dev.alcove.spec.NetworkValues;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.SpecException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The flags about the network. What cannot go together is refused here, before anything is looked up or made. */
final class NetworkFlags {
    private static final List<String> OF_A_NETWORK =
            List.of("ip", "ip6", "mac-address", "link-local-ip", "network-alias", "allow-from", "allow-to");

    private NetworkFlags() {}

    static NetworkWish of(Shell shell, Arguments arguments) {
        AlcoveConfig config = Settings.read(shell);
        List<NetworkFlag> flags = new ArrayList<>();
        for (String text : arguments.all("network")) {
            flags.add(NetworkFlag.parse("--network", text));
        }
        if (flags.isEmpty()) {
            flags.add(DefaultNetwork.of(shell, config));
        }
        together(arguments, flags);
        if (flags.getFirst() instanceof NetworkFlag.Joined first) {
            flags.set(0, NetworkValues.with(first, ofTheFirst(arguments)));
        }
        distinct(flags);
        List<HostEntry> hosts = new ArrayList<>();
        for (String text : arguments.all("add-host")) {
            HostEntry entry = HostEntry.parse(text);
            if (entry.address().isEmpty() && !(flags.getFirst() instanceof NetworkFlag.Joined)) {
                throw new UsageException(
                        "run", "--add-host: host-gateway means the gateway of a network, and the container has none");
            }
            hosts.add(entry);
        }
        return new NetworkWish(
                flags,
                ports(arguments, config),
                arguments.all("allow-from"),
                arguments.all("allow-to"),
                addresses(arguments, "dns"),
                read(arguments, "dns-search", NetworkValues::domain),
                read(arguments, "dns-option", NetworkValues::resolverOption),
                hosts);
    }

    /** Refuses flags that mean nothing with the network that was chosen. */
    private static void together(Arguments arguments, List<NetworkFlag> flags) {
        NetworkFlag first = flags.getFirst();
        for (NetworkFlag flag : flags) {
            if (flags.size() > 1 && !(flag instanceof NetworkFlag.Joined)) {
                throw new UsageException(
                        "run", "--network: " + shown(flag) + " stands alone; only networks can be several");
            }
        }
        if (first instanceof NetworkFlag.Joined) {
            return;
        }
        for (String flag : OF_A_NETWORK) {
            if (!arguments.all(flag).isEmpty()) {
                throw new UsageException(
                        "run",
                        "--" + flag + ": needs a network of alcove's, as --network bridge; this container's is "
                                + shown(first));
            }
        }
        if (first instanceof NetworkFlag.Room room) {
            for (String flag : new String[] {"publish", "publish-all"}) {
                if (!arguments.all(flag).isEmpty() || arguments.has(flag)) {
                    throw new UsageException(
                            "run",
                            "--" + flag + ": "
                                    + (room.mode() instanceof NamespaceMode.Host
                                            ? "with --network host, what it listens on is open on the host already"
                                            : "no port of the host leads to a container whose network is "
                                                    + shown(first)));
                }
            }
            boolean shared = !RoomFlags.isOwn(room.mode()) && !(room.mode() instanceof NamespaceMode.Host);
            for (String flag : new String[] {"dns", "dns-search", "dns-option", "add-host"}) {
                if (shared
                        && room.mode() instanceof NamespaceMode.Container
                        && !arguments.all(flag).isEmpty()) {
                    throw new UsageException(
                            "run", "--" + flag + ": with --network container:NAME, names are that container's");
                }
            }
        }
    }

    /** What the flag, or what stands in its place, says. */
    static String shown(NetworkFlag flag) {
        return switch (flag) {
            case NetworkFlag.Program program -> program.program();
            case NetworkFlag.Joined joined -> joined.isDefault() ? "bridge" : joined.network();
            case NetworkFlag.Room room ->
                switch (room.mode()) {
                    case NamespaceMode.Host h -> "host";
                    case NamespaceMode.Container c -> "container:" + c.reference();
                    case NamespaceMode.Path p -> "ns:" + p.path();
                    case NamespaceMode.Pinned p -> "ns:" + p.name();
                    case NamespaceMode.Own o -> "private";
                    default -> "none";
                };
        };
    }

    private static void distinct(List<NetworkFlag> flags) {
        for (int i = 0; i < flags.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (flags.get(i) instanceof NetworkFlag.Joined a
                        && flags.get(j) instanceof NetworkFlag.Joined b
                        && a.network().equals(b.network())) {
                    throw new UsageException("run", "--network: " + shown(a) + " is there twice");
                }
            }
        }
    }

    /** What {@code --ip} and the like say of the first network. */
    private static NetworkFlag.Joined ofTheFirst(Arguments arguments) {
        Optional<String> mac = arguments.value("mac-address");
        return new NetworkFlag.Joined(
                "",
                arguments.value("ip").map(text -> NetworkValues.ip("--ip", text)),
                arguments.value("ip6").map(text -> NetworkValues.ip6("--ip6", text)),
                mac,
                read(arguments, "network-alias", NetworkValues::alias),
                read(arguments, "link-local-ip", NetworkValues::linkLocal));
    }

    private static List<PortMapping> ports(Arguments arguments, AlcoveConfig config) {
        List<PortMapping> ports = new ArrayList<>();
        for (String text : arguments.all("publish")) {
            ports.addAll(PortMapping.parse("--publish", text));
        }
        for (String text : arguments.all("expose")) {
            if (text.indexOf(':') >= 0) {
                throw SpecException.not("--expose", text, "a port of the container's, as 80, 53/udp or 8000-8009");
            }
            List<PortMapping> exposed = PortMapping.parse("--expose", text);
            if (arguments.has("publish-all")) {
                ports.addAll(exposed);
            }
        }
        ports.replaceAll(
                port -> port.address().isEmpty() && config.publishAddress().isPresent()
                        ? port.on(config.publishAddress().get())
                        : port);
        return ports;
    }

    private static List<InetAddress> addresses(Arguments arguments, String flag) {
        return read(arguments, flag, NetworkValues::address);
    }

    /** Reads the value of a flag. */
    private interface Reader<T> {
        T read(String field, String text);
    }

    private static <T> List<T> read(Arguments arguments, String flag, Reader<T> reader) {
        List<T> values = new ArrayList<>();
        for (String text : arguments.all(flag)) {
            values.add(reader.read("--" + flag, text));
        }
        return values;
    }
}
