package dev.alcove.cli;

import dev.alcove.network.UserNetwork;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.NetworkFlag;
import dev.alcove.spec.PortMapping;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** An ordinary user's container for which a program speaks, pasta(1) or slirp4netns(1); it ends with the container. */
final class ProgramNetwork implements RunNetwork {
    private final UserNetwork network;
    private final List<PortMapping> ports;

    private ProgramNetwork(UserNetwork network, List<PortMapping> ports) {
        this.network = network;
        this.ports = ports;
    }

    static ProgramNetwork of(
            Shell shell, String program, NetworkWish wish, ContainerBuilder builder, Set<String> mounted) {
        UserNetwork.Tool tool =
                program.equals(NetworkFlag.PROGRAMS.getFirst()) ? UserNetwork.Tool.PASTA : UserNetwork.Tool.SLIRP4NETNS;
        UserNetwork network = UserNetwork.find(tool, shell.variable("PATH")).orElseThrow(() -> missing(program));
        if (!mounted.contains(ResolvText.FILE)) {
            builder.file(ResolvText.FILE, ResolvText.of(wish, network.resolver()));
        }
        List<PortMapping> ports = new ArrayList<>();
        for (PortMapping port : wish.ports()) {
            ports.add(port.host() == 0 || port.last() > port.host() ? numbered(port) : port);
        }
        network.check(ports);
        return new ProgramNetwork(network, ports);
    }

    private static ContainerException missing(String program) {
        String debian = program.equals("pasta") ? "passt" : program;
        return new ContainerException(
                ContainerException.Kind.NOT_FOUND,
                "--network: " + program + " is not installed"
                        + "\n  likely cause: it is not on PATH"
                        + "\n  mend: as root: apt-get install -y " + debian);
    }

    /** One that is free at this moment: the program takes numbers only. */
    private static PortMapping numbered(PortMapping port) {
        if (port.protocol() != PortMapping.Protocol.TCP) {
            throw new UsageException(
                    "run",
                    "--publish: " + port.text() + ": without root, a port of the host's is to be named for "
                            + port.protocol().word());
        }
        for (int number = port.host(); number <= port.last(); number++) {
            OptionalInt free = free(port, number);
            if (free.isPresent()) {
                return port.at(free.getAsInt());
            }
        }
        throw new ContainerException(
                ContainerException.Kind.CONFLICT,
                "--publish: " + port.text() + ": none of these ports is free\n  mend: ss -lnt shows who has them");
    }

    /** A port, or any for 0, if nobody has it. */
    private static OptionalInt free(PortMapping port, int number) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(
                    port.address().isPresent()
                            ? new InetSocketAddress(port.address().get(), number)
                            : new InetSocketAddress(number));
            return OptionalInt.of(socket.getLocalPort());
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }

    @Override
    public void prepare(ContainerBuilder builder, boolean detach) {
        if (detach && network.tool() == UserNetwork.Tool.SLIRP4NETNS) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    "-d: slirp4netns does not outlive this command"
                            + "\n  likely cause: pasta, which does, is not installed"
                            + "\n  mend: as root: apt-get install -y passt; or --network none");
        }
        builder.prepare(pid -> network.attach(pid, ports));
    }

    @Override
    public void plug(ContainerBuilder builder, StoredContainer recorded) {}

    @Override
    public void started(boolean detached) {}

    @Override
    public List<String> explain(ContainerBuilder builder) {
        builder.prepare(pid -> {});
        return List.of(network.program() + " is started while the container waits for what Java prepares");
    }

    @Override
    public void close() {}
}
