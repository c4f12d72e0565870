package dev.alcove.cli;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import dev.alcove.network.Endpoint;
import dev.alcove.network.JoinRequest;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.Networks;
import dev.alcove.network.PlugRequest;
import dev.alcove.network.ResolverOptions;
import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.NetworkValues;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code alcove network connect}: one more network for a running container. */
final class NetworkConnectCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "network connect",
                List.of("network connect [FLAGS] NETWORK CONTAINER"),
                "Connect a running container to one more network",
                """
                Gives a running container an interface and an address on a network, and makes it and the others there \
                know each other by name. It must have a network namespace of its own.""",
                List.of(
                        new Example("alcove network connect backend web", "a free address"),
                        new Example("alcove network connect --ip 10.5.0.7 --alias db backend pg", "a chosen one")),
                new FlagTable()
                        .value("ip", "ADDRESS", "Its IPv4 address there.")
                        .value("ip6", "ADDRESS", "Its IPv6 address there.")
                        .value("mac-address", "ADDRESS", "Its hardware address there.")
                        .list("alias", "NAME", "One more name by which others find it there.")
                        .list("link-local-ip", "ADDRESS", "One more address there, of 169.254.0.0/16 or fe80::/10."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        List<String> words = arguments.words("NETWORK and CONTAINER", 2);
        if (words.size() < 2) {
            throw new UsageException("network connect", "two words are needed: NETWORK and CONTAINER");
        }
        Optional<InetAddress> ip = arguments.value("ip").map(text -> NetworkValues.ip("--ip", text));
        Optional<InetAddress> ip6 = arguments.value("ip6").map(text -> NetworkValues.ip6("--ip6", text));
        Optional<Mac> mac = arguments.value("mac-address").map(JoinedNetworks::mac);
        List<String> aliases = new ArrayList<>();
        for (String text : arguments.all("alias")) {
            aliases.add(NetworkValues.alias("--alias", text));
        }
        List<Cidr> linkLocal = new ArrayList<>();
        for (String text : arguments.all("link-local-ip")) {
            linkLocal.add(JoinedNetworks.linkLocal(NetworkValues.linkLocal("--link-local-ip", text)));
        }
        Networks networks = HostNetworks.making(shell);
        // The default network is made when it is first used.
        String name = HostNetworks.name(words.get(0));
        String network = name.equals(NetworkConfig.DEFAULT)
                ? name
                : HostNetworks.find(networks, name).name();
        NetworkMembers.Running running = NetworkMembers.running(shell, words.get(1));
        NetworkMembers.checkOwn(shell, running);
        StoredContainer container = running.container();
        String hostname = NetworkMembers.endpoint(networks, container.id())
                .map(Endpoint::hostname)
                .orElse(container.id().substring(0, RoomFlags.SHORT_ID));
        networks.connect(
                new PlugRequest(
                        container.id(),
                        container.name(),
                        hostname,
                        List.of(new JoinRequest(network, ip, ip6, mac, aliases, linkLocal)),
                        List.of(),
                        List.of(),
                        ResolverOptions.hosts(),
                        List.of(),
                        container.folder().resolve("lock")),
                running.pid());
        return 0;
    }
}
