package dev.alcove.spec;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one {@code --network} says: a room that is there, a network, or a program that speaks for an ordinary user. */
public sealed interface NetworkFlag {
    /** The words by which people call the default network. */
    List<String> DEFAULT_WORDS = List.of("bridge", "default");

    /** The programs that can be asked for by name. */
    List<String> PROGRAMS = List.of("pasta", "slirp4netns");

    /**
     * No network, the host's, or another room that is there.
     *
     * @param mode which
     */
    record Room(NamespaceMode mode) implements NetworkFlag {}

    /**
     * A program that speaks for one container: pasta(1) or slirp4netns(1).
     *
     * @param program its name
     */
    record Program(String program) implements NetworkFlag {}

    /**
     * A network, and what is wanted of it.
     *
     * @param network    its name, or the beginning of its id; empty for the default one
     * @param ip         the IPv4 address that is wanted
     * @param ip6        the IPv6 address that is wanted
     * @param mac        the hardware address that is wanted, as {@code 02:42:ac:11:00:02}
     * @param aliases    further names of the container there
     * @param linkLocal  further addresses, of the ranges that need no router: 169.254.0.0/16 and fe80::/10
     */
    record Joined(
            String network,
            Optional<InetAddress> ip,
            Optional<InetAddress> ip6,
            Optional<String> mac,
            List<String> aliases,
            List<InetAddress> linkLocal)
            implements NetworkFlag {
        /** Copies the lists. */
        public Joined {
            aliases = List.copyOf(aliases);
            linkLocal = List.copyOf(linkLocal);
        }

        /** Whatever is free on a network. */
        public static Joined of(String network) {
            return new Joined(network, Optional.empty(), Optional.empty(), Optional.empty(), List.of(), List.of());
        }

        /** Whether it is the default network that is meant. */
        public boolean isDefault() {
            return network.isEmpty();
        }
    }

    /**
     * Reads a flag's value: a mode as {@link NamespaceMode#parse} takes it; {@code pasta} or {@code slirp4netns};
     * {@code bridge} for the default network; a network's name, alone, or with what is wanted of it in one of two forms:
     * {@code web:ip=10.0.0.7,alias=db} and {@code name=web,ip=10.0.0.7,alias=db}. The keys are {@code ip}, {@code ip6},
     * {@code mac} (or {@code mac-address}), {@code alias}, {@code link-local-ip}; the last two may be there again.
     *
     * @param field the flag as it is written, or what stands in its place
     * @param text  its value
     * @throws SpecException if it is none of these
     */
    static NetworkFlag parse(String field, String text) {
        int colon = text.indexOf(':');
        int equals = text.indexOf('=');
        if (equals >= 0 && (colon < 0 || equals < colon)) {
            return NetworkText.joined(field, text, "", text);
        }
        String first = colon < 0 ? text : text.substring(0, colon);
        if (first.equals("container") || first.equals("ns")) {
            return new Room(NamespaceMode.parse(NamespaceKind.NETWORK, text));
        }
        if (colon >= 0) {
            return NetworkText.joined(field, text, first, text.substring(colon + 1));
        }
        if (List.of("none", "private", "host").contains(text)) {
            return new Room(NamespaceMode.parse(NamespaceKind.NETWORK, text));
        }
        if (PROGRAMS.contains(text)) {
            return new Program(text);
        }
        return Joined.of(NetworkText.network(field, text));
    }

    /** The words that are no network's name. */
    static List<String> words() {
        List<String> words = new ArrayList<>(List.of("none", "private", "host", "container", "ns"));
        words.addAll(DEFAULT_WORDS);
        words.addAll(PROGRAMS);
        return words;
    }

    /** Whether an address is of a range that needs no router, RFC 3927 and RFC 4291. */
    static boolean isLinkLocal(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address
                ? (bytes[0] & 0xff) == 169 && (bytes[1] & 0xff) == 254
                : (bytes[0] & 0xff) == 0xfe && (bytes[1] & 0xc0) == 0x80;
    }
}
