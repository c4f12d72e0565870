package dev.alcove.network;

import java.nio.file.Path;
import java.util.List;

/**
 * How slirp4netns(1) is called. It gives the namespace an interface {@code tap0} with 10.0.2.100 in a network of its own,
 * and opens connections for it as a process of the user. Whoever connects to a published port is seen as 10.0.2.2.
 */
final class SlirpArguments {
    /** Where the host's resolver answers inside. */
    static final String RESOLVER = "10.0.2.3";

    private SlirpArguments() {}

    /**
     * The program's arguments after its name.
     *
     * @param pid   a process in the namespaces
     * @param ready the descriptor it says on that it is ready
     * @param exit  the descriptor whose other end's closing ends it
     * @param api   the socket on which it takes ports
     */
    static List<String> of(int pid, int ready, int exit, Path api) {
        return List.of(
                "--configure",
                "--mtu=65520",
                "--enable-ipv6",
                // The host's loopback is not the container's to reach.
                "--disable-host-loopback",
                "--ready-fd=" + ready,
                "--exit-fd=" + exit,
                "--api-socket=" + api,
                Integer.toString(pid),
                "tap0");
    }
}
