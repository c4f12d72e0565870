package dev.alcove.examples;

import dev.alcove.linux.Links;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.network.EtcFile;
import dev.alcove.network.HostNetwork;
import dev.alcove.network.NetworkRequest;
import dev.alcove.network.Networks;
import dev.alcove.network.Plug;
import dev.alcove.network.PlugRequest;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two containers on a network of their own; one asks for the other by its name. The host that they are on is a network
 * namespace made for this, so that nothing comes to be on the machine itself.
 */
public final class TwoOnANetwork {
    private TwoOnANetwork() {}

    /** Prints the address of the one, as the other finds it. */
    public static void main(String[] arguments) throws Exception {
        Path root = Files.createTempDirectory("alcove-example-");
        try (Namespace house = NamespaceThread.create()
                .unshare(NamespaceKind.NET)
                .call(() -> {
                    Links.loopbackUp();
                    return Namespace.ofThread(NamespaceKind.NET).orElseThrow();
                })) {
            // @start region="network"
            Networks networks = Networks.at(root, HostNetwork.of(house)); // or HostNetwork.current()
            networks.create(NetworkRequest.bridge("web"));
            ContainerBuilder db = new ContainerBuilder("cat");
            try (Plug plug = plugged(networks, root, db, "db");
                    Container running = db.start()) {
                plug.started();
                ContainerBuilder app = new ContainerBuilder("getent", "ahostsv4", "db").inheritIO();
                try (Plug own = plugged(networks, root, app, "app");
                        Container asking = app.start()) {
                    own.started();
                    System.out.println("it ended with " + asking.waitFor());
                }
                System.out.println(
                        "db is " + plug.endpoint().joined().getFirst().addresses());
                running.process().getOutputStream().close();
                running.waitFor();
            }
            networks.remove("web");
            // @end
        } finally {
            remove(root);
        }
    }

    // @start region="plug"
    /** Reserves a container's place on the network, and has it plugged in before its program starts. */
    private static Plug plugged(Networks networks, Path root, ContainerBuilder builder, String name) {
        // Held by the container's monitor as long as that lives: so others see that it does.
        Path alive = root.resolve(name + ".alive");
        builder.hold(alive);
        Plug plug = networks.plug(PlugRequest.of(builder.id(), name, alive, "web"));
        builder.prepare(plug::connect);
        for (EtcFile file : plug.files()) {
            builder.mount(OciMount.of(
                    file.inside(), "bind", file.outside().toString(), List.of("bind", file.writable() ? "rw" : "ro")));
        }
        return plug;
    }
    // @end

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
