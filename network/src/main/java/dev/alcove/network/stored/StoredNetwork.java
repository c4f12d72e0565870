package dev.alcove.network.stored;

import dev.alcove.linux.Cidr;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.Subnet;
import io.avaje.jsonb.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network as its file has it.
 *
 * @param format  the format's number; a file of another is not read
 * @param driver  as people write it
 * @param link    empty for none
 * @param created RFC 3339
 */
@Json
public record StoredNetwork(
        int format,
        String id,
        String name,
        String driver,
        @Nullable String link,
        @Nullable List<StoredSubnet> subnets,
        boolean internal,
        boolean noIcc,
        int mtu,
        @Nullable Map<String, String> options,
        @Nullable Map<String, String> labels,
        String created) {

    /**
     * A range of addresses.
     *
     * @param network with its prefix
     * @param gateway empty for none
     * @param range   empty for all
     */
    @Json
    public record StoredSubnet(
            String network,
            @Nullable String gateway,
            @Nullable String range) {}

    /** As it is to be written. */
    public static StoredNetwork of(NetworkConfig config) {
        return new StoredNetwork(
                Formatted.CURRENT,
                config.id(),
                config.name(),
                config.driver().name().toLowerCase(Locale.ROOT),
                config.link().orElse(""),
                config.subnets().stream()
                        .map(s -> new StoredSubnet(
                                s.network().toString(),
                                s.gateway().map(g -> g.getHostAddress()).orElse(""),
                                s.range().map(Cidr::toString).orElse("")))
                        .toList(),
                config.internal(),
                !config.icc(),
                config.mtu(),
                config.options(),
                config.labels(),
                config.created().toString());
    }

    /**
     * The network.
     *
     * @throws IllegalArgumentException if a value is none
     */
    public NetworkConfig config() {
        return new NetworkConfig(
                id,
                name,
                Driver.valueOf(driver.toUpperCase(Locale.ROOT)),
                given(link),
                (subnets == null ? List.<StoredSubnet>of() : subnets)
                        .stream()
                                .map(s -> new Subnet(
                                        Cidr.parse(s.network),
                                        given(s.gateway).map(Cidr::parseAddress),
                                        given(s.range).map(Cidr::parse)))
                                .toList(),
                internal,
                !noIcc,
                mtu,
                options == null ? Map.of() : options,
                labels == null ? Map.of() : labels,
                Instant.parse(created));
    }

    static Optional<String> given(@Nullable String text) {
        return text == null || text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
