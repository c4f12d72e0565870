package dev.alcove.cli;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Flock;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Signal;
import dev.alcove.network.HostNetwork;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.Networks;
import dev.alcove.network.UserNetwork;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerBuilder.Room;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.ContainerStore.NewContainer;
import dev.alcove.runtime.EnterBuilder;
import dev.alcove.runtime.Rootfs;
import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.NetworkFlag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An ordinary user's own house: a user, a network and a mount namespace in which that user is root, so that networks can be
 * made there as root makes them on the host. A command that is about networks executes itself in there. A small process
 * holds it, pasta(1) is its way out; both end when the last network is removed.
 *
 * <pre>
 *   ROOT/house/       the holder, recorded as a container: its lock says whether it lives
 *   ROOT/house.used   locked, shared, by every command that is in there; whoever has it alone may end the house
 * </pre>
 *
 * <p>Containers on its networks are in its user namespace, as those of root are in the host's: they are kept apart from the
 * user's other processes by all the rest, and from the host's root by that one.
 */
final class House {
    /** Set for commands that are in it. */
    static final String VARIABLE = "ALCOVE_IN_HOUSE";

    private static final String NAME = "house";
    private static final List<String> COMMANDS = List.of(
            "network create",
            "network inspect",
            "network rm",
            "network connect",
            "network disconnect",
            "network prune",
            "network dns",
            "network router");
    private static final List<String> ENDING = List.of("network rm", "network prune");
    /** Longer than any machine runs; "infinity" is not known to every sleep(1). */
    private static final String FOREVER = "2147483647";

    private final Shell shell;
    private final Path root;
    private final ContainerStore store;

    private House(Shell shell) {
        this.shell = shell;
        this.root = HostNetworks.root(shell);
        this.store = ContainerStore.at(root.resolve(NAME));
    }

    /** Whether a command is to be executed in there. */
    static boolean takes(Shell shell, String command, Arguments arguments) {
        boolean about = COMMANDS.contains(command) || (command.equals("run") && joins(arguments));
        return about
                && shell.variable(VARIABLE).isEmpty()
                && !Capabilities.ofThread().effective().contains(Capability.NET_ADMIN);
    }

    private static boolean joins(Arguments arguments) {
        for (String text : arguments.all("network")) {
            if (NetworkFlag.parse("--network", text) instanceof NetworkFlag.Joined) {
                return true;
            }
        }
        return false;
    }

    /**
     * Executes a command in there.
     *
     * @param words all of it
     * @return its exit status
     */
    static int run(Shell shell, String command, Arguments arguments, List<String> words) {
        if (command.equals("run") && (!arguments.all("publish").isEmpty() || arguments.has("publish-all"))) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    "--publish: ports cannot lead to a container on an ordinary user's networks"
                            + "\n  likely cause: pasta, their way out, takes ports at its own start alone"
                            + "\n  mend: --network pasta, which takes them; or run as root");
        }
        return new House(shell).run(command, words);
    }

    private int run(String command, List<String> words) {
        makeRoot();
        int status;
        try (Flock used = Flock.shared(root.resolve("house.used"))) {
            StoredContainer holder = holder();
            EnterBuilder enter = new EnterBuilder(OwnCommand.words(words))
                    .target(holder)
                    .join(List.of(NamespaceKind.USER, NamespaceKind.NET, NamespaceKind.MOUNT))
                    .directory(shell.directory());
            enter.environment().putAll(shell.environment());
            enter.environment().put("ALCOVE_ROOT", root.toString());
            enter.environment().put(VARIABLE, "1");
            status = used.fd().isOpen()
                    ? TaskRun.run(
                            shell,
                            () -> enter.redirect(shell.in(), shell.output(), shell.error())
                                    .start())
                    : 0;
        }
        if (ENDING.contains(command)) {
            endIfEmpty();
        }
        return status;
    }

    private void makeRoot() {
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<StoredContainer> found() {
        for (StoredContainer container : store.list()) {
            if (container.pid().isPresent()) {
                return Optional.of(container);
            }
        }
        return Optional.empty();
    }

    /** Who holds it; started where nobody does. */
    private StoredContainer holder() {
        try (Flock making = Flock.exclusive(root.resolve("house.lock"))) {
            Optional<StoredContainer> found = found();
            if (found.isPresent() && making.fd().isOpen()) {
                return found.get();
            }
            UserNetwork way = UserNetwork.find(UserNetwork.Tool.PASTA, shell.variable("PATH"))
                    .orElse(null);
            if (way == null) {
                shell.err()
                        .print("alcove: this user's networks have no way out: pasta is not installed (apt-get install -y"
                                + " passt)\n");
            }
            ContainerBuilder builder = new ContainerBuilder("sleep", FOREVER).rootfs(Rootfs.inherited());
            for (NamespaceKind kind :
                    List.of(NamespaceKind.PID, NamespaceKind.IPC, NamespaceKind.UTS, NamespaceKind.CGROUP)) {
                builder.room(kind, new Room.Host());
            }
            if (way != null) {
                builder.prepare(pid -> way.attach(pid, List.of()));
            }
            try (NewContainer recorded = store.create(builder, NAME, NAME, "KILL", true, true)) {
                builder.start().close();
                return recorded.container();
            }
        }
    }

    /** Ends it when there is no network any more, but for the default one without containers, and nobody is in it. */
    private void endIfEmpty() {
        Optional<Flock> alone = Flock.tryExclusive(root.resolve("house.used"));
        if (alone.isEmpty()) {
            return;
        }
        try (Flock nobodyElse = alone.get()) {
            Networks networks = Networks.at(root, HostNetwork.current());
            boolean rest = networks.list().stream()
                    .map(NetworkConfig::name)
                    .anyMatch(name -> !name.equals(NetworkConfig.DEFAULT));
            if (rest || !nobodyElse.fd().isOpen()) {
                return;
            }
            for (StoredContainer holder : store.list()) {
                if (holder.pid().isPresent()) {
                    holder.signal(Signal.KILL);
                    holder.waitFor();
                }
            }
        }
    }
}
