package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capability;
import dev.alcove.linux.Cidr;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Link;
import dev.alcove.linux.Links;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.NewLink;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.SeccompChoice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A network of its own. The outside of these tests is itself a network namespace made for them: nothing of the machine's
 * network is touched.
 */
@Timeout(60)
class NetworkTest {
    private static final String IN4 = "10.213.0.2";
    private static final String OUT4 = "10.213.0.1";
    private static final String IN6 = "fd00:213::2";
    private static final String OUT6 = "fd00:213::1";

    @BeforeEach
    void needs() {
        Needs.root();
    }

    /** What a test does in the network namespace that is its outside. */
    private interface Action {
        void run() throws IOException;
    }

    private static void outside(Action action) throws IOException {
        NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            Links.loopbackUp();
            action.run();
            return true;
        });
    }

    private static Namespace net(int pid) {
        return Namespace.of(NamespaceKind.NET, pid).orElseThrow();
    }

    /** A wire from the calling thread's network to a container's, with addresses at both ends. */
    private static void wire(int pid) {
        try (Namespace inside = net(pid);
                Netlink here = Netlink.open()) {
            Link end = here.links()
                    .addVeth(NewLink.named("outer"), NewLink.named("eth0").in(inside.fd()));
            addresses(here, end, OUT4, OUT6);
            NamespaceThread.create().join(inside).call(() -> {
                try (Netlink there = Netlink.open()) {
                    addresses(there, there.links().get("eth0"), IN4, IN6);
                }
                return true;
            });
        }
    }

    private static void addresses(Netlink net, Link link, String v4, String v6) {
        net.addresses().add(link, Cidr.parse(v4 + "/24"));
        net.addresses().addNoDad(link, Cidr.parse(v6 + "/64"));
        net.links().up(link);
    }

    private static ServerSocket listen(String address) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
        return server;
    }

    /** Sends a word from the thread's own network to a socket that listens elsewhere, and reads it there. */
    private static void talk(ServerSocket to) throws IOException {
        try (Socket socket = new Socket(to.getInetAddress(), to.getLocalPort());
                Socket accepted = to.accept()) {
            socket.getOutputStream().write("hello\n".getBytes(UTF_8));
            assertThat(new BufferedReader(new InputStreamReader(accepted.getInputStream(), UTF_8)).readLine())
                    .isEqualTo("hello");
            accepted.getOutputStream().write("there\n".getBytes(UTF_8));
            assertThat(new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine())
                    .isEqualTo("there");
        }
    }

    @Test
    @DisplayName("net_is_empty")
    void netIsEmpty() throws IOException {
        outside(() -> {
            try (Netlink here = Netlink.open()) {
                Link end = here.links().addVeth(NewLink.named("wire0"), NewLink.named("wire1"));
                addresses(here, end, OUT4, OUT6);
            }
            ContainerBuilder builder = new ContainerBuilder("sh").loopback(false);
            ContainerBuilder shares =
                    new ContainerBuilder("sh").room(NamespaceKind.NET, new ContainerBuilder.Room.Host());
            try (ServerSocket listener = listen("127.0.0.1");
                    Shell inside = Shell.in(builder.start());
                    Shell outside = Shell.in(shares.start())) {
                String port = ":%04X ".formatted(listener.getLocalPort());
                assertThat(outside.lines("ls /sys/class/net")).contains("lo", "wire0", "wire1");
                assertThat(inside.say("ls /sys/class/net")).isEqualTo("lo");
                assertThat(inside.say("cat /sys/class/net/lo/flags")).isEqualTo("0x8");
                assertThat(outside.say("cat /sys/class/net/lo/flags")).isEqualTo("0x9");
                assertThat(outside.say("cat /proc/net/route")).contains("wire0");
                assertThat(inside.say("tail -n +2 /proc/net/route")).isEmpty();
                assertThat(inside.say("cat /proc/net/ipv6_route /proc/net/if_inet6"))
                        .doesNotContain("wire");
                assertThat(outside.say("cat /proc/net/tcp /proc/net/tcp6")).contains(port);
                for (String file : List.of("tcp", "tcp6", "udp", "udp6", "unix", "raw", "packet")) {
                    assertThat(inside.say("tail -n +2 /proc/net/" + file))
                            .as("sockets of %s", file)
                            .isEmpty();
                }
                assertThat(inside.lines("grep -c : /proc/net/dev")).containsExactly("1");
            }
        });
    }

    @Test
    @DisplayName("net_same_port_twice")
    void netSamePortTwice() throws IOException {
        outside(() -> {
            ContainerBuilder one = server();
            ContainerBuilder other = server();
            try (Container first = one.start();
                    Container second = other.start()) {
                assertThat(line(first)).isEqualTo("listening");
                assertThat(line(second)).isEqualTo("listening");
                try (Container third = server().room(NamespaceKind.NET, Rooms.of(first.pid(), NamespaceKind.NET))
                        .start()) {
                    assertThat(line(third)).as("in one network it is taken").isEqualTo("EADDRINUSE");
                }
                try (ServerSocket here = new ServerSocket(8080)) {
                    assertThat(here.isBound()).as("and outside it is free").isTrue();
                }
            }
        });
    }

    private static ContainerBuilder server() {
        return new ContainerBuilder(Payload.INSIDE, "serve", "8080").mount(Payload.mount());
    }

    private static String line(Container container) throws IOException {
        return new BufferedReader(new InputStreamReader(container.process().getInputStream(), UTF_8)).readLine();
    }

    @Test
    @DisplayName("net_veth_pair")
    void netVethPair() throws IOException {
        outside(() -> {
            try (Container room = new ContainerBuilder("cat").start();
                    Container alone = new ContainerBuilder("cat").start();
                    Namespace inside = net(room.pid());
                    Namespace elsewhere = net(alone.pid())) {
                wire(room.pid());
                for (String[] ends : new String[][] {{IN4, OUT4}, {IN6, OUT6}}) {
                    try (ServerSocket within =
                                    NamespaceThread.create().join(inside).call(() -> listen(ends[0]));
                            ServerSocket without = listen(ends[1])) {
                        talk(within);
                        NamespaceThread.create().join(inside).call(() -> {
                            talk(without);
                            return true;
                        });
                        assertThat(reaches(elsewhere, without))
                                .as("without a wire")
                                .isFalse();
                    }
                }
            }
        });
    }

    private static boolean reaches(Namespace from, ServerSocket to) {
        return NamespaceThread.create().join(from).call(() -> {
            try (Socket socket = new Socket(to.getInetAddress(), to.getLocalPort())) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    @DisplayName("net_pipe_sync")
    void netPipeSync() throws IOException {
        outside(() -> {
            AtomicInteger waiting = new AtomicInteger();
            String look = "cat /proc/net/dev | tr -d ' ' | cut -d: -f1 | tail -n +3 | sort | tr '\\n' ' '; "
                    + "cat /sys/class/net/eth0/flags";
            ContainerBuilder builder = new ContainerBuilder("sh", "-c", look).prepare(pid -> {
                waiting.set(pid);
                assertThat(dev.alcove.linux.Proc.stat(pid).orElseThrow().name())
                        .as("the program has not been executed yet")
                        .doesNotStartWith("sh");
                wire(pid);
            });
            assertThat(Shell.run(builder)).as("from its first instruction").isEqualTo(new Said(0, "eth0 lo 0x1003"));
            assertThat(waiting.get()).isPositive();
            assertThat(Shell.run(new ContainerBuilder("sh", "-c", look)).text())
                    .as("nobody prepared this one")
                    .startsWith("lo")
                    .doesNotContain("0x1003");
            IllegalStateException refusal = new IllegalStateException("no network to be had");
            ContainerBuilder refused = new ContainerBuilder("true").prepare(pid -> {
                throw refusal;
            });
            org.assertj.core.api.Assertions.assertThatThrownBy(refused::start).isSameAs(refusal);
        });
    }

    @Test
    @DisplayName("net_device_moves_and_returns")
    void netDeviceMovesAndReturns() throws IOException {
        outside(() -> {
            try (Netlink here = Netlink.open();
                    Namespace home = Namespace.ofThread(NamespaceKind.NET).orElseThrow()) {
                Link device = standIn(here);
                try (Container room = new ContainerBuilder("sh").start();
                        Shell inside = Shell.in(room);
                        Namespace net = net(room.pid())) {
                    assertThat(inside.say("ls /sys/class/net")).isEqualTo("lo");
                    here.links().move(device, net.fd(), "moved");
                    here.links()
                            .addVeth(
                                    NewLink.named("outer"),
                                    NewLink.named("eth0").in(net.fd()));
                    assertThat(here.links().find(device.name()))
                            .as("it disappears outside")
                            .isEmpty();
                    assertThat(inside.lines("ls /sys/class/net")).containsExactly("eth0", "lo", "moved");
                    NamespaceThread.create().join(net).call(() -> {
                        try (Netlink there = Netlink.open()) {
                            there.links().move(there.links().get("moved"), home.fd(), "returned");
                        }
                        return true;
                    });
                    assertThat(here.links().find("returned"))
                            .as("it can be given back")
                            .isPresent();
                    assertThat(inside.lines("ls /sys/class/net")).containsExactly("eth0", "lo");
                }
                Wait.until(
                        "the veth goes with its end inside",
                        () -> here.links().find("outer").isEmpty());
                assertThat(here.links().find("returned")).isPresent();
            }
        });
    }

    /** A physical device, in a guest that has one to spare. */
    @Test
    @DisplayName("net_device_moves_and_returns, a physical one")
    @Timeout(300)
    void netPhysicalDeviceMovesAndReturns() {
        assertThat(Guest.run(PhysicalDevice.class).lines())
                .containsExactly(
                        "in the initial namespace: true",
                        "moved, in the initial namespace: false",
                        "moved, inside: true",
                        "ended, in the initial namespace: true",
                        "ended, where the container was started: false");
    }

    /** Moves eth0 into a container that is started from a network namespace between, and lets the container end. */
    static final class PhysicalDevice {
        private PhysicalDevice() {}

        public static void main(String[] args) {
            try (Netlink initial = Netlink.open()) {
                Link eth0 = initial.links().get("eth0");
                System.out.println("in the initial namespace: true");
                NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
                    try (Netlink between = Netlink.open()) {
                        try (Container room = Rooms.only(NamespaceKind.NET).start();
                                Shell inside = Shell.in(room);
                                Namespace net = net(room.pid())) {
                            initial.links().move(eth0, net.fd());
                            System.out.println("moved, in the initial namespace: " + there(initial));
                            System.out.println("moved, inside: "
                                    + inside.say("cat /proc/net/dev").contains("eth0"));
                        }
                        Wait.until("it is back", () -> there(initial));
                        System.out.println("ended, in the initial namespace: " + there(initial));
                        System.out.println("ended, where the container was started: " + there(between));
                    }
                    return true;
                });
            }
        }

        private static boolean there(Netlink net) {
            return net.links().find("eth0").isPresent();
        }
    }

    /** A device to be moved: a dummy where the kernel has them, else one end of a pair. */
    private static Link standIn(Netlink net) {
        try {
            return net.links().addDummy(NewLink.named("standin"));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
            net.links().addVeth(NewLink.named("standin"), NewLink.named("standin-peer"));
            return net.links().get("standin");
        }
    }

    @Test
    @DisplayName("net_own_firewall")
    void netOwnFirewall() throws IOException {
        Needs.programs("iptables", "iptables");
        outside(() -> {
            ContainerBuilder builder = new ContainerBuilder("sh").seccomp(SeccompChoice.standard());
            builder.capabilities().add(Capability.NET_ADMIN.kernelName());
            ContainerBuilder shares =
                    new ContainerBuilder("sh").room(NamespaceKind.NET, new ContainerBuilder.Room.Host());
            shares.capabilities().add(Capability.NET_ADMIN.kernelName());
            try (Container room = builder.start();
                    Shell inside = Shell.in(room);
                    Shell outside = Shell.in(shares.start());
                    Namespace net = net(room.pid());
                    ServerSocket within = NamespaceThread.create().join(net).call(() -> listen("127.0.0.1"));
                    ServerSocket without = listen("127.0.0.1")) {
                assertThat(reaches(net, within)).as("before the rule").isTrue();
                for (ServerSocket server : List.of(within, without)) {
                    inside.say("iptables -A INPUT -p tcp --dport " + server.getLocalPort()
                            + " -j REJECT --reject-with tcp-reset");
                }
                assertThat(inside.say("iptables -S INPUT")).contains("--dport " + within.getLocalPort());
                assertThat(outside.say("iptables -S INPUT")).isEqualTo("-P INPUT ACCEPT");
                assertThat(reaches(net, within)).as("after the rule").isFalse();
                talk(without);
            }
        });
    }
}
