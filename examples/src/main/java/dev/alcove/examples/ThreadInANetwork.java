package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.Namespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** This JVM listens in a container's network, on a port that is not taken outside. */
public final class ThreadInANetwork {
    private ThreadInANetwork() {}

    /** Opens a socket inside, connects to it from inside, and accepts outside. */
    public static void main(String[] arguments) throws IOException {
        // @start region="in"
        try (Container room =
                        new ContainerBuilder("sleep", "60").hostname("room").start();
                ServerSocket server = Namespaces.of(room).in(NamespaceKind.NET, () -> new ServerSocket(80))) {
            InetAddress here = InetAddress.getLoopbackAddress();
            try (Socket client = Namespaces.of(room).in(NamespaceKind.NET, () -> new Socket(here, 80));
                    Socket accepted = server.accept()) {
                System.out.println("connected inside: " + (accepted.getPort() == client.getLocalPort()));
            }
            String name = Namespaces.of(room).in(NamespaceKind.MOUNT, () -> Files.readString(Path.of("/etc/hostname")));
            System.out.println("name inside: " + name.strip());
            try {
                Namespaces.of(room).in(NamespaceKind.USER, () -> "never");
            } catch (ContainerException e) {
                System.out.println("users: " + e.kind());
            }
        }
        // @end
    }
}
