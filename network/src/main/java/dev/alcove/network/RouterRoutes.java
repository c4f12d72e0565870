package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Inode;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.Route;
import dev.alcove.network.stored.StoredRouter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The routes that containers have through routers. */
final class RouterRoutes {
    private final Parts parts;
    private final StateFolder folder;

    RouterRoutes(Parts parts) {
        this.parts = parts;
        this.folder = parts.folder();
    }

    /**
     * Those that lead through one router.
     *
     * @param router  its places
     * @param nat     whether it speaks for its first network: the others need no way there then
     * @param network on which network the container is
     */
    static List<Route> through(List<Joined> router, boolean nat, String network) {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < router.size(); i++) {
            if (!router.get(i).network().equals(network) || (nat && i > 0)) {
                continue;
            }
            for (Joined other : router) {
                for (Cidr there : other.addresses()) {
                    for (Cidr hop : router.get(i).addresses()) {
                        if (!other.network().equals(network) && hop.isV6() == there.isV6()) {
                            routes.add(Route.to(there.network()).via(hop.address()));
                        }
                    }
                }
            }
        }
        return routes;
    }

    /** Gives a container the routes through the routers of one of its networks, as long as it has none there. */
    void give(Namespace inside, String network) {
        List<Route> routes = new ArrayList<>();
        for (String name : folder.routers()) {
            Optional<StoredRouter> router = folder.router(name);
            Optional<Endpoint> endpoint = folder.endpoint(StateFolder.ROUTER + name);
            if (router.isPresent() && endpoint.isPresent()) {
                routes.addAll(through(endpoint.get().joined(), router.get().nat(), network));
            }
        }
        apply(inside, routes, true);
    }

    private static void apply(Namespace inside, List<Route> routes, boolean add) {
        if (routes.isEmpty()) {
            return;
        }
        NamespaceThread.create().join(inside).call(() -> {
            try (Netlink net = Netlink.open()) {
                for (Route route : routes) {
                    if (add) {
                        add(net, route);
                    } else {
                        net.routes().delete(route);
                    }
                }
            }
            return routes;
        });
    }

    /** It may be on both networks, or have such a route by another router. */
    private static void add(Netlink net, Route route) {
        try {
            net.routes().add(route);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /**
     * Gives all containers that are on a router's networks their routes through it, or takes them away.
     *
     * @param router the router's endpoint
     */
    void changed(Endpoint router, boolean nat, boolean add) {
        Map<String, List<Route>> wanted = new HashMap<>();
        for (Joined place : router.joined()) {
            List<Route> routes = through(router.joined(), nat, place.network());
            if (!routes.isEmpty()) {
                wanted.put(place.network(), routes);
            }
        }
        // By the host's end of each wire.
        Map<String, List<Route>> byLink = new HashMap<>();
        for (String container : folder.containers()) {
            if (!container.startsWith(StateFolder.ROUTER)) {
                folder.endpoint(container).ifPresent(e -> {
                    for (Joined joined : e.joined()) {
                        if (wanted.containsKey(joined.network())) {
                            byLink.put(joined.outside(), wanted.getOrDefault(joined.network(), List.of()));
                        }
                    }
                });
            }
        }
        if (!byLink.isEmpty()) {
            apply(byLink, add);
        }
    }

    private void apply(Map<String, List<Route>> byLink, boolean add) {
        // The kernel numbers the namespaces that the host's wires lead to.
        Map<Integer, List<Route>> byNumber = new HashMap<>();
        List<Namespace> found = new ArrayList<>();
        try {
            Map<Namespace, Integer> numbers = parts.host().in(() -> {
                try (Netlink net = Netlink.open()) {
                    for (Link link : net.links().list()) {
                        List<Route> routes = byLink.get(link.name());
                        if (routes != null && link.peerNamespace().isPresent()) {
                            byNumber.computeIfAbsent(link.peerNamespace().getAsInt(), n -> new ArrayList<>())
                                    .addAll(routes);
                        }
                    }
                    return numbers(net, found);
                }
            });
            for (Map.Entry<Namespace, Integer> one : numbers.entrySet()) {
                apply(one.getKey(), byNumber.getOrDefault(one.getValue(), List.of()), add);
            }
        } finally {
            found.forEach(Namespace::close);
        }
    }

    /** The network namespaces of all processes that the host has a number for. */
    private static Map<Namespace, Integer> numbers(Netlink net, List<Namespace> found) {
        Map<Namespace, Integer> numbers = new HashMap<>();
        Set<Inode> seen = new HashSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                int pid = Integer.parseInt(String.valueOf(process.getFileName()));
                Optional<Inode> identity = identity(pid);
                if (identity.isPresent() && seen.add(identity.get())) {
                    Optional<Namespace> namespace = Namespace.of(NamespaceKind.NET, pid);
                    if (namespace.isPresent()) {
                        found.add(namespace.get());
                        OptionalInt number = net.namespaceId(namespace.get());
                        if (number.isPresent()) {
                            numbers.put(namespace.get(), number.getAsInt());
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return numbers;
    }

    /** Others' processes may be nobody's to look at; containers of ours are not among them. */
    private static Optional<Inode> identity(int pid) {
        try {
            return Namespace.identity(NamespaceKind.NET, pid);
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }
}
