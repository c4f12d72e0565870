package dev.alcove.network;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Child;
import dev.alcove.linux.Cidr;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Link;
import dev.alcove.linux.Links;
import dev.alcove.linux.Mac;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.NewLink;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Route;
import dev.alcove.linux.Spawn;
import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.spec.PortMapping;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A host of a test's own: a network namespace with an interface to a peer that is behind it, bridges, and "containers",
 * which are no more than network namespaces with a wire to a bridge. All of it ends with this.
 */
final class House implements AutoCloseable {
    static final String HOST4 = "192.0.2.1";
    static final String PEER4 = "192.0.2.2";
    static final String HOST6 = "2001:db8::1";
    static final String PEER6 = "2001:db8::2";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Namespace host;
    private final Namespace peer;

    House() {
        host = namespace();
        peer = namespace();
        host().in(() -> {
            try (Netlink net = Netlink.open()) {
                Link link = net.links()
                        .addVeth(NewLink.named("eth0"), NewLink.named("eth0").in(peer.fd()));
                address(net, link, HOST4 + "/24", HOST6 + "/64");
            }
            write("/proc/sys/net/ipv4/ip_forward", "1");
            write("/proc/sys/net/ipv6/conf/all/forwarding", "1");
            return true;
        });
        peer().in(() -> {
            try (Netlink net = Netlink.open()) {
                Link link = net.links().get("eth0");
                address(net, link, PEER4 + "/24", PEER6 + "/64");
                // A neighbour who knows how the host's networks are numbered, and tries.
                for (String there : List.of("10.0.0.0/8", "127.66.0.0/16")) {
                    net.routes().add(Route.to(Cidr.parse(there)).via(Cidr.parseAddress(HOST4)));
                }
                net.routes().add(Route.to(Cidr.parse("fd00::/8")).via(Cidr.parseAddress(HOST6)));
            }
            return true;
        });
    }

