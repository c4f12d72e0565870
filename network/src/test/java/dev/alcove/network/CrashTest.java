package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.NamespaceThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed before any of its steps: the next command finds nothing in its way, and nothing stays. */
class CrashTest {
    @TempDir
    private Path root;

    /** How often an act is killed before, of those of one name. */
    private static final int EACH = 2;

    /** The steps that a child came to. */
    private static List<String> child(NetworkRoom room, Path root, int step, int pid) {
        return NamespaceThread.create().join(room.namespace()).call(() -> {
            try {
                Process process = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CrashMain.class.getName(),
                                root.toString(),
                                Integer.toString(step),
                                Integer.toString(pid),
                                root.resolve("alive").toString())
                        .redirectErrorStream(true)
                        .start();
                process.getOutputStream().close();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                int status = process.exitValue();
                assertThat(status).as("step %s: %s", step, said).isEqualTo(step == 0 ? 0 : 128 + 9);
                List<String> steps = said.lines().toList();
                assertThat(steps).hasSizeGreaterThanOrEqualTo(step);
                return steps;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void theNextCommandClearsUpAfterKill9AtEachStep() throws Exception {
        try (NetworkRoom room = new NetworkRoom(root)) {
            List<String> steps = run(room, 0);
            // Every act is among them, those of a start, of a change, of an end, of a network.
            assertThat(steps)
                    .contains(
                            "take an address",
                            "record the endpoint",
                            "make the wire",
                            "give the interface its addresses",
                            "let the container go on",
                            "delete the interface",
                            "give the addresses back",
                            "remove the endpoint",
                            "make the bridge",
                            "set the bridge up",
                            "remove the bridge",
                            "remove the network's record");
            Map<String, Integer> seen = new HashMap<>();
            for (int step = 1; step <= steps.size(); step++) {
                if (seen.merge(steps.get(step - 1), 1, Integer::sum) <= EACH) {
                    assertThat(run(room, step)).isEqualTo(steps.subList(0, step));
                }
            }
            assertThat(seen).hasSizeGreaterThan(20);
        }
    }

    private List<String> run(NetworkRoom room, int step) throws IOException {
        Path state = Files.createDirectory(root.resolve("state" + step));
        List<String> steps;
        try (NetworkRoom.Fake container = new NetworkRoom.Fake()) {
            steps = child(room, state, step, container.pid());
        }
        check(room, state, "killed before step " + step + ", " + steps.getLast());
        return steps;
    }

    private static void check(NetworkRoom room, Path state, String said) throws IOException {
        Networks networks = Networks.at(state, room.host());
        // The next command is somebody else's start, on the same networks.
        try (NetworkRoom.Fake next = new NetworkRoom.Fake()) {
            for (String name : List.of("web", "third")) {
                if (networks.list().stream().noneMatch(n -> n.name().equals(name))) {
                    networks.create(NetworkRequest.bridge(name));
                }
            }
            PlugRequest request = new PlugRequest(
                    "next",
                    "",
                    "next",
                    List.of(JoinRequest.of("web"), JoinRequest.of("third"), JoinRequest.of(NetworkConfig.DEFAULT)),
                    List.of(),
                    List.of(),
                    ResolverOptions.hosts(),
                    List.of(),
                    state.resolve("next"));
            try (Plug plug = networks.plug(request)) {
                plug.connect(next.pid());
                for (Joined joined : plug.endpoint().joined()) {
                    String gateway = networks.find(joined.network())
                            .subnets()
                            .getFirst()
                            .gateway()
                            .orElseThrow()
                            .getHostAddress();
                    assertThat(next.run("busybox", "ping", "-c1", "-W5", gateway))
                            .as(said)
                            .contains("1 packets received");
                }
                assertThat(networks.endpoints())
                        .as(said)
                        .extracting(Endpoint::container)
                        .containsExactly("next");
            }
        }
        assertThat(networks.endpoints()).as(said).isEmpty();
        for (NetworkConfig network : networks.list()) {
            assertThat(new StateFolder(state).leases(network.id()).list())
                    .as(said)
                    .isEmpty();
            networks.remove(network.id());
        }
        assertThat(room.links()).as(said).containsExactly("lo");
        assertThat(left(state)).as(said).isEmpty();
    }

    /** Files of the state folder that are of no network any more. */
    private static List<Path> left(Path state) throws IOException {
        try (Stream<Path> files = Files.walk(state.resolve("network"))) {
            return files.filter(f -> !Files.isDirectory(f))
                    .filter(f -> !f.endsWith("lock"))
                    // What AtomicFile may leave, and nobody reads.
                    .filter(f -> !f.toString().endsWith(".tmp"))
                    .toList();
        }
    }
}
