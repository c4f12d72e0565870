package dev.alcove.network;

import dev.alcove.linux.Flock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reserves places on the default network, as fast as it can, prints them, and ends without a word when its standard input
 * does. Arguments: the state folder, how many, the beginning of the containers' ids.
 */
final class ProcessesMain {
    private ProcessesMain() {}

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]);
        List<Flock> monitors = new ArrayList<>();
        Networks networks = Networks.at(root, HostNetwork.current());
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            String id = args[2] + i;
            Path alive = root.resolve("alive-" + id);
            monitors.add(Flock.exclusive(alive));
            Plug plug = networks.plug(new PlugRequest(
                    id,
                    id,
                    id,
                    List.of(JoinRequest.of(NetworkConfig.DEFAULT)),
                    List.of(),
                    List.of(),
                    ResolverOptions.hosts(),
                    List.of(),
                    alive));
            plug.started();
            System.out.println(plug.endpoint().joined().getFirst().addresses().getFirst());
        }
        System.out.println("done");
        if (System.in.read() >= 0 || monitors.isEmpty()) {
            throw new AssertionError();
        }
    }
}
