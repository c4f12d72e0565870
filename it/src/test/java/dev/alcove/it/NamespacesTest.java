package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.Namespaces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Java code of this JVM in a container's namespaces. */
class NamespacesTest {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @BeforeAll
    static void root() {
        Needs.root();
    }

    private static Container room() {
        return new ContainerBuilder("sleep", "300").hostname("inside").start();
    }

    @Test
    void aServerSocketListensInside() throws IOException {
        try (Container room = room();
                ServerSocket outside = new ServerSocket(0, 1, LOOPBACK)) {
            Namespaces inside = Namespaces.of(room);
            int port = outside.getLocalPort();
            try (ServerSocket server = inside.in(NamespaceKind.NET, () -> new ServerSocket(port, 1, LOOPBACK));
                    Socket client = inside.in(NamespaceKind.NET, () -> new Socket(LOOPBACK, port));
                    Socket accepted = server.accept()) {
                client.getOutputStream().write("through".getBytes(UTF_8));
                client.shutdownOutput();
                assertThat(accepted.getInputStream().readAllBytes()).asString().isEqualTo("through");
                // The one outside, of the same number, heard nothing of it.
                outside.setSoTimeout(1);
                assertThatThrownBy(outside::accept).isInstanceOf(java.net.SocketTimeoutException.class);
                assertThat(Files.readString(Path.of("/proc/" + room.pid() + "/net/tcp6"))
                                + Files.readString(Path.of("/proc/" + room.pid() + "/net/tcp")))
                        .containsPattern(":" + String.format("%04X", port) + " [0-9A-F:]+ 0A ");
            }
        }
    }

