package dev.alcove.cli;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.network.Endpoint;
import dev.alcove.network.Networks;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Running containers that are connected to networks, and taken off. */
final class NetworkMembers {
    private NetworkMembers() {}

    /** A container that runs. */
    record Running(StoredContainer container, int pid) {}

    static Running running(Shell shell, String reference) {
        StoredContainer container = ContainerStore.standard(shell.environment()).find(reference);
        if (container.status() != StoredContainer.Status.RUNNING) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    "container " + container.name() + " is not running"
                            + "\n  likely cause: it has ended, and its network with it"
                            + "\n  mend: alcove run --network starts one on a network; several are possible");
        }
        return new Running(container, container.pid().orElseThrow());
    }

    static Optional<Endpoint> endpoint(Networks networks, String id) {
        return networks.endpoints().stream()
                .filter(e -> e.container().equals(id))
                .findFirst();
    }

    /** Refuses a container whose network is not its own: what is done there would be done to others. */
    static void checkOwn(Shell shell, Running running) {
        String theirs = network(running.pid());
        boolean host = theirs.equals(network(ProcessHandle.current().pid()));
        String whose = host ? "the host's" : "";
        for (StoredContainer other :
                ContainerStore.standard(shell.environment()).list()) {
            boolean another = !other.id().equals(running.container().id());
            if (another
                    && other.status() == StoredContainer.Status.RUNNING
                    && other.pid().isPresent()
                    && network(other.pid().getAsInt()).equals(theirs)) {
                whose = whose.isEmpty() ? "that of container " + other.name() : whose;
            }
        }
        if (!whose.isEmpty()) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    "container " + running.container().name() + " has no network of its own: it is " + whose
                            + "\n  mend: start it with --network none or on a network");
        }
    }

    private static String network(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns", NamespaceKind.NET.fileName()))
                    .toString();
        } catch (IOException e) {
            return "ended";
        }
    }
}
