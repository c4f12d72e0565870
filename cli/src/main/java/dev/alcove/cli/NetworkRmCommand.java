package dev.alcove.cli;

import dev.alcove.network.Networks;
import java.util.List;

/** {@code alcove network rm}: removes networks. */
final class NetworkRmCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "network rm",
                List.of("network rm NETWORK…"),
                "Remove networks that no container is on",
                "Removes networks: their interfaces on the host, their addresses, their rules in the firewall. One that "
                        + "a container is on is refused; 'alcove network disconnect' takes it off.",
                List.of(new Example("alcove network rm web backend", "two of them")),
                new FlagTable().toggle("force", 'f', "One that is not there is no error."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        Networks networks = HostNetworks.of(shell);
        boolean force = arguments.has("force");
        return EachNetwork.act(shell, arguments.words("NETWORK", Integer.MAX_VALUE), name -> {
            if (!force || networks.list().stream().anyMatch(n -> n.name().equals(HostNetworks.name(name)))) {
                networks.remove(HostNetworks.find(networks, name).id());
            }
            return name;
        });
    }
}
