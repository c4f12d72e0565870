package dev.alcove.network;

import dev.alcove.linux.Flock;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A host for one test: a network namespace of its own with nothing but its loopback, a state folder, and things like
 * containers: processes with network namespaces of their own that wait to be ended. It all ends with {@link #close}.
 */
final class NetworkRoom implements AutoCloseable {
    private final Namespace namespace;
    private final Path root;
    private final List<Fake> fakes = new ArrayList<>();

    NetworkRoom(Path root) {
        Needs.root();
        this.root = root;
        this.namespace = NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            dev.alcove.linux.Links.loopbackUp();
            return Namespace.ofThread(NamespaceKind.NET).orElseThrow();
        });
    }

    HostNetwork host() {
        return HostNetwork.of(namespace);
    }

    Namespace namespace() {
        return namespace;
    }

    Path root() {
        return root;
    }

    Networks networks() {
        return Networks.at(root, host());
    }

    Networks networks(Steps steps) {
        return Networks.at(root, host(), steps);
    }

    /** A process in a network namespace of its own. */
    Fake fake() {
        Fake fake = new Fake();
        fakes.add(fake);
        return fake;
    }

    /** What a container of that id wants: anything on these networks. */
    PlugRequest request(String container, String... networks) {
        List<JoinRequest> joins = new ArrayList<>();
        for (String network : networks) {
            joins.add(JoinRequest.of(network));
        }
        return request(container, joins);
    }

    PlugRequest request(String container, List<JoinRequest> joins) {
        return new PlugRequest(
                container,
                container,
                container,
                joins,
                List.of(),
                List.of(),
                ResolverOptions.hosts(),
                List.of(),
                alive(container));
    }

    /** The file that a container's monitor would hold locked. */
    Path alive(String container) {
        return root.resolve("lock-of-" + container);
    }

    /** Plays the monitor. */
    Flock monitor(String container) {
        return Flock.exclusive(alive(container));
    }

    /** What a command says that is run on this host. */
    String run(String... command) {
        return run(namespace, command);
    }

    static String run(Namespace in, String... command) {
        return NamespaceThread.create().join(in).call(() -> {
            try {
                Process process =
                        new ProcessBuilder(command).redirectErrorStream(true).start();
                process.getOutputStream().close();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    process.destroyForcibly();
                    throw new AssertionError(List.of(command) + " failed: " + said);
                }
                return said;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Names of the host's interfaces. */
    List<String> links() {
        return in(net ->
                net.links().list().stream().map(dev.alcove.linux.Link::name).toList());
    }

    <T> T in(java.util.function.Function<Netlink, T> look) {
        return host().in(() -> {
            try (Netlink net = Netlink.open()) {
                return look.apply(net);
            }
        });
    }

    @Override
    public void close() {
        fakes.forEach(Fake::close);
        namespace.close();
    }

    /** A process that waits in a network namespace of its own. */
    static final class Fake implements AutoCloseable {
        private final Process process;
        private final Namespace namespace;

        Fake() {
            try {
                process = new ProcessBuilder("unshare", "--net", "--", "sh", "-c", "echo ready; read -r line")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                int first = process.getInputStream().read();
                if (first != 'r') {
                    throw new AssertionError("the process did not start");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Optional<Namespace> net = Namespace.of(NamespaceKind.NET, pid());
            namespace = net.orElseThrow();
        }

        int pid() {
            return (int) process.pid();
        }

        Namespace namespace() {
            return namespace;
        }

        String run(String... command) {
            return NetworkRoom.run(namespace, command);
        }

        @Override
        public void close() {
            namespace.close();
            process.destroyForcibly();
            try {
                process.waitFor();
                process.getInputStream().close();
                process.getOutputStream().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
