package dev.alcove.network;

import dev.alcove.linux.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What a resolv.conf(5) says.
 *
 * @param servers name servers, as they are written there
 * @param search  domains to search
 * @param options options
 */
record ResolvConf(List<String> servers, List<String> search, List<String> options) {
    /** glibc and musl ask the first three. */
    private static final int ASKED = 3;

    private static final String NONE = """
            # The host has no name server that could be asked from here (one on 127.0.0.0/8 cannot).
            # Give one with --dns, or run on the host: alcove network dns NETWORK
            """;

    ResolvConf {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
        options = List.copyOf(options);
    }

    /** Reads one; of several search lines the last counts, {@code domain} is an old word for it. */
    static ResolvConf parse(String text) {
        List<String> servers = new ArrayList<>();
        List<String> search = List.of();
        List<String> options = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            List<String> words = new ArrayList<>();
            for (String word : line.replace('\t', ' ').replace('\r', ' ').split(" ", -1)) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
            if (words.size() < 2) {
                continue;
            }
            List<String> values = words.subList(1, words.size());
            switch (words.get(0)) {
                case "nameserver" -> servers.add(values.get(0));
                // A single dot is the root: no domain at all.
                case "search", "domain" -> search = values.equals(List.of(".")) ? List.of() : List.copyOf(values);
                case "options" -> options.addAll(values);
                default -> {
                    // sortlist: of no use to a container, whose addresses are others
                }
            }
        }
        return new ResolvConf(servers, search, options);
    }

    /** Whether a resolver of the host's can be asked from another network namespace. */
    static boolean isReachable(String server) {
        try {
            InetAddress address = Cidr.parseAddress(server);
            return !address.isLoopbackAddress() && !address.isAnyLocalAddress() && !address.isLinkLocalAddress();
        } catch (IllegalArgumentException e) {
            // With a scope: an interface of the host's.
            return false;
        }
    }

    /** This one without the servers that cannot be reached from elsewhere. */
    ResolvConf reachable() {
        return new ResolvConf(servers.stream().filter(ResolvConf::isReachable).toList(), search, options);
    }

    /** What a container has that wants some of it otherwise. */
    ResolvConf with(ResolverOptions wanted) {
        List<String> given = wanted.servers().stream().map(AddressText::of).toList();
        List<String> domains = wanted.search().equals(List.of(".")) ? List.of() : wanted.search();
        return new ResolvConf(
                given.isEmpty() ? servers : given,
                wanted.search().isEmpty() ? search : domains,
                wanted.options().isEmpty() ? options : wanted.options());
    }

    /** The text of a file that never changes. */
    String text() {
        var text = new StringBuilder();
        servers.forEach(server -> text.append("nameserver ").append(server).append('\n'));
        return text + rest();
    }

    /**
     * The lines of a shared file that come and go, see {@link InPlace}; an empty one where none is. As many, whatever answers.
     *
     * @param answering the addresses of a server of ours; empty if none answers
     */
    List<String> slots(List<InetAddress> answering) {
        List<String> lines = new ArrayList<>();
        // Ours before the others, since both may be there for a moment.
        for (int i = 0; i < ASKED - 1; i++) {
            lines.add(i < answering.size() ? "nameserver " + AddressText.of(answering.get(i)) : "");
        }
        // A container's name has no dot, and is to be asked for as it is before the domains are searched.
        boolean own = options.stream().anyMatch(option -> option.startsWith("ndots"));
        lines.add(answering.isEmpty() || own ? "" : "options ndots:0");
        for (int i = 0; i < Math.min(ASKED, servers.size()); i++) {
            lines.add(answering.isEmpty() ? "nameserver " + servers.get(i) : "");
        }
        return lines;
    }

    /** What follows the slots, or the servers. */
    String rest() {
        var text = new StringBuilder();
        if (!search.isEmpty()) {
            text.append("search ").append(String.join(" ", search)).append('\n');
        }
        if (!options.isEmpty()) {
            text.append("options ").append(String.join(" ", options)).append('\n');
        }
        return text.append(servers.isEmpty() ? NONE : "").toString();
    }
}
