package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Namespaces;
import java.net.ServerSocket;

/**
 * {@code CLONE_NEWNET}, for which the documents have words and no program: a network stack of its own, with devices,
 * routes and ports. Two programs listen on one port, since each has all ports for itself.
 */
public final class Network {
    private Network() {}

    /** Shows the devices and routes inside, then takes one port on both sides. */
    public static void main(String[] arguments) throws Exception {
        Session.say("Parent - start a container!", "clone(2) with CLONE_NEWNET among others");
        try (Container room = new ContainerBuilder("sh", "-c", "echo 'Container - inside the container!'; exec sh")
                        .redirectErrorStream(true)
                        .start();
                Session inside = new Session(room)) {
            inside.says("");
            inside.run("ls /sys/class/net", "one device, the loopback: it meets nobody");
            inside.run("wc -l < /proc/net/route", "a heading and no route");
            Session.outside("ls -d /sys/class/net/lo", "outside has a loopback too, another one");
            try (ServerSocket out = new ServerSocket(0)) {
                int port = out.getLocalPort();
                Session.say("outside listens on port " + port, "an ordinary socket of this JVM");
                try (ServerSocket in = Namespaces.of(room).in(NamespaceKind.NET, () -> new ServerSocket(port))) {
                    Session.say("inside listens on port " + in.getLocalPort(), "the same JVM, the other network");
                }
            }
        }
        Session.say("Parent - container stopped!", "");
    }
}
