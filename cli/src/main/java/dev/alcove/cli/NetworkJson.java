package dev.alcove.cli;

import dev.alcove.linux.Cidr;
import dev.alcove.network.Endpoint;
import dev.alcove.network.Joined;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.Subnet;
import dev.alcove.oci.JsonText;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Networks as JSON, in the form of {@code docker network inspect}. */
final class NetworkJson {
    /** As docker has it. */
    private static final String INDENT = "    ";

    private NetworkJson() {}

    static String list(List<NetworkConfig> networks, List<Endpoint> endpoints) {
        JsonText out = new JsonText(INDENT).begin('[');
        for (NetworkConfig network : networks) {
            network(out, network, endpoints);
        }
        return out.end(']') + "\n";
    }

    private static void network(JsonText out, NetworkConfig network, List<Endpoint> endpoints) {
        out.begin('{');
        out.name("Name").value(network.name());
        out.name("Id").value(network.id());
        out.name("Created").value(network.created().toString());
        out.name("Scope").value("local");
        out.name("Driver").value(NetworkRow.driver(network));
        out.name("EnableIPv6")
                .value(network.subnets().stream().anyMatch(s -> s.network().isV6()));
        out.name("IPAM").begin('{');
        out.name("Driver").value("default");
        out.name("Config").begin('[');
        for (Subnet subnet : network.subnets()) {
            out.begin('{');
            out.name("Subnet").value(subnet.network().toString());
            out.name("Gateway")
                    .value(subnet.gateway().map(InetAddress::getHostAddress).orElse(""));
            out.name("IPRange").value(subnet.range().map(Cidr::toString).orElse(""));
            out.end('}');
        }
        out.end(']').end('}');
        out.name("Internal").value(network.internal());
        out.name("Containers").begin('{');
        for (Endpoint endpoint : endpoints) {
            for (Joined joined : endpoint.joined()) {
                if (joined.network().equals(network.id())) {
                    container(out, endpoint, joined);
                }
            }
        }
        out.end('}');
        pairs(out, "Options", network.options());
        pairs(out, "Labels", network.labels());
        out.end('}');
    }

    private static void container(JsonText out, Endpoint endpoint, Joined joined) {
        out.name(endpoint.container()).begin('{');
        out.name("Name").value(endpoint.name());
        out.name("Interface").value(joined.inside());
        out.name("MacAddress").value(joined.mac().toString());
        out.name("IPv4Address").value(address(joined, false));
        out.name("IPv6Address").value(address(joined, true));
        out.name("Aliases").begin('[');
        joined.aliases().forEach(out::value);
        out.end(']').end('}');
    }

    private static String address(Joined joined, boolean six) {
        Optional<Cidr> found =
                joined.addresses().stream().filter(a -> a.isV6() == six).findFirst();
        return found.map(Cidr::toString).orElse("");
    }

    private static void pairs(JsonText out, String name, Map<String, String> pairs) {
        out.name(name).begin('{');
        new TreeMap<>(pairs).forEach((key, value) -> out.name(key).value(value));
        out.end('}');
    }
}