    @Test
    void channelsAndASelectorOutside() throws IOException {
        try (Container room = room();
                Selector selector = Selector.open();
                ServerSocketChannel server = Namespaces.of(room)
                        .in(
                                NamespaceKind.NET,
                                () -> ServerSocketChannel.open().bind(new InetSocketAddress(LOOPBACK, 0)))) {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            var address = server.getLocalAddress();
            try (SocketChannel client = Namespaces.of(room).in(NamespaceKind.NET, () -> SocketChannel.open(address))) {
                assertThat(selector.select(10_000)).isOne();
                try (SocketChannel accepted = server.accept()) {
                    client.write(ByteBuffer.wrap("x".getBytes(UTF_8)));
                    ByteBuffer got = ByteBuffer.allocate(1);
                    accepted.configureBlocking(true);
                    assertThat(accepted.read(got)).isOne();
                }
            }
            assertThatThrownBy(() -> SocketChannel.open(address)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void datagrams() throws IOException {
        try (Container room = room();
                DatagramSocket receiver =
                        Namespaces.of(room).in(NamespaceKind.NET, () -> new DatagramSocket(0, LOOPBACK));
                DatagramSocket sender =
                        Namespaces.of(room).in(NamespaceKind.NET, () -> new DatagramSocket(0, LOOPBACK))) {
            byte[] text = "datagram".getBytes(UTF_8);
            sender.send(new DatagramPacket(text, text.length, receiver.getLocalSocketAddress()));
            DatagramPacket got = new DatagramPacket(new byte[64], 64);
            receiver.setSoTimeout(10_000);
            receiver.receive(got);
            assertThat(new String(got.getData(), 0, got.getLength(), UTF_8)).isEqualTo("datagram");
        }
    }

    @Test
    void interfacesAreThoseInside() throws IOException {
        try (Container room = room()) {
            var names = Namespaces.of(room)
                    .in(
                            NamespaceKind.NET,
                            () -> NetworkInterface.networkInterfaces()
                                    .filter(i -> i.inetAddresses().anyMatch(java.net.Inet4Address.class::isInstance))
                                    .map(NetworkInterface::getName)
                                    .toList());
            assertThat(names).containsExactly("lo");
            String devices = Namespaces.of(room)
                    .in(NamespaceKind.NET, () -> Files.readString(Path.of("/proc/thread-self/net/dev")));
            assertThat(devices.lines().skip(2)).hasSize(1);
        }
    }

    @Test
    void filesAreThoseInside() throws IOException {
        try (Container room = room()) {
            Namespaces inside = Namespaces.of(room);
            assertThat(inside.in(NamespaceKind.MOUNT, () -> Files.readString(Path.of("/etc/hostname"))))
                    .isEqualTo("inside\n");
            inside.in(NamespaceKind.MOUNT, () -> Files.writeString(Path.of("/tmp/alcove-test-note"), "from outside"));
            assertThat(Path.of("/tmp/alcove-test-note")).doesNotExist();
            assertThat(Path.of("/proc/" + room.pid() + "/root/tmp/alcove-test-note"))
                    .hasContent("from outside");
            long listed = inside.in(NamespaceKind.MOUNT, () -> {
                try (var entries = Files.list(Path.of("/root"))) {
                    return entries.count();
                }
            });
            assertThat(listed).isZero();
            // The JVM's other threads have not moved.
            assertThat(Path.of("").toAbsolutePath()).isEqualTo(Path.of(System.getProperty("user.dir")));
        }
    }

    @ParameterizedTest
    @CsvSource({"NET", "UTS", "IPC", "CGROUP"})
    void everyKindThatLeavesProcInSight(NamespaceKind kind) {
        try (Container room = room()) {
            String here = Namespaces.of(room.pid()).in(kind, () -> {
                try (Namespace now = Namespace.ofThread(kind).orElseThrow()) {
                    return now.toString();
                }
            });
            try (Namespace theirs = Namespace.of(kind, room.pid()).orElseThrow();
                    Namespace ours = Namespace.of(kind, SELF).orElseThrow()) {
                assertThat(here).isEqualTo(theirs.toString()).isNotEqualTo(ours.toString());
            }
        }
    }

    @Test
    void severalKindsAtOnceAndByTheirFiles() throws IOException {
        try (Container room = room()) {
            Set<NamespaceKind> kinds = EnumSet.of(NamespaceKind.NET, NamespaceKind.UTS, NamespaceKind.MOUNT);
            String both = Namespaces.of(room)
                    .in(
                            kinds,
                            () -> Files.readString(Path.of("/proc/sys/kernel/hostname"))
                                    + Files.readString(Path.of("/etc/hostname")));
            assertThat(both).isEqualTo("inside\ninside\n");
            Path ns = Path.of("/proc/" + room.pid() + "/ns");
            Namespaces files = Namespaces.of(ns.resolve("uts"), ns.resolve("mnt"));
            assertThat(files.in(
                            Set.of(NamespaceKind.UTS, NamespaceKind.MOUNT),
                            () -> Files.readString(Path.of("/proc/sys/kernel/hostname"))))
                    .isEqualTo("inside\n");
            assertThatThrownBy(() -> files.in(NamespaceKind.NET, () -> 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("NET");
            assertThatThrownBy(() -> Namespaces.of(ns.resolve("uts"), Path.of("/proc/self/ns/uts")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"USER, one thread", "TIME, clocks", "PID, children"})
    void kindsThatAThreadCannotEnter(NamespaceKind kind, String why) {
        try (Container room = room()) {
            assertThatThrownBy(() -> Namespaces.of(room).in(Set.of(kind, NamespaceKind.NET), () -> 1))
                    .isInstanceOfSatisfying(
                            ContainerException.class,
                            e -> assertThat(e.kind()).isEqualTo(ContainerException.Kind.UNSUPPORTED))
                    .hasMessageContaining(why)
                    .hasMessageContaining("ContainerBuilder");
        }
    }

    @Test
    void whatTheCodeThrowsComesBackUnchanged() {
        try (Container room = room()) {
            IOException checked = new IOException("from inside");
            assertThatThrownBy(() -> Namespaces.of(room).in(NamespaceKind.UTS, () -> {
                        throw checked;
                    }))
                    .isSameAs(checked);
        }
    }

    @Test
    void theThreadEndsAndVirtualOnesMayCall() throws InterruptedException {
        try (Container room = room()) {
            AtomicReference<Thread> used = new AtomicReference<>();
            Thread.ofVirtual()
                    .start(() -> used.set(Namespaces.of(room).in(NamespaceKind.UTS, Thread::currentThread)))
                    .join();
            assertThat(used.get().isVirtual()).isFalse();
            assertThat(used.get().isAlive()).isFalse();
        }
    }

    @Test
    void aContainerThatEndedHasNone() {
        Namespaces inside;
        try (Container room = room()) {
            inside = Namespaces.of(room);
        }
        assertThatThrownBy(() -> inside.in(NamespaceKind.NET, () -> 1))
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.kind()).isEqualTo(ContainerException.Kind.NOT_FOUND));
        assertThatThrownBy(() -> Namespaces.of(Integer.MAX_VALUE)).isInstanceOf(ContainerException.class);
        assertThatThrownBy(() -> Namespaces.of(Path.of("/proc/self/status")))
                .hasMessageContaining("cannot be opened as a namespace");
        assertThatThrownBy(() -> Namespaces.of(Path.of("/run/netns/none"))).hasMessageContaining("does not exist");
    }
}
