package dev.alcove.spec;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How people write a network and what they want of it; see {@link NetworkFlag#parse}. */
final class NetworkText {
    private static final int LONGEST_NAME = 128;
    private static final List<String> KEYS =
            List.of("name", "ip", "ip6", "mac", "mac-address", "alias", "link-local-ip");

    private NetworkText() {}

    /** A network's name, or the beginning of its id; empty for the default network. */
    static String network(String field, String text) {
        if (NetworkFlag.DEFAULT_WORDS.contains(text)) {
            return "";
        }
        boolean good = !text.isEmpty() && text.length() <= LONGEST_NAME && Split.isAlphanumeric(text.charAt(0));
        for (int i = 1; i < text.length() && good; i++) {
            char c = text.charAt(i);
            good = Split.isAlphanumeric(c) || c == '_' || c == '.' || c == '-';
        }
        if (!good) {
            throw SpecException.not(
                    field, text, "a network: none, host, bridge, container:NAME, ns:PATH, or a network's name");
        }
        return text;
    }

    /** A network's name and options, {@code key=value} between commas. */
    static NetworkFlag joined(String field, String text, String name, String options) {
        String network = name;
        Optional<InetAddress> ip = Optional.empty();
        Optional<InetAddress> ip6 = Optional.empty();
        Optional<String> mac = Optional.empty();
        List<String> aliases = new ArrayList<>();
        List<InetAddress> linkLocal = new ArrayList<>();
        for (String option : Split.at(',', options)) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                throw SpecException.of(
                        field,
                        SpecException.quote(text) + ": " + SpecException.quote(option)
                                + " is no option; they are written KEY=VALUE, as web:ip=10.0.0.7,alias=db");
            }
            String key = option.substring(0, equals);
            String value = option.substring(equals + 1);
            switch (key) {
                case "name" -> {
                    if (!network.isEmpty()) {
                        throw SpecException.of(field, SpecException.quote(text) + " names two networks");
                    }
                    network = value;
                }
                case "ip" -> {
                    InetAddress address = IpText.parse(field, value);
                    if (address instanceof Inet4Address) {
                        ip = once(field, text, key, ip, address);
                    } else {
                        ip6 = once(field, text, key, ip6, address);
                    }
                }
                case "ip6" -> ip6 = once(field, text, key, ip6, IpText.v6(field, value));
                case "mac", "mac-address" -> mac = once(field, text, key, mac, value);
                case "alias" -> aliases.add(alias(field, value));
                case "link-local-ip" -> linkLocal.add(linkLocal(field, value));
                default -> throw SpecException.not(field, key, "an option of a network", KEYS);
            }
        }
        if (network.isEmpty()) {
            throw SpecException.of(field, SpecException.quote(text) + " names no network; add name=NETWORK");
        }
        if (NetworkFlag.words().contains(network) && !NetworkFlag.DEFAULT_WORDS.contains(network)) {
            throw SpecException.of(field, SpecException.quote(text) + ": '" + network + "' has no options");
        }
        return new NetworkFlag.Joined(network(field, network), ip, ip6, mac, aliases, linkLocal);
    }

    private static <T> Optional<T> once(String field, String text, String key, Optional<T> before, T value) {
        if (before.isPresent()) {
            throw SpecException.of(field, SpecException.quote(text) + ": " + key + " is there twice");
        }
        return Optional.of(value);
    }

    /** A name by which others find the container. */
    static String alias(String field, String text) {
        return Hostname.checked(field, text);
    }

    /** An address of a range that needs no router. */
    static InetAddress linkLocal(String field, String text) {
        InetAddress address = IpText.parse(field, text);
        if (!NetworkFlag.isLinkLocal(address)) {
            throw SpecException.not(field, text, "a link-local address: 169.254.0.0/16 and fe80::/10 are");
        }
        return address;
    }
}
