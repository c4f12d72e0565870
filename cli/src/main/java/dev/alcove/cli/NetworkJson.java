package dev.alcove.cli;

import dev.alcove.linux.Cidr;
import dev.alcove.network.Endpoint;
import dev.alcove.network.Joined;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.Subnet;
import io.avaje.json.JsonWriter;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Networks as JSON, in the form of {@code docker network inspect}. */
final class NetworkJson {
    private NetworkJson() {}

    static String list(List<NetworkConfig> networks, List<Endpoint> endpoints) {
        return NamespaceJson.of(out -> {
            out.pretty(true);
            out.beginArray();
            for (NetworkConfig network : networks) {
                network(out, network, endpoints);
            }
            out.endArray();
        });
    }

    private static void network(JsonWriter out, NetworkConfig network, List<Endpoint> endpoints) {
        out.beginObject();
        text(out, "Name", network.name());
        text(out, "Id", network.id());
        text(out, "Created", network.created().toString());
        text(out, "Scope", "local");
        text(out, "Driver", NetworkRow.driver(network));
        out.name("EnableIPv6");
        out.value(network.subnets().stream().anyMatch(s -> s.network().isV6()));
        out.name("IPAM");
        out.beginObject();
        text(out, "Driver", "default");
        out.name("Config");
        out.beginArray();
        for (Subnet subnet : network.subnets()) {
            out.beginObject();
            text(out, "Subnet", subnet.network().toString());
            text(out, "Gateway", subnet.gateway().map(InetAddress::getHostAddress).orElse(""));
            text(out, "IPRange", subnet.range().map(Cidr::toString).orElse(""));
            out.endObject();
        }
        out.endArray();
        out.endObject();
        out.name("Internal");
        out.value(network.internal());
        out.name("Containers");
        out.beginObject();
        for (Endpoint endpoint : endpoints) {
            for (Joined joined : endpoint.joined()) {
                if (joined.network().equals(network.id())) {
                    container(out, endpoint, joined);
                }
            }
        }
        out.endObject();
        pairs(out, "Options", network.options());
        pairs(out, "Labels", network.labels());
        out.endObject();
    }

    private static void container(JsonWriter out, Endpoint endpoint, Joined joined) {
        out.name(endpoint.container());
        out.beginObject();
        text(out, "Name", endpoint.name());
        text(out, "Interface", joined.inside());
        text(out, "MacAddress", joined.mac().toString());
        text(out, "IPv4Address", address(joined, false));
        text(out, "IPv6Address", address(joined, true));
        out.name("Aliases");
        out.beginArray();
        joined.aliases().forEach(out::value);
        out.endArray();
        out.endObject();
    }

    private static String address(Joined joined, boolean six) {
        Optional<Cidr> found =
                joined.addresses().stream().filter(a -> a.isV6() == six).findFirst();
        return found.map(Cidr::toString).orElse("");
    }

    private static void text(JsonWriter out, String name, String value) {
        out.name(name);
        out.value(value);
    }

    private static void pairs(JsonWriter out, String name, Map<String, String> pairs) {
        out.name(name);
        out.beginObject();
        new TreeMap<>(pairs).forEach((key, value) -> text(out, key, value));
        out.endObject();
    }
}
