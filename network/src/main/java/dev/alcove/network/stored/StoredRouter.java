package dev.alcove.network.stored;

import dev.alcove.linux.Cidr;
import dev.alcove.network.RouterRule;
import dev.alcove.spec.PortMapping.Protocol;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A router as its file has it; its places in networks are in its endpoint's.
 *
 * @param format  the format's number; a file of another is not read
 * @param created RFC 3339
 */
@Json
public record StoredRouter(
        int format, String name, boolean nat, @Nullable List<StoredRouterRule> rules, String created) {
    /** {@link RouterRule}. */
    @Json
    public record StoredRouterRule(
            @Nullable String from,
            @Nullable String to,
            @Nullable String protocol,
            int first,
            int last) {}

    /** As it is to be written. */
    public static StoredRouter of(String name, boolean nat, List<RouterRule> rules, String created) {
        return new StoredRouter(
                Formatted.CURRENT,
                name,
                nat,
                rules.stream()
                        .map(r -> new StoredRouterRule(
                                r.from().map(Cidr::toString).orElse(""),
                                r.to().map(Cidr::toString).orElse(""),
                                r.protocol().map(Protocol::word).orElse(""),
                                r.firstPort(),
                                r.lastPort()))
                        .toList(),
                created);
    }

    /**
     * What it lets through.
     *
     * @throws IllegalArgumentException if a value is none
     */
    public List<RouterRule> read() {
        return rules == null
                ? List.of()
                : rules.stream()
                        .map(r -> new RouterRule(
                                StoredNetwork.given(r.from).map(Cidr::parse),
                                StoredNetwork.given(r.to).map(Cidr::parse),
                                StoredNetwork.given(r.protocol).map(p -> Protocol.valueOf(p.toUpperCase(Locale.ROOT))),
                                r.first,
                                r.last))
                        .toList();
    }
}
