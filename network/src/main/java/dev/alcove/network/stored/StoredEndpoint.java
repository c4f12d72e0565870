package dev.alcove.network.stored;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import dev.alcove.network.AllowRule;
import dev.alcove.network.AllowRule.Direction;
import dev.alcove.network.Endpoint;
import dev.alcove.network.Joined;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import io.avaje.jsonb.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A container's endpoint as its file has it.
 *
 * @param format the format's number; a file of another is not read
 */
@Json
public record StoredEndpoint(
        int format,
        String container,
        @Nullable String name,
        @Nullable String hostname,
        @Nullable List<StoredJoined> joined,
        @Nullable List<StoredPort> ports,
        @Nullable List<StoredRule> allow,
        String alive) {

    /** {@link Joined}. */
    @Json
    public record StoredJoined(
            String network,
            String name,
            String inside,
            @Nullable String outside,
            List<String> addresses,
            String mac,
            @Nullable List<String> aliases) {}

    /** {@link PortMapping}. */
    @Json
    public record StoredPort(@Nullable String address, int host, int container, String protocol) {}

    /** {@link AllowRule}. */
    @Json
    public record StoredRule(
            String direction,
            @Nullable String peer,
            @Nullable String protocol,
            int first,
            int last) {}

    /** As it is to be written. */
    public static StoredEndpoint of(Endpoint e) {
        return new StoredEndpoint(
                Formatted.CURRENT,
                e.container(),
                e.name(),
                e.hostname(),
                e.joined().stream().map(StoredEndpoint::stored).toList(),
                e.ports().stream()
                        .map(p -> new StoredPort(
                                p.address().map(a -> a.getHostAddress()).orElse(""),
                                p.host(),
                                p.container(),
                                p.protocol().word()))
                        .toList(),
                e.allow().stream().map(StoredEndpoint::stored).toList(),
                e.alive().toString());
    }

    private static StoredJoined stored(Joined j) {
        return new StoredJoined(
                j.network(),
                j.name(),
                j.inside(),
                j.outside(),
                j.addresses().stream().map(Cidr::toString).toList(),
                j.mac().toString(),
                j.aliases());
    }

    private static StoredRule stored(AllowRule r) {
        return new StoredRule(
                r.direction().name().toLowerCase(Locale.ROOT),
                r.peer().map(Cidr::toString).orElse(""),
                r.protocol().map(Protocol::word).orElse(""),
                r.firstPort(),
                r.lastPort());
    }

    /**
     * The endpoint.
     *
     * @throws IllegalArgumentException if a value is none
     */
    public Endpoint endpoint() {
        return new Endpoint(
                container,
                text(name),
                text(hostname),
                list(joined).stream()
                        .map(j -> new Joined(
                                j.network,
                                j.name,
                                j.inside,
                                text(j.outside),
                                j.addresses.stream().map(Cidr::parse).toList(),
                                Mac.parse(j.mac),
                                list(j.aliases)))
                        .toList(),
                list(ports).stream()
                        .map(p -> new PortMapping(
                                StoredNetwork.given(p.address).map(Cidr::parseAddress),
                                p.host,
                                p.container,
                                protocol(p.protocol)))
                        .toList(),
                list(allow).stream()
                        .map(r -> new AllowRule(
                                Direction.valueOf(r.direction.toUpperCase(Locale.ROOT)),
                                StoredNetwork.given(r.peer).map(Cidr::parse),
                                StoredNetwork.given(r.protocol).map(StoredEndpoint::protocol),
                                r.first,
                                r.last))
                        .toList(),
                Path.of(alive));
    }

    private static Protocol protocol(String word) {
        return Protocol.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
