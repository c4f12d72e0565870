package dev.alcove.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network's names as they were at one moment.
 *
 * @param names      the addresses of each name, in small letters
 * @param hostnames  those of host names, which count only where no container is called so
 * @param canonical  what an address is called
 * @param containers whose an address is
 */
record DnsZone(
        Map<String, List<InetAddress>> names,
        Map<String, List<InetAddress>> hostnames,
        Map<InetAddress, String> canonical,
        Map<InetAddress, String> containers) {

    static DnsZone of(List<ZoneLine> lines) {
        DnsZone zone = new DnsZone(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
        for (ZoneLine line : lines) {
            for (String name : line.names()) {
                add(zone.names, name, line.address());
            }
            if (!line.hostname().isEmpty()) {
                add(zone.hostnames, line.hostname(), line.address());
            }
            // A container's first line has its name first.
            String first = line.names().getFirst();
            String shortId = ZoneLine.shortId(line.container());
            zone.canonical.merge(line.address(), first, (a, b) -> a.equals(shortId) ? b : a);
            zone.containers.put(line.address(), line.container());
        }
        return zone;
    }

    private static void add(Map<String, List<InetAddress>> map, String name, InetAddress address) {
        List<InetAddress> addresses = map.computeIfAbsent(ZoneLine.folded(name), n -> new ArrayList<>());
        if (!addresses.contains(address)) {
            addresses.add(address);
        }
    }

    /** The addresses of a name; empty if nobody is called so. */
    Optional<List<InetAddress>> find(String name) {
        String folded = ZoneLine.folded(name);
        List<InetAddress> found = names.getOrDefault(folded, hostnames.getOrDefault(folded, List.of()));
        return found.isEmpty() ? Optional.empty() : Optional.of(found);
    }
}
