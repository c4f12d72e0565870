package dev.alcove.lens;

import dev.alcove.linux.Link;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Netlink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An interface of a network namespace, and what is at the other end of its wire.
 *
 * @param link  the interface
 * @param other the other end of a veth, or what it was made on; empty if it has none
 */
public record NetworkInterface(Link link, Optional<OtherEnd> other) {
    /**
     * The other end.
     *
     * @param namespace the number of the network namespace it is in; empty if that cannot be told
     * @param index     the interface's number there
     * @param name      the interface's name there; empty if that may not be looked at
     */
    public record OtherEnd(OptionalLong namespace, int index, String name) {}

    /**
     * Lists those of a namespace.
     *
     * @param ns a namespace of the kind NET
     * @return the interfaces, or empty if the caller may not go there
     */
    public static Optional<List<NetworkInterface>> of(Snapshot now, SeenNamespace ns) {
        // The socket stays with the namespace in which it was opened, so that all the rest happens here.
        try (Netlink net = Entered.in(now, ns, Netlink::open).orElse(null)) {
            if (net == null) {
                return Optional.empty();
            }
            List<Link> links = net.links().list();
            OtherEnds ends = new OtherEnds(now, ns, net, links);
            List<NetworkInterface> all = new ArrayList<>();
            for (Link link : links) {
                all.add(new NetworkInterface(link, ends.of(link)));
            }
            return Optional.of(all);
        }
    }

    /** Finds namespaces by the numbers that one namespace has for others, and looks at each once. */
    private static final class OtherEnds {
        private final Snapshot now;
        private final SeenNamespace here;
        private final Netlink net;
        private final Map<Long, List<Link>> links = new HashMap<>();

        OtherEnds(Snapshot now, SeenNamespace here, Netlink net, List<Link> own) {
            this.now = now;
            this.here = here;
            this.net = net;
            links.put(here.number(), own);
        }

        Optional<OtherEnd> of(Link link) {
            if (link.peer().isEmpty()) {
                return Optional.empty();
            }
            int index = link.peer().getAsInt();
            if (link.peerNamespace().isEmpty()) {
                return Optional.of(end(here, index));
            }
            int id = link.peerNamespace().getAsInt();
            for (SeenNamespace other : now.namespaces()) {
                if (other.kind() == NamespaceKind.NET && id(other).equals(OptionalInt.of(id))) {
                    return Optional.of(end(other, index));
                }
            }
            return Optional.of(new OtherEnd(OptionalLong.empty(), index, ""));
        }

        private OptionalInt id(SeenNamespace other) {
            try (Namespace handle = Entered.open(now, other).orElse(null)) {
                return handle == null ? OptionalInt.empty() : net.namespaceId(handle);
            } catch (LinuxException e) {
                return OptionalInt.empty();
            }
        }

        private OtherEnd end(SeenNamespace there, int index) {
            List<Link> all = links.computeIfAbsent(there.number(), n -> list(there));
            String name = "";
            for (Link link : all) {
                if (link.index() == index) {
                    name = link.name();
                }
            }
            return new OtherEnd(OptionalLong.of(there.number()), index, name);
        }

        private List<Link> list(SeenNamespace there) {
            try (Netlink net = Entered.in(now, there, Netlink::open).orElse(null)) {
                return net == null ? List.of() : net.links().list();
            }
        }
    }
}
