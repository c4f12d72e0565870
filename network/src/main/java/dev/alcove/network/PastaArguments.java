package dev.alcove.network;

import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;

/**
 * How pasta(1) is called for a container. It gives the container the host's own addresses, routes and interface name, so
 * a connection has the same addresses inside and outside, and whoever connects to a published port is seen by their own
 * address.
 *
 * <pre>
 *   --config-net        addresses and routes are set before it says it is ready
 *   -t -u LIST          the host's ports that lead inside; none but those that were asked for
 *   -T -U none          the container reaches no port of the host's loopback
 *   --no-map-gw         nor by the gateway's address, which would stand for the host
 *   --dns-forward       one address inside is the host's resolver, be that a loopback one
 * </pre>
 */
final class PastaArguments {
    /** Where the host's resolver answers inside; link-local, so no network of the host's has it. */
    static final String RESOLVER = "169.254.1.1";

    private PastaArguments() {}

    /**
     * The program's arguments after its name.
     *
     * @param pid   a process in the namespaces; pasta ends when it has ended
     * @param ports ports with numbers, of TCP and UDP
     */
    static List<String> of(int pid, List<PortMapping> ports) {
        List<String> all = new ArrayList<>(List.of("--quiet", "--config-net"));
        forward(all, "--tcp-ports", ports, Protocol.TCP);
        // Else the UDP ports of the same numbers would come along.
        forward(all, "--udp-ports", ports, Protocol.UDP);
        all.addAll(List.of("--tcp-ns", "none", "--udp-ns", "none", "--no-map-gw", "--dns-forward", RESOLVER));
        all.add(Integer.toString(pid));
        return all;
    }

    private static void forward(List<String> all, String option, List<PortMapping> ports, Protocol protocol) {
        int before = all.size();
        for (PortMapping port : ports) {
            if (port.protocol() == protocol) {
                all.add(option);
                all.add(specification(port));
            }
        }
        if (all.size() == before) {
            all.add(option);
            all.add("none");
        }
    }

    /** {@code 127.0.0.1/8080:80}. */
    private static String specification(PortMapping port) {
        String numbers = port.host() + ":" + port.container();
        return port.address()
                .filter(a -> !(a.isAnyLocalAddress() && a instanceof Inet6Address))
                .map(a -> a.getHostAddress() + "/" + numbers)
                .orElse(numbers);
    }
}
