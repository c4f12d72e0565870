package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.NamespaceThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes at once on one state folder. */
class ProcessesTest {
    private static final int PROCESSES = 3;
    private static final int EACH = 40;

    @TempDir
    private Path root;

    @Test
    void noAddressIsGivenTwiceAndTheDefaultNetworkIsMadeOnce() throws Exception {
        try (NetworkRoom room = new NetworkRoom(root)) {
            List<Process> processes = new ArrayList<>();
            List<String> addresses = new ArrayList<>();
            try {
                NamespaceThread.create().join(room.namespace()).call(() -> {
                    for (int i = 0; i < PROCESSES; i++) {
                        processes.add(start(i));
                    }
                    return processes;
                });
                for (Process process : processes) {
                    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                    String line = said.readLine();
                    while (line != null && !line.equals("done")) {
                        addresses.add(line);
                        line = said.readLine();
                    }
                    assertThat(line)
                            .as("the process reached its end: %s", addresses)
                            .isEqualTo("done");
                }
                assertThat(addresses).hasSize(PROCESSES * EACH).doesNotHaveDuplicates();
                Networks networks = room.networks();
                NetworkConfig network = networks.find(NetworkConfig.DEFAULT);
                assertThat(networks.list()).containsExactly(network);
                assertThat(addresses)
                        .allMatch(a -> network.subnets()
                                .getFirst()
                                .network()
                                .contains(Cidr.parse(a).address()));
                assertThat(networks.endpoints()).hasSize(PROCESSES * EACH);
                assertThat(room.links()).containsExactlyInAnyOrder("lo", "alcove0");
            } finally {
                for (Process process : processes) {
                    process.getOutputStream().close();
                    process.waitFor();
                    process.getInputStream().close();
                }
            }
            // They ended without releasing anything.
            assertThat(room.networks().endpoints()).isEmpty();
            assertThat(new StateFolder(root)
                            .leases(room.networks().find(NetworkConfig.DEFAULT).id())
                            .list())
                    .isEmpty();
        }
    }

    private Process start(int number) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProcessesMain.class.getName(),
                        root.toString(),
                        Integer.toString(EACH),
                        "p" + number + "-")
                .redirectErrorStream(true)
                .start();
    }
}
