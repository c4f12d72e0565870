package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import dev.alcove.network.AllowRule.Direction;
import dev.alcove.spec.HostEntry;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import io.avaje.jsonb.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A container's endpoint as its file has it, with what it asked of its resolver, which is needed again when it joins or
 * leaves a network.
 *
 * @param format the format's number; a file of another is not read
 */
@Json
record StoredEndpoint(
        int format,
        String container,
        @Nullable String name,
        @Nullable String hostname,
        @Nullable List<StoredJoined> joined,
        @Nullable List<StoredPort> ports,
        @Nullable List<StoredRule> allow,
        String alive,
        @Nullable List<String> servers,
        @Nullable List<String> search,
        @Nullable List<String> options,
        @Nullable List<StoredHost> hosts) {

    /** {@link Joined}. */
    @Json
    record StoredJoined(
            String network,
            String name,
            String inside,
            @Nullable String outside,
            List<String> addresses,
            String mac,
            @Nullable List<String> aliases) {}

    /** {@link PortMapping}. */
    @Json
    record StoredPort(@Nullable String address, int host, int container, String protocol) {}

    /** {@link AllowRule}. */
    @Json
    record StoredRule(String direction, @Nullable String peer, @Nullable String protocol, int first, int last) {}

    /** {@link HostEntry}. */
    @Json
    record StoredHost(String name, String address) {}

    static StoredEndpoint of(Endpoint e, ResolverOptions resolver, List<HostEntry> hosts) {
        return new StoredEndpoint(
                StateFolder.FORMAT,
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
                e.alive().toString(),
                resolver.servers().stream().map(a -> a.getHostAddress()).toList(),
                resolver.search(),
                resolver.options(),
                hosts.stream()
                        .map(h -> new StoredHost(h.name(), h.address().getHostAddress()))
                        .toList());
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
    Endpoint endpoint() {
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

    ResolverOptions resolver() {
        return new ResolverOptions(
                list(servers).stream().map(Cidr::parseAddress).toList(), list(search), list(options));
    }

    List<HostEntry> hostEntries() {
        return list(hosts).stream()
                .map(h -> new HostEntry(h.name, Cidr.parseAddress(h.address)))
                .toList();
    }

    /** What it asked for, as far as it is still of use: to write its files anew. */
    PlugRequest request() {
        Endpoint e = endpoint();
        List<JoinRequest> joins = e.joined().stream()
                .map(j -> new JoinRequest(
                        j.name(), Optional.empty(), Optional.empty(), Optional.empty(), j.aliases(), List.of()))
                .toList();
        return new PlugRequest(
                e.container(),
                e.name(),
                e.hostname(),
                joins,
                e.ports(),
                e.allow(),
                resolver(),
                hostEntries(),
                e.alive());
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
