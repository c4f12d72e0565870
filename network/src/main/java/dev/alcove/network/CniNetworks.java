package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import dev.alcove.linux.Namespace;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.stored.Formatted;
import dev.alcove.network.stored.StoredCni;
import dev.alcove.spec.PortMapping;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Containers on networks whose interfaces plugins make (driver {@code cni}). Addresses and ports are the plugins' business;
 * what they are told is written down before they are called, so that they are told to take it back after a crash too. The
 * container's network namespace is kept until then: some plugins forget a part of what they did when it is gone.
 */
final class CniNetworks {
    static final String CONF = "conf";
    static final String PATH = "path";
    private static final Path USUAL = Path.of("/etc/cni/net.d");
    private static final String PROGRAMS = "/opt/cni/bin:/usr/lib/cni:/usr/libexec/cni";
    private static final String PIN = "cni.";

    private final Parts parts;
    private final StateFolder folder;
    private final CniPlugins plugins;

    CniNetworks(Parts parts) {
        this.parts = parts;
        this.folder = parts.folder();
        this.plugins = new CniPlugins(parts.host());
    }

    static boolean is(NetworkConfig network) {
        return network.driver() == Driver.CNI;
    }

    /**
     * A network's configuration as it is now: of the file that an option names, or by the network's name in the folder that
     * it names, or in /etc/cni/net.d.
     *
     * @throws NetworkException NOT_FOUND or INVALID
     */
    static CniConfig config(String name, Map<String, String> options) {
        String conf = options.getOrDefault(CONF, "");
        Path path = conf.isEmpty() ? USUAL : Path.of(conf);
        return conf.isEmpty() || Files.isDirectory(path) ? CniConfig.find(path, name) : CniConfig.read(path);
    }

    private static String programs(NetworkConfig network) {
        String own = System.getenv().getOrDefault("CNI_PATH", "");
        return network.options().getOrDefault(PATH, own.isEmpty() ? PROGRAMS : own);
    }

    /** A container's place before its interface is there. */
    static Joined place(JoinRequest request, NetworkConfig network, String inside) {
        return new Joined(
                network.id(),
                network.name(),
                inside,
                "",
                List.of(),
                request.mac().orElse(new Mac(0)),
                request.aliases());
    }

    /**
     * Writes down what plugins will be told. Under the lock.
     *
     * @param ports the container's ports, which are these plugins' to lead in
     * @throws NetworkException INVALID if there are ports and no plugin for them
     */
    void reserve(
            Endpoint endpoint, Joined joined, NetworkConfig network, JoinRequest request, List<PortMapping> ports) {
        CniConfig config = config(network.name(), network.options());
        boolean able = config.plugins().stream()
                .anyMatch(
                        p -> Boolean.TRUE.equals(CniJson.part(p, "capabilities").get("portMappings")));
        if (!ports.isEmpty() && !able) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "port " + ports.getFirst().text() + " cannot be published",
                    "no plugin of network '" + network.name() + "' has the capability portMappings",
                    "add {\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}} to its plugins");
        }
        List<String> addresses = new ArrayList<>();
        request.ip().ifPresent(a -> addresses.add(a.getHostAddress()));
        request.ip6().ifPresent(a -> addresses.add(a.getHostAddress()));
        folder.write(new StoredCni(
                Formatted.CURRENT,
                endpoint.container(),
                network.id(),
                joined.inside(),
                config.toJson(),
                programs(network),
                addresses,
                request.mac().map(Mac::toString).orElse(""),
                ""));
    }

    /**
     * Lets plugins make a container's interfaces on such networks.
     *
     * @param inside the container's network namespace
     * @return its places, those with what the plugins gave
     */
    List<Joined> connect(Endpoint endpoint, Namespace inside) {
        List<Joined> joined = new ArrayList<>(endpoint.joined());
        List<StoredCni> waiting = folder.cni(endpoint.container());
        for (StoredCni stored : waiting) {
            Path pin = parts.pins().path(PIN + endpoint.container());
            if (!Files.exists(pin)) {
                parts.steps().before("keep the namespace for the plugins");
                parts.pins().pin(PIN + endpoint.container(), inside);
            }
            parts.steps().before("call the plugins");
            CniResult result = plugins.add(read(stored), call(stored, endpoint.ports(), pin.toString()));
            parts.steps().before("record the plugins' result");
            folder.write(stored.with(CniJson.write(result.json())));
            for (int i = 0; i < joined.size(); i++) {
                Joined place = joined.get(i);
                if (place.network().equals(stored.network())) {
                    joined.set(
                            i,
                            new Joined(
                                    place.network(),
                                    place.name(),
                                    place.inside(),
                                    "",
                                    result.addresses(),
                                    result.mac().orElse(place.mac()),
                                    place.aliases()));
                }
            }
        }
        return joined;
    }

    /**
     * Lets plugins take back what they made, in reverse; does nothing if they made nothing. All of it is forgotten then: what
     * a plugin could not take back it will not the next time.
     *
     * @return what the first of them complained of
     */
    Optional<NetworkException> release(String container, List<PortMapping> ports) {
        Optional<NetworkException> failed = Optional.empty();
        Path pin = parts.pins().path(PIN + container);
        for (StoredCni stored : folder.cni(container).reversed()) {
            CniCall call = call(stored, ports, pin.toString());
            String result = stored.result() == null ? "" : stored.result();
            parts.steps().before("tell the plugins");
            try {
                plugins.del(
                        read(stored),
                        Files.exists(pin) ? call : call.withoutNamespace(),
                        result.isEmpty() ? Map.of() : CniJson.object("the plugins' result", result));
            } catch (NetworkException e) {
                failed = failed.isPresent() ? failed : Optional.of(e);
            }
            folder.remove(stored);
        }
        parts.pins().unpin(PIN + container);
        return failed;
    }

    private static CniConfig read(StoredCni stored) {
        return CniConfig.parse("of container " + stored.container(), stored.config());
    }

    private static CniCall call(StoredCni stored, List<PortMapping> ports, String namespace) {
        List<InetAddress> addresses = new ArrayList<>();
        if (stored.addresses() != null) {
            stored.addresses().forEach(a -> addresses.add(Cidr.parseAddress(a)));
        }
        String mac = stored.mac() == null ? "" : stored.mac();
        return new CniCall(
                stored.container(),
                namespace,
                stored.ifname(),
                ports,
                addresses,
                mac.isEmpty() ? Optional.empty() : Optional.of(Mac.parse(mac)),
                stored.path());
    }
}
