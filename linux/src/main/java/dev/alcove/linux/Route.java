package dev.alcove.linux;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A route of the main table.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="route"}
 *
 * @param destination the network it leads to; a prefix of 0 for everything
 * @param gateway     the next hop; empty for a network on the wire itself
 * @param link        the index of the interface it leaves by; the kernel finds the gateway's if empty
 * @param metric      smaller is preferred; 0 for the kernel's default (which IPv6 reads back as 1024)
 */
public record Route(Cidr destination, Optional<InetAddress> gateway, OptionalInt link, int metric) {
    /** Checks that destination and gateway are of one family, and clears the destination's host part. */
    public Route {
        destination = destination.network();
        if (gateway.isPresent()
                && gateway.get().getAddress().length != destination.address().getAddress().length) {
            throw new IllegalArgumentException("a route to " + destination + " cannot go through "
                    + gateway.get().getHostAddress());
        }
        if (metric < 0) {
            throw new IllegalArgumentException("a metric is not negative: " + metric);
        }
    }

    /** A route to a network; complete it with {@link #via} or {@link #dev}. */
    public static Route to(Cidr destination) {
        return new Route(destination, Optional.empty(), OptionalInt.empty(), 0);
    }

    /** The default route of the gateway's family. */
    public static Route byDefault(InetAddress gateway) {
        byte[] everything = new byte[gateway.getAddress().length];
        return to(new Cidr(Cidr.of(everything), 0)).via(gateway);
    }

    /** The same through a gateway. */
    public Route via(InetAddress next) {
        return new Route(destination, Optional.of(next), link, metric);
    }

    /** The same by an interface. */
    public Route dev(Link out) {
        return new Route(destination, gateway, OptionalInt.of(out.index()), metric);
    }

    /** The same with a metric. */
    public Route metric(int value) {
        return new Route(destination, gateway, link, value);
    }

    /** As ip-route(8) writes it, with the interface's index: {@code default via 10.0.0.1 dev 2}. */
    @Override
    public String toString() {
        String text = destination.prefix() == 0 ? "default" : destination.toString();
        if (gateway.isPresent()) {
            text += " via " + gateway.get().getHostAddress();
        }
        if (link.isPresent()) {
            text += " dev " + link.getAsInt();
        }
        return metric == 0 ? text : text + " metric " + metric;
    }
}
