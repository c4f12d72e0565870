package dev.alcove.network;

import dev.alcove.linux.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a container sees of names: those who have the same share the files. Its text is kept beside them, as the file
 * {@code view}.
 *
 * @param networks the ids of the networks that have names, sorted
 * @param alone    the only container that may have it, and what its host name leads to; for one whose host name is somebody
 *                 else's name
 * @param further  further lines of /etc/hosts
 * @param resolver what resolv.conf says instead of the host's
 */
record View(List<String> networks, Optional<Alone> alone, List<Line> further, ResolverOptions resolver) {
    private static final int SHORT = 12;
    /** With more a folder's name would grow too long. */
    private static final int NAMED = 8;

    private static final String MANY = "many";

    /** A line of /etc/hosts. */
    record Line(String address, String name) {}

    /** A container that has its host name to itself. */
    record Alone(String container, List<Line> own) {
        Alone {
            own = List.copyOf(own);
        }
    }

    View {
        networks = networks.stream().sorted().distinct().toList();
        further = List.copyOf(further);
    }

    /** Its text, by which it is compared. */
    String text() {
        var text = new StringBuilder();
        networks.forEach(id -> line(text, "network", id));
        alone.ifPresent(one -> {
            line(text, "alone", one.container());
            one.own().forEach(own -> line(text, "own", own.address() + " " + own.name()));
        });
        further.forEach(host -> line(text, "host", host.address() + " " + host.name()));
        resolver.servers().forEach(server -> line(text, "server", AddressText.of(server)));
        resolver.search().forEach(domain -> line(text, "search", domain));
        resolver.options().forEach(option -> line(text, "option", option));
        return text.toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        if (value.isEmpty() || value.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new NetworkException(
                    NetworkException.Kind.INVALID, key + ": '" + value + "' cannot stand in /etc/hosts or resolv.conf");
        }
        text.append(key).append(' ').append(value).append('\n');
    }

    /** What {@link #text} wrote. */
    static View parse(String text) {
        List<String> networks = new ArrayList<>();
        List<String> alone = new ArrayList<>();
        List<Line> own = new ArrayList<>();
        List<Line> further = new ArrayList<>();
        List<InetAddress> servers = new ArrayList<>();
        List<String> search = new ArrayList<>();
        List<String> options = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String value = line.substring(line.indexOf(' ') + 1);
            switch (line.substring(0, Math.max(0, line.indexOf(' ')))) {
                case "network" -> networks.add(value);
                case "alone" -> alone.add(value);
                case "own" -> own.add(host(value));
                case "host" -> further.add(host(value));
                case "server" -> servers.add(Cidr.parseAddress(value));
                case "search" -> search.add(value);
                case "option" -> options.add(value);
                default -> {
                    // A later version's; it has written the rest too.
                }
            }
        }
        Optional<Alone> one = alone.isEmpty() ? Optional.empty() : Optional.of(new Alone(alone.get(0), own));
        return new View(networks, one, further, new ResolverOptions(servers, search, options));
    }

    private static Line host(String value) {
        int space = value.indexOf(' ');
        return new Line(value.substring(0, space), value.substring(space + 1));
    }

    /**
     * The beginning of its folder's name, which tells its networks without a look inside; more follows where different views
     * have the same.
     */
    String folder() {
        // FNV-1a: that two have the same costs a second folder, no more, since the texts are compared.
        long digest = 0xcbf29ce484222325L;
        for (byte b : InPlace.bytes(text())) {
            digest = (digest ^ b) * 0x100000001b3L;
        }
        List<String> ids = new ArrayList<>();
        networks.forEach(id -> ids.add(shortened(id)));
        String where = ids.size() > NAMED ? MANY : String.join(".", ids);
        return where + "-" + Long.toHexString(digest);
    }

    /** Whether a folder of this name may be of a view of this network; for certain only what it holds says it. */
    static boolean mayBeOf(String folder, String network) {
        return folder.startsWith(MANY) || folder.contains(shortened(network));
    }

    private static String shortened(String network) {
        return network.substring(0, Math.min(SHORT, network.length()));
    }
}
