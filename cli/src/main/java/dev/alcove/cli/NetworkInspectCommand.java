package dev.alcove.cli;

import dev.alcove.network.Endpoint;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.Networks;
import java.util.ArrayList;
import java.util.List;

/** {@code alcove network inspect}: all about networks, as JSON in docker's form. */
final class NetworkInspectCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "network inspect",
                List.of("network inspect NETWORK…"),
                "Print all about networks, as JSON",
                "Prints a JSON array with an object for each network, with docker's names for what docker has too: "
                        + "its addresses, options and labels, and the containers on it.",
                List.of(new Example("alcove network inspect web", "its addresses, and who is on it")),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        List<String> names = arguments.words("NETWORK", Integer.MAX_VALUE);
        Networks networks = HostNetworks.of(shell);
        List<NetworkConfig> found = new ArrayList<>();
        for (String name : names) {
            found.add(HostNetworks.find(networks, name));
        }
        List<Endpoint> endpoints = networks.endpoints();
        shell.out().print(NetworkJson.list(found, endpoints));
        return 0;
    }
}