    /** Skips the test where namespaces or nft are not to be had. */
    static void needed(String... programs) {
        String reason = "";
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            reason = "skipped: needs CAP_SYS_ADMIN (run the tests as root)";
        }
        for (String program : programs) {
            if (OnPath.find(program, "").isEmpty()) {
                reason = "skipped: needs the program " + program;
            }
        }
        if (!reason.isEmpty()) {
            System.out.println(reason);
        }
        Assumptions.assumeTrue(reason.isEmpty(), reason);
    }

    HostNetwork host() {
        return HostNetwork.of(host);
    }

    HostNetwork peer() {
        return HostNetwork.of(peer);
    }

    /** What a "container" is on the inside, and what the networks know of it. */
    record Room(HostNetwork inside, Endpoint endpoint) {
        Room with(List<PortMapping> ports, List<AllowRule> allow) {
            return new Room(
                    inside,
                    new Endpoint(
                            endpoint.container(),
                            endpoint.name(),
                            endpoint.hostname(),
                            endpoint.joined(),
                            ports,
                            allow,
                            endpoint.alive()));
        }

        Room publishing(String... ports) {
            List<PortMapping> all = new ArrayList<>();
            for (String port : ports) {
                all.addAll(PortMapping.parse("-p", port));
            }
            return with(all, endpoint.allow());
        }

        String ip() {
            return endpoint.joined().getFirst().addresses().getFirst().address().getHostAddress();
        }

        String ip6() {
            return endpoint.joined().getFirst().addresses().get(1).address().getHostAddress();
        }
    }

    /** Makes a bridge with the gateway's addresses: {@code 10.NUMBER.0.1/24} and {@code fd0NUMBER::1/64}. */
    NetworkConfig network(int number, boolean internal, boolean icc) {
        NetworkConfig network = config(number, internal, icc);
        host().in(() -> {
            try (Netlink net = Netlink.open()) {
                Link bridge = net.links()
                        .addBridge(NewLink.named("br" + number).mac(Mac.parse("02:42:0a:0" + number + ":00:01")));
                address(net, bridge, "10." + number + ".0.1/24", "fd0" + number + "::1/64");
            }
            return true;
        });
        return network;
    }

    static NetworkConfig config(int number, boolean internal, boolean icc) {
        return new NetworkConfig(
                "id" + number,
                "net" + number,
                Driver.BRIDGE,
                Optional.of("br" + number),
                List.of(
                        subnet("10." + number + ".0.0/24", "10." + number + ".0.1"),
                        subnet("fd0" + number + "::/64", "fd0" + number + "::1")),
                internal,
                icc,
                0,
                Map.of(),
                Map.of(),
                Instant.EPOCH);
    }

    private static Subnet subnet(String range, String gateway) {
        return new Subnet(Cidr.parse(range), Optional.of(Cidr.parseAddress(gateway)), Optional.empty());
    }

    static Endpoint endpoint(int network, int number) {
        Joined joined = new Joined(
                "id" + network,
                "net" + network,
                "eth0",
                "wire" + network + "." + number,
                List.of(
                        Cidr.parse("10." + network + ".0." + number + "/24"),
                        Cidr.parse("fd0" + network + "::" + number + "/64")),
                Mac.parse("02:42:0a:0" + network + ":00:" + (number < 10 ? "0" : "") + number),
                List.of());
        String name = "room" + network + "." + number;
        return new Endpoint(name, name, name, List.of(joined), List.of(), List.of(), Path.of("/nowhere"));
    }

    /** Makes a container on a network's bridge, with the number as the last part of its addresses. */
    Room room(NetworkConfig network, int number) {
        Endpoint endpoint = endpoint(network.link().orElseThrow().charAt(2) - '0', number);
        Joined joined = endpoint.joined().getFirst();
        Namespace inside = namespace();
        host().in(() -> {
            try (Netlink net = Netlink.open()) {
                Link wire = net.links()
                        .addVeth(
                                NewLink.named(joined.outside()),
                                NewLink.named("eth0").mac(joined.mac()).in(inside.fd()));
                net.links().master(wire, net.links().get(network.link().orElseThrow()));
                net.links().up(wire);
            }
            return true;
        });
        HostNetwork.of(inside).in(() -> {
            try (Netlink net = Netlink.open()) {
                Link link = net.links().get("eth0");
                address(
                        net,
                        link,
                        joined.addresses().get(0).toString(),
                        joined.addresses().get(1).toString());
                for (Subnet subnet : network.subnets()) {
                    net.routes()
                            .add(Route.byDefault(subnet.gateway().orElseThrow()).dev(link));
                }
            }
            return true;
        });
        return new Room(HostNetwork.of(inside), endpoint);
    }

    /** Sets what the bridges' ports of a container are to be, as its wiring does. */
    void wired(NetworkConfig network, Room room) {
        host().in(() -> {
            try (Netlink net = Netlink.open()) {
                BridgePort.set(
                        net, net.links().get(room.endpoint.joined().getFirst().outside()), network, room.endpoint);
            }
            return true;
        });
    }

    private Namespace namespace() {
        Namespace made = NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            Links.loopbackUp();
            return Namespace.ofThread(NamespaceKind.NET).orElseThrow();
        });
        open.push(made);
        return made;
    }

    private static void address(Netlink net, Link link, String v4, String v6) {
        net.addresses().add(link, Cidr.parse(v4));
        net.addresses().addNoDad(link, Cidr.parse(v6));
        net.links().up(link);
    }

    static void write(String file, String value) {
        try {
            Files.writeString(Path.of(file), value);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether bridged frames are shown to the tables of what is routed, as docker wants it. */
    void brNetfilter(boolean on) {
        host().in(() -> {
            for (String kind : List.of("iptables", "ip6tables")) {
                Path file = Path.of("/proc/sys/net/bridge/bridge-nf-call-" + kind);
                if (Files.exists(file)) {
                    write(file.toString(), on ? "1" : "0");
                }
            }
            return true;
        });
    }

    boolean hasBrNetfilter() {
        return host().in(() -> Files.exists(Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables")));
    }

    /** What a program said on its standard output and error together. */
    record Said(int status, String text) {}

    /** A program of the machine's in one of the namespaces. */
    static Said run(HostNetwork where, String input, String... command) {
        try (Pipe in = Pipe.open();
                Pipe out = Pipe.open()) {
            Child child = start(where, in.reader(), out.writer(), command);
            in.reader().close();
            out.writer().close();
            if (!input.isEmpty()) {
                FdIo.write(in.writer(), ByteBuffer.wrap(input.getBytes(StandardCharsets.UTF_8)));
            }
            in.writer().close();
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            for (int n = FdIo.read(out.reader(), buffer, 0, buffer.length);
                    n != FdIo.END;
                    n = FdIo.read(out.reader(), buffer, 0, buffer.length)) {
                all.write(buffer, 0, n);
            }
            return new Said(child.reap().status(), all.toString(StandardCharsets.UTF_8));
        }
    }

    /** Starts one that goes on. */
    static Child start(HostNetwork where, Fd in, Fd out, String... command) {
        Path program = OnPath.find(command[0], "").orElseThrow();
        return where.in(() -> {
            try (Fd file = Open.read().at(program)) {
                return Spawn.spawn(
                        file,
                        List.of(command),
                        List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"),
                        Map.of(0, in, 1, out, 2, out));
            }
        });
    }

    /** All rules of the host, as nft has them. */
    String ruleset(String... more) {
        List<String> command = new ArrayList<>(List.of("nft", "-j"));
        command.addAll(more.length == 0 ? List.of("list", "ruleset") : List.of(more));
        return run(host(), "", command.toArray(String[]::new)).text();
    }

    /** Loads rules that are not ours. */
    void foreign(String rules) {
        Said said = run(host(), rules, "nft", "-f", "-");
        if (said.status() != 0) {
            throw new IllegalStateException(said.text());
        }
    }

    void alsoClose(AutoCloseable more) {
        open.push(more);
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
