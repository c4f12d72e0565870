package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Links;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.stored.StoredRouter;
import dev.alcove.spec.SpecException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Routers: network namespaces, without a process, that forward between networks which do not reach each other otherwise. A
 * router is on its networks as a container is, with an address of each, so all of those are kept and given back alike; that
 * it lives is said by its file and not by a lock. The file is written when all else is done and removed before all else.
 *
 * <p>Containers on its networks get routes through it: those that run when it is made, and those that come later.
 */
public final class Routers {
    private final Parts parts;
    private final Networks networks;
    private final StateFolder folder;
    private final RouterRoutes routes;

    Routers(Parts parts, Networks networks) {
        this.parts = parts;
        this.networks = networks;
        this.folder = parts.folder();
        this.routes = new RouterRoutes(parts);
    }

    /**
     * Makes a router.
     *
     * @return the router as it was made
     * @throws NetworkException CONFLICT if there is one of that name; NOT_FOUND for an unknown network; INVALID if it is asked
     *     for less than two networks, one twice, or one that is no bridge; UNSUPPORTED without nft for rules or nat; DENIED
     *     without the right to
     */
    public Router create(RouterRequest request) {
        String name = request.name();
        if (!NetworkName.isGood(name)) {
            throw NetworkException.of(
                    Kind.INVALID,
                    SpecException.quote(name) + " is not a router's name",
                    "it has 1 to 64 letters, digits, '_', '.' and '-', and begins with a letter or digit",
                    "choose another");
        }
        List<NetworkConfig> on = attached(request);
        List<RouterRule> rules = new ArrayList<>();
        for (String rule : request.rules()) {
            rules.addAll(RouterRule.parse(rule, reference -> ranges(networks.find(reference))));
        }
        if (RouterTable.concerns(request.nat(), rules)
                && Nft.find(path(), parts.host()).isEmpty()) {
            throw NetworkException.of(
                    Kind.UNSUPPORTED,
                    "a router with rules or --nat needs the program nft",
                    "it is not installed",
                    "apt-get install -y nftables");
        }
        if (find(name).isPresent()) {
            throw NetworkException.of(
                    Kind.CONFLICT,
                    "there is a router '" + name + "' already",
                    "it was made before and not removed",
                    "alcove network router rm " + name + ", or choose another name");
        }
        networks.sweep();
        String id = StateFolder.ROUTER + name;
        Plug plug = networks.plug(new PlugRequest(
                id,
                "",
                name,
                on.stream().map(n -> JoinRequest.of(n.name())).toList(),
                List.of(),
                List.of(),
                ResolverOptions.hosts(),
                List.of(),
                folder.routerFile(name)));
        boolean done = false;
        try {
            Instant created = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            make(plug.endpoint(), on, request.nat(), rules);
            parts.steps().before("write the router's record");
            folder.write(StoredRouter.of(name, request.nat(), rules, created.toString()));
            plug.started();
            done = true;
        } catch (LinuxException e) {
            throw NetworkException.of("cannot make router '" + name + "'", e);
        } finally {
            if (!done) {
                plug.close();
            }
        }
        parts.steps().before("give the containers their routes");
        routes.changed(plug.endpoint(), request.nat(), true);
        return find(name).orElseThrow();
    }

    private List<NetworkConfig> attached(RouterRequest request) {
        List<NetworkConfig> on = new ArrayList<>();
        for (String reference : request.attach()) {
            NetworkConfig network = networks.find(reference);
            if (network.driver() != Driver.BRIDGE) {
                throw NetworkException.of(
                        Kind.INVALID,
                        "a router cannot be attached to network '" + network.name() + "'",
                        "it is no bridge of this host",
                        "attach it to networks of the driver bridge");
            }
            if (on.stream().anyMatch(n -> n.id().equals(network.id()))) {
                throw NetworkException.of(
                        Kind.INVALID, "network '" + network.name() + "' is attached twice", "a slip", "give it once");
            }
            on.add(network);
        }
        if (on.size() < 2) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "a router connects two networks or more, and was given " + on.size(),
                    "--attach is missing",
                    "--attach NETWORK --attach NETWORK");
        }
        return on;
    }

    private static List<Cidr> ranges(NetworkConfig network) {
        return network.subnets().stream().map(Subnet::network).toList();
    }

    private static String path() {
        return System.getenv().getOrDefault("PATH", "");
    }

    private void make(Endpoint endpoint, List<NetworkConfig> on, boolean nat, List<RouterRule> rules) {
        List<Joined> joined = endpoint.joined();
        boolean v6 = joined.stream().flatMap(j -> j.addresses().stream()).anyMatch(Cidr::isV6);
        parts.steps().before("make the router's namespace");
        try (Namespace inside = NamespaceThread.create()
                .unshare(NamespaceKind.NET)
                .call(() -> {
                    Links.loopbackUp();
                    HostSysctls.forward(v6);
                    return Namespace.ofThread(NamespaceKind.NET).orElseThrow();
                })) {
            parts.steps().before("pin the router's namespace");
            parts.pins().pin(endpoint.container(), inside);
            List<Wire> wires = new ArrayList<>();
            for (int i = 0; i < on.size(); i++) {
                wires.add(new Wire(on.get(i), joined.get(i), List.of(), List.of()));
            }
            if (RouterTable.concerns(nat, rules)) {
                // Before it has an interface: nothing passes that is not to pass.
                parts.steps().before("make the router's rules");
                Nft.Answer answer = Nft.find(path(), HostNetwork.of(inside))
                        .orElseThrow()
                        .change(RouterTable.of(joined.getFirst(), nat, rules));
                if (!answer.done()) {
                    throw NetworkException.of(
                            Kind.UNSUPPORTED,
                            "the router's rules cannot be made: " + answer.error(),
                            "this kernel is built without that part of nftables",
                            "make it without --nat and --rule");
                }
            }
            Wire.connect(parts.host(), endpoint, wires, inside, new Creation(parts)::carrier, parts.steps());
        }
    }

    /** All routers, by name. */
    public List<Router> list() {
        List<Router> all = new ArrayList<>();
        for (String name : folder.routers()) {
            find(name).ifPresent(all::add);
        }
        return all;
    }

    /** The router of a name. */
    public Optional<Router> find(String name) {
        if (!NetworkName.isGood(name)) {
            return Optional.empty();
        }
        return folder.router(name)
                .flatMap(stored -> folder.endpoint(StateFolder.ROUTER + name)
                        .map(endpoint -> new Router(
                                name,
                                endpoint.joined(),
                                stored.nat(),
                                stored.read(),
                                parts.pins().path(StateFolder.ROUTER + name),
                                Instant.parse(stored.created()))));
    }

    /**
     * Removes a router, the routes through it, and its addresses.
     *
     * @throws NetworkException NOT_FOUND
     */
    public void remove(String name) {
        Router router = find(name).orElseThrow(() -> unknown(name));
        try {
            folder.endpoint(StateFolder.ROUTER + name).ifPresent(e -> routes.changed(e, router.nat(), false));
            parts.steps().before("remove the router's record");
            folder.removeRouter(name);
            networks.release(StateFolder.ROUTER + name);
        } catch (LinuxException e) {
            throw NetworkException.of("cannot remove router '" + name + "'", e);
        }
    }

    /** What to say where there is none of a name. */
    public static NetworkException unknown(String name) {
        return NetworkException.of(
                Kind.NOT_FOUND,
                "there is no router " + SpecException.quote(name),
                "a wrong name, or it has been removed",
                "alcove network router ls lists those there are");
    }
}
