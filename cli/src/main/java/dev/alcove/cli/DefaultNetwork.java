package dev.alcove.cli;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.network.UserNetwork;
import dev.alcove.spec.AlcoveConfig;
import dev.alcove.spec.NetworkFlag;
import java.util.Optional;

/** The network of a container of which no {@code --network} says it. */
final class DefaultNetwork {
    private static final String VARIABLE = "ALCOVE_NETWORK";

    private DefaultNetwork() {}

    /**
     * What ALCOVE_NETWORK says, else a configuration file, else docker's habit: the default network where the caller may
     * make one; for others a program that speaks for the container, if one is installed; else none, which is said.
     */
    static NetworkFlag of(Shell shell, AlcoveConfig config) {
        String variable = shell.variable(VARIABLE);
        if (!variable.isEmpty()) {
            return NetworkFlag.parse(VARIABLE, variable);
        }
        if (config.network().isPresent()) {
            return NetworkFlag.parse("network", config.network().get());
        }
        return usual(shell);
    }

    private static NetworkFlag usual(Shell shell) {
        if (Capabilities.ofThread().effective().contains(Capability.NET_ADMIN)) {
            return NetworkFlag.parse("network", NetworkFlag.DEFAULT_WORDS.getFirst());
        }
        Optional<UserNetwork> program = UserNetwork.find(shell.variable("PATH"));
        if (program.isPresent()) {
            return new NetworkFlag.Program(program.get().tool().command());
        }
        shell.err()
                .print(
                        "alcove: the container has no network: neither pasta nor slirp4netns is installed (apt-get install -y"
                                + " passt); --network none says that this is meant\n");
        return NetworkFlag.parse("network", "none");
    }
}
