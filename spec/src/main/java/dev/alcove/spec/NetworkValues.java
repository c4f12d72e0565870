package dev.alcove.spec;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The values of {@code run}'s flags that are about the first of its networks: {@code --ip} and the like. */
public final class NetworkValues {
    private NetworkValues() {}

    /** {@code --ip}: an IPv4 address. */
    public static InetAddress ip(String field, String text) {
        return IpText.v4(field, text);
    }

    /** {@code --ip6}: an IPv6 address. */
    public static InetAddress ip6(String field, String text) {
        return IpText.v6(field, text);
    }

    /** {@code --dns}: an address of either kind. */
    public static InetAddress address(String field, String text) {
        return IpText.parse(field, text);
    }

    /** {@code --network-alias}: a host name. */
    public static String alias(String field, String text) {
        return NetworkText.alias(field, text);
    }

    /** {@code --link-local-ip}: an address of 169.254.0.0/16 or fe80::/10. */
    public static InetAddress linkLocal(String field, String text) {
        return NetworkText.linkLocal(field, text);
    }

    /** {@code --dns-search}: a domain, or a single dot for none. */
    public static String domain(String field, String text) {
        return text.equals(".")
                ? text
                : Hostname.checked(field, text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
    }

    /** {@code --dns-option}: one word, resolv.conf(5). */
    public static String resolverOption(String field, String text) {
        boolean good = !text.isEmpty();
        for (int i = 0; i < text.length() && good; i++) {
            char c = text.charAt(i);
            good = Split.isAlphanumeric(c) || c == ':' || c == '-' || c == '_';
        }
        if (!good) {
            throw SpecException.not(field, text, "an option of resolv.conf(5), as ndots:2");
        }
        return text;
    }

    /**
     * Joins what is said of a network in two places.
     *
     * @param flag   the network as {@code --network} has it
     * @param extra  what {@code --ip}, {@code --ip6}, {@code --mac-address}, {@code --network-alias} and {@code
     *     --link-local-ip} say; its network does not matter
     * @throws SpecException if the same is said twice
     */
    public static NetworkFlag.Joined with(NetworkFlag.Joined flag, NetworkFlag.Joined extra) {
        List<String> aliases = new ArrayList<>(flag.aliases());
        aliases.addAll(extra.aliases());
        List<InetAddress> linkLocal = new ArrayList<>(flag.linkLocal());
        linkLocal.addAll(extra.linkLocal());
        return new NetworkFlag.Joined(
                flag.network(),
                one("--ip", flag.ip(), extra.ip()),
                one("--ip6", flag.ip6(), extra.ip6()),
                one("--mac-address", flag.mac(), extra.mac()),
                aliases,
                linkLocal);
    }

    private static <T> Optional<T> one(String field, Optional<T> a, Optional<T> b) {
        if (a.isPresent() && b.isPresent()) {
            throw SpecException.of(field, "--network says the same; leave one of them out");
        }
        return a.isPresent() ? a : b;
    }
}
