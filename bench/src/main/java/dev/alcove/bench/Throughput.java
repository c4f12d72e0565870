package dev.alcove.bench;

import dev.alcove.network.HostNetwork;
import dev.alcove.network.JoinRequest;
import dev.alcove.network.NetworkRequest;
import dev.alcove.network.Networks;
import dev.alcove.network.Plug;
import dev.alcove.network.PlugRequest;
import dev.alcove.network.ResolverOptions;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;

/** TCP between two containers on one bridge, by iperf3: with Alcove's wires, and with wires made by ip(8). */
final class Throughput {
    private static final String SECONDS = "2";

    private final Networks networks;
    private final Path folder;
    private final String ip;
    private int next;

    Throughput(Path folder, String ip) throws IOException {
        this.folder = folder;
        this.ip = ip;
        this.networks = Networks.at(folder, HostNetwork.current());
        networks.create(NetworkRequest.bridge("through"));
        say(ip + " link add hand0 type bridge; " + ip + " address add 10.81.0.1/24 dev hand0; " + ip
                + " link set hand0 up");
    }

    private static void say(String script) throws IOException {
        Process process = new ProcessBuilder("sh", "-ec", script).inheritIO().start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("failed: " + script);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bits a second between two containers that Alcove wired. */
    double alcove() throws IOException {
        try (Plug server = plug();
                Plug client = plug()) {
            return between(
                    server::connect,
                    client::connect,
                    server.endpoint()
                            .joined()
                            .getFirst()
                            .addresses()
                            .getFirst()
                            .address()
                            .getHostAddress());
        }
    }

    private Plug plug() {
        String id = "t" + next++;
        return networks.plug(new PlugRequest(
                id,
                id,
                id,
                List.of(JoinRequest.of("through")),
                List.of(),
                List.of(),
                ResolverOptions.hosts(),
                List.of(),
                folder.resolve("lock-" + id)));
    }

    /** Bits a second between two containers that ip(8) wired. */
    double byHand() throws IOException {
        return between(pid -> byHand(pid, 2), pid -> byHand(pid, 3), "10.81.0.2");
    }

    private void byHand(int pid, int last) {
        try {
            say(ip + " link add hand" + last + " master hand0 up type veth peer name eth0 netns " + pid
                    + "; nsenter --net=/proc/" + pid + "/ns/net " + ip + " -batch - <<.\n"
                    + "address add 10.81.0." + last + "/24 dev eth0\nlink set eth0 up\n"
                    + "route add default via 10.81.0.1\n.\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static double between(IntConsumer serverWire, IntConsumer clientWire, String address) throws IOException {
        ContainerBuilder server = new ContainerBuilder("iperf3", "-s", "-1", "--forceflush").prepare(serverWire);
        try (Container listening = server.start();
                BufferedReader said = new BufferedReader(
                        new InputStreamReader(listening.process().getInputStream(), StandardCharsets.UTF_8))) {
            String line = said.readLine();
            while (line != null && !line.contains("listening")) {
                line = said.readLine();
            }
            ContainerBuilder client = new ContainerBuilder(
                            "sh", "-c", "iperf3 -f k -c " + address + " -t " + SECONDS + " | grep receiver")
                    .prepare(clientWire);
            try (Container c = client.start()) {
                String result = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (c.waitFor() != 0) {
                    throw new IOException("iperf3: " + result);
                }
                // [  5]   0.00-2.00   sec  5.01 GBytes  21500000 Kbits/sec                  receiver
                String[] words = result.strip().split(" +", -1);
                return Double.parseDouble(words[words.length - 3]) * 1000;
            }
        }
    }
}
