package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a chain of plugins made, CNI specification 1.0.0, section 5, "ADD Success"; 0.4.0's has the addresses' version besides.
 *
 * @param json      as the plugins gave it
 * @param addresses the addresses of the container's interface
 * @param gateways  their gateways
 * @param routes    the networks it has routes to
 * @param mac       the interface's hardware address
 * @param servers   name servers, for the container's resolv.conf(5)
 * @param search    domains to search
 */
record CniResult(
        Map<String, Object> json,
        List<Cidr> addresses,
        List<InetAddress> gateways,
        List<Cidr> routes,
        Optional<Mac> mac,
        List<InetAddress> servers,
        List<String> search) {
    CniResult {
        addresses = List.copyOf(addresses);
        gateways = List.copyOf(gateways);
        routes = List.copyOf(routes);
        servers = List.copyOf(servers);
        search = List.copyOf(search);
    }

    /**
     * Reads it.
     *
     * @param ifname the container's interface
     * @throws IllegalArgumentException if an address is none
     */
    static CniResult of(Map<String, Object> json, String ifname) {
        List<Map<String, Object>> interfaces = CniJson.objects(json, "interfaces");
        List<Cidr> addresses = new ArrayList<>();
        List<InetAddress> gateways = new ArrayList<>();
        for (Map<String, Object> ip : CniJson.objects(json, "ips")) {
            if (ip.containsKey("interface")) {
                int index = (int) CniJson.number(ip, "interface");
                if (index < 0 || index >= interfaces.size() || !isInside(interfaces.get(index))) {
                    continue;
                }
            }
            addresses.add(Cidr.parse(CniJson.text(ip, "address")));
            String gateway = CniJson.text(ip, "gateway");
            if (!gateway.isEmpty()) {
                gateways.add(Cidr.parseAddress(gateway));
            }
        }
        List<Cidr> routes = new ArrayList<>();
        for (Map<String, Object> route : CniJson.objects(json, "routes")) {
            routes.add(Cidr.parse(CniJson.text(route, "dst")));
        }
        Optional<Mac> mac = interfaces.stream()
                .filter(i -> isInside(i) && CniJson.text(i, "name").equals(ifname))
                .map(i -> CniJson.text(i, "mac"))
                .filter(text -> !text.isEmpty())
                .map(Mac::parse)
                .findFirst();
        Map<String, Object> dns = CniJson.part(json, "dns");
        return new CniResult(
                json,
                addresses,
                gateways,
                routes,
                mac,
                CniJson.texts(dns, "nameservers").stream()
                        .map(Cidr::parseAddress)
                        .toList(),
                CniJson.texts(dns, "search"));
    }

    /** The host's ends have no sandbox. */
    private static boolean isInside(Map<String, Object> link) {
        return !CniJson.text(link, "sandbox").isEmpty();
    }
}
