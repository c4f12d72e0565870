package dev.alcove.cli;

import dev.alcove.linux.Signal;
import dev.alcove.network.HostNetwork;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.NetworkDns;
import dev.alcove.network.Networks;
import dev.alcove.spec.NetworkValues;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** {@code alcove network dns}: answers the names of a network's containers, until a signal ends it. */
final class NetworkDnsCommand implements Command {
    private static final int PORT = 53;

    @Override
    public Manual manual() {
        return new Manual(
                "network dns",
                List.of("network dns [FLAGS] NETWORK"),
                "Answer DNS queries of a network's containers, until a signal ends it",
                """
                Containers on a network know each other's names from /etc/hosts, without anything that runs. This is \
                for programs that ask DNS and nothing else: it answers the same names on the network's gateway and \
                forwards the rest. While it answers, the containers' resolv.conf points to it.

                It prints where it answers and stays in the foreground; SIGINT or SIGTERM end it.""",
                List.of(
                        new Example("alcove network dns web", "forwards to the host's name servers"),
                        new Example("alcove network dns --forward 192.0.2.53 web", "forwards to this one")),
                new FlagTable()
                        .list("forward", "ADDRESS", "A name server for all other names, in place of the host's."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        String name = arguments.words("NETWORK", 1).getFirst();
        List<InetSocketAddress> upstream = new ArrayList<>();
        for (String text : arguments.all("forward")) {
            upstream.add(new InetSocketAddress(NetworkValues.address("--forward", text), PORT));
        }
        Networks networks = HostNetworks.of(shell);
        NetworkConfig network = HostNetworks.find(networks, name);
        try (NetworkDns dns = NetworkDns.open(HostNetworks.root(shell), HostNetwork.current(), network, upstream);
                SignalSource.Subscription interrupted = shell.signals().on(Signal.INT, s -> dns.close());
                SignalSource.Subscription terminated = shell.signals().on(Signal.TERM, s -> dns.close())) {
            for (InetSocketAddress address : dns.addresses()) {
                shell.out().print(address.getAddress().getHostAddress() + " port " + address.getPort() + "\n");
            }
            shell.out().flush();
            dns.serve();
        }
        return 0;
    }
}
