package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.network.UserNetwork;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An ordinary user's container with a network of its own, by pasta and by slirp4netns. */
class UserNetworkTest {
    @TempDir
    private Path folder;

    /** The user's JVM: a container with a program, and two ports. */
    static final class Run {
        private Run() {}

        public static void main(String[] args) throws Exception {
            UserNetwork network = UserNetwork.find(UserNetwork.Tool.valueOf(args[0]), System.getenv("PATH"))
                    .orElseThrow();
            int host = Integer.parseInt(args[1]);
            List<PortMapping> ports = List.of(
                    new PortMapping(Optional.empty(), host, 80, Protocol.TCP),
                    new PortMapping(Optional.empty(), host, 80, Protocol.UDP));
            ContainerBuilder builder = new ContainerBuilder("sh", "-c", Files.readString(Path.of(args[2]))).inheritIO();
            builder.prepare(pid -> network.attach(pid, ports));
            try (Container container = builder.start()) {
                System.exit(container.waitFor());
            }
        }
    }

    /** The user's words to run a container with this script. */
    private String run(UserNetwork.Tool tool, String script) throws IOException {
        Path file = Files.createTempFile(folder, "inside", ".sh");
        Files.writeString(file, script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return "exec $JAVA 'dev.alcove.it.UserNetworkTest$Run' " + tool + " 8080 " + file;
    }

    private void server(UserRoom room, UserNetwork.Tool tool) throws IOException {
        Path log = folder.resolve("log");
        room.background(run(tool, """
                socat TCP6-LISTEN:80,fork SYSTEM:'echo "from $SOCAT_PEERADDR"' &
                socat UDP6-RECVFROM:80,fork SYSTEM:'echo "from $SOCAT_PEERADDR"' &
                wait
                """), log);
        boolean answers = Wait.within(
                Duration.ofSeconds(30),
                () -> room.attempt("timeout 2 socat -u TCP:127.0.0.1:8080 -")
                        .text()
                        .contains("from"));
        assertThat(answers).as(Files.readString(log)).isTrue();
    }

    @Test
    void pastaHasTheHostsAddressesAndKeepsTheClients() throws Exception {
        Needs.programs("passt", "pasta");
        try (UserRoom room = UserRoom.of(folder)) {
            Said inside = room.user(run(
                    UserNetwork.Tool.PASTA,
                    "ip -br addr show up0; ip route; ip -6 route show default; ip -br link show lo"));
            assertThat(inside.text())
                    .contains("192.0.2.2/24", "2001:db8::2/64")
                    .contains("default via 192.0.2.1 dev up0", "default via 2001:db8::1 dev up0");
            server(room, UserNetwork.Tool.PASTA);
            assertThat(room.peerReads("TCP:192.0.2.2:8080")).contains("from [0000:0000:0000:0000:0000:ffff:c000:0201]");
            assertThat(room.peerReads("TCP:[2001:db8::2]:8080")).contains("2001:0db8:0000:0000:0000:0000:0000:0001");
            assertThat(room.say("socat -u TCP:127.0.0.1:8080 -")).contains("from");
            room.say("kill $(pgrep -f UserNetworkTest)");
            Wait.until("pasta has ended", () -> room.attempt("pgrep pasta").status() != 0);
        }
    }
}
