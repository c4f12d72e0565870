package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two namespaces and a wire between: Java's sockets on threads inside reach each other and nobody else. */
class VethTrafficTest {
    private static final int TIMEOUT_MS = 30_000;

    @Test
    void carriesTrafficBothWaysInBothFamilies() throws Exception {
        try (NetworkNamespaceThread left = new NetworkNamespaceThread("left");
                NetworkNamespaceThread right = new NetworkNamespaceThread("right")) {
            left.run(() -> {
                try (Netlink net = Netlink.open()) {
                    Link link = net.links()
                            .addVeth(
                                    NewLink.named("eth0").mac(Mac.parse("02:00:00:00:00:01")),
                                    NewLink.named("eth0").in(right.namespace()));
                    configure(net, link, "10.9.0.1/24", "fd09::1/64");
                }
            });
            right.run(() -> {
                try (Netlink net = Netlink.open()) {
                    configure(net, net.links().get("eth0"), "10.9.0.2/24", "fd09::2/64");
                    awaitRunning(net);
                }
            });
            left.run(() -> {
                try (Netlink net = Netlink.open()) {
                    awaitRunning(net);
                }
            });
            assertSpeaks(left, right, Cidr.parseAddress("10.9.0.2"));
            assertSpeaks(right, left, Cidr.parseAddress("10.9.0.1"));
            assertSpeaks(left, right, Cidr.parseAddress("fd09::2"));
            assertSpeaks(right, left, Cidr.parseAddress("fd09::1"));
            try (Netlink outside = Netlink.open()) {
                assertThat(outside.addresses().list())
                        .extracting(LinkAddress::address)
                        .doesNotContain(Cidr.parse("10.9.0.1/24"), Cidr.parse("10.9.0.2/24"));
            }
        }
    }

    @Test
    void aBareNamespaceReachesNothing() throws Exception {
        try (NetworkNamespaceThread inside = new NetworkNamespaceThread("inside")) {
            assertThatThrownBy(() -> inside.call(() -> {
                        try (Socket socket = new Socket()) {
                            socket.connect(new InetSocketAddress(Cidr.parseAddress("10.9.0.1"), 9), TIMEOUT_MS);
                            return true;
                        }
                    }))
                    .isInstanceOf(IOException.class);
        }
    }

    private static void configure(Netlink net, Link link, String v4, String v6) {
        net.addresses().add(link, Cidr.parse(v4));
        net.addresses().addNoDad(link, Cidr.parse(v6));
        net.links().up(link);
    }

    /** The carrier comes from a kernel worker a moment after both ends are up. */
    private static void awaitRunning(Netlink net) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        while (!net.links().get("eth0").running() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(net.links().get("eth0").running()).isTrue();
    }

    private static void assertSpeaks(NetworkNamespaceThread client, NetworkNamespaceThread server, InetAddress at)
            throws Exception {
        ServerSocket listener = server.call(() -> new ServerSocket(0, 1, at));
        try (listener) {
            listener.setSoTimeout(TIMEOUT_MS);
            CompletableFuture<Integer> heard = server.start(() -> {
                try (Socket socket = listener.accept()) {
                    socket.setSoTimeout(TIMEOUT_MS);
                    int question = socket.getInputStream().read();
                    socket.getOutputStream().write(question + 1);
                    return question;
                }
            });
            int answer = client.call(() -> {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(at, listener.getLocalPort()), TIMEOUT_MS);
                    socket.setSoTimeout(TIMEOUT_MS);
                    socket.getOutputStream().write(41);
                    return socket.getInputStream().read();
                }
            });
            assertThat(answer).isEqualTo(42);
            assertThat(heard.get(TIMEOUT_MS, TimeUnit.MILLISECONDS)).isEqualTo(41);
        }
    }
}
