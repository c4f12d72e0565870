package dev.alcove.network;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Pipe;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The network of one container of an ordinary user, who may make no interfaces on the host: a program of the user's own
 * takes the packets of an interface inside and speaks for the container by sockets outside. It needs no rights on the
 * host, and ends with the container.
 *
 * <pre>{@code
 * UserNetwork network = UserNetwork.find(System.getenv("PATH")).orElseThrow(UserNetwork::noProgram);
 * builder.prepare(pid -> network.attach(pid, ports));   // the container's program waits until it is ready
 * }</pre>
 *
 * <table>
 * <caption>What the two programs do</caption>
 * <tr><th></th><th>pasta(1)</th><th>slirp4netns(1)</th></tr>
 * <tr><td>addresses inside</td><td>the host's own</td><td>10.0.2.100</td></tr>
 * <tr><td>who connects to a published port is seen as</td><td>who they are</td><td>10.0.2.2</td></tr>
 * <tr><td>published ports</td><td>IPv4, IPv6</td><td>IPv4</td></tr>
 * <tr><td>ends</td><td>with the namespace</td><td>when its descriptor's other end is closed</td></tr>
 * </table>
 *
 * @param tool    which program
 * @param program where it is
 */
public record UserNetwork(Tool tool, Path program) {
    /** The programs that can do it, the better one first. */
    public enum Tool {
        /** Of Debian's package passt. */
        PASTA("pasta", PastaArguments.RESOLVER),
        /** Of Debian's package of that name. */
        SLIRP4NETNS("slirp4netns", SlirpArguments.RESOLVER);

        private final String command;
        private final String resolver;

        Tool(String command, String resolver) {
            this.command = command;
            this.resolver = resolver;
        }

        /** The program's name. */
        public String command() {
            return command;
        }
    }

    /**
     * The better of the programs that are installed.
     *
     * @param path where to look: PATH; the usual directories if empty
     */
    public static Optional<UserNetwork> find(String path) {
        for (Tool tool : Tool.values()) {
            Optional<UserNetwork> found = find(tool, path);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** One of them, if it is installed. */
    public static Optional<UserNetwork> find(Tool tool, String path) {
        return OnPath.find(tool.command, path).map(file -> new UserNetwork(tool, file));
    }

    /** What to say where none is installed. */
    public static NetworkException noProgram() {
        return new NetworkException(
                NetworkException.Kind.UNSUPPORTED,
                "an ordinary user's container has no network here: neither pasta nor slirp4netns is installed"
                        + "\n  likely cause: only root may make interfaces on the host; for others a program must speak"
                        + "\n  mend: apt-get install -y passt, as root; or run with --network none");
    }

    /** Where the host's resolver answers inside: the name server for the container's resolv.conf(5). */
    public InetAddress resolver() {
        return InetAddress.ofLiteral(tool.resolver);
    }

    /** Whether who connects to a published port is seen inside by their own address. */
    public boolean keepsAddresses() {
        return tool == Tool.PASTA;
    }

    /**
     * Refuses ports that the program cannot lead inside, before anything is made.
     *
     * @param ports ports with numbers
     */
    public void check(List<PortMapping> ports) {
        Set<String> taken = new HashSet<>();
        for (PortMapping port : ports) {
            if (port.protocol() == Protocol.SCTP) {
                throw refused(port, tool.command + " knows TCP and UDP only", "leave it out");
            }
            boolean six = port.address().map(a -> a.getAddress().length > 4).orElse(false);
            if (six && tool == Tool.SLIRP4NETNS) {
                throw refused(
                        port,
                        "slirp4netns takes published ports by IPv4 only",
                        "apt-get install -y passt, as root, which is used then; or leave the address out");
            }
            if (!taken.add(port.host() + "/" + port.protocol().word())) {
                throw refused(
                        port,
                        tool.command + " takes a port of the host once, on one address or on all",
                        "publish it on all addresses, or on another port");
            }
        }
    }

    private static NetworkException refused(PortMapping port, String cause, String mend) {
        return new NetworkException(
                NetworkException.Kind.UNSUPPORTED,
                "--publish: port " + port.host() + "/" + port.protocol().word()
                        + " cannot lead to an ordinary user's container" + "\n  likely cause: " + cause + "\n  mend: "
                        + mend);
    }

    /**
     * Gives a process's network namespace its network; returns when interface, addresses, routes and ports are there. The
     * program ends when the process has ended; slirp4netns ends with this JVM too.
     *
     * @param pid   a process in a user namespace and a network namespace of the caller's own
     * @param ports the host's ports that lead inside, each with its number
     * @throws NetworkException if the program refuses: a port is in use, the host has no network
     */
    public void attach(int pid, List<PortMapping> ports) {
        check(ports);
        switch (tool) {
            case PASTA -> Pasta.start(program, pid, ports);
            case SLIRP4NETNS -> {
                // The writing end is this JVM's: the container ends with the JVM, and slirp4netns with the container.
                Pipe life = Pipe.open();
                Slirp started;
                try (Fd reader = life.reader()) {
                    started = Slirp.start(program, pid, ports, reader, Optional.empty());
                } catch (RuntimeException e) {
                    life.writer().close();
                    throw e;
                }
                started.endWith(pid, life.writer());
            }
        }
    }

    /**
     * As {@link #attach(int, List)}, for a process that outlives this JVM.
     *
     * @param life for slirp4netns, which does not end by itself: a descriptor whose other end is closed when the container
     *     ends, such as a FIFO that its monitor has open for writing. It stays the caller's
     */
    public void attach(int pid, List<PortMapping> ports, Fd life) {
        check(ports);
        switch (tool) {
            case PASTA -> Pasta.start(program, pid, ports);
            case SLIRP4NETNS ->
                Slirp.start(program, pid, ports, life, Optional.empty()).forget();
        }
    }
}
