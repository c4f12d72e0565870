package dev.alcove.cli;

import dev.alcove.network.HostNetwork;
import dev.alcove.network.NetDevices;
import java.util.List;

/**
 * {@code alcove network release}: gives back what containers had that are over. Not in the help: monitors of containers in
 * the background execute it, {@link JoinedNetworks}.
 */
final class NetworkReleaseCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "network release",
                List.of("network release ID…"),
                "Give back what containers had of networks that are over",
                "Gives back addresses, ports and names of containers that are over. It is executed by itself.",
                List.of(),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        return EachNetwork.act(shell, arguments.words("ID", Integer.MAX_VALUE), id -> {
            try {
                NetDevices.at(HostNetworks.root(shell), HostNetwork.current()).giveBack(id);
            } finally {
                HostNetworks.of(shell).release(id);
            }
            return id;
        });
    }
}
