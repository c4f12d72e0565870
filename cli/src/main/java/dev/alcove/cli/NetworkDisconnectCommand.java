package dev.alcove.cli;

import dev.alcove.network.NetworkConfig;
import dev.alcove.network.Networks;
import java.util.List;

/** {@code alcove network disconnect}: takes a running container off a network. */
final class NetworkDisconnectCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "network disconnect",
                List.of("network disconnect NETWORK CONTAINER"),
                "Take a running container off a network",
                "Takes the interface and the addresses of that network away, and its name from the others there.",
                List.of(new Example("alcove network disconnect backend web", "it keeps its other networks")),
                new FlagTable().toggle("force", 'f', "Taken and without effect, for docker's sake."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        List<String> words = arguments.words("NETWORK and CONTAINER", 2);
        if (words.size() < 2) {
            throw new UsageException("network disconnect", "two words are needed: NETWORK and CONTAINER");
        }
        Networks networks = HostNetworks.of(shell);
        NetworkConfig network = HostNetworks.find(networks, words.get(0));
        NetworkMembers.Running running = NetworkMembers.running(shell, words.get(1));
        networks.disconnect(running.container().id(), running.pid(), network.name());
        return 0;
    }
}
