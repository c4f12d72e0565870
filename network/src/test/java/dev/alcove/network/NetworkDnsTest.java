package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server of a network, asked with dig(1) from containers, from behind the host and from another network. */
class NetworkDnsTest {
    private static final InetSocketAddress UP = new InetSocketAddress(InetAddress.ofLiteral(House.PEER4), 53);

    @TempDir
    private Path root;

    private House house;
    private NetworkConfig net;
    private House.Room web;
    private Names names;

    @BeforeEach
    void aHouse() throws IOException {
        House.needed("dig");
        house = new House();
        net = house.network(1, false, true);
        web = house.room(net, 2);
        Files.createDirectories(root.resolve("network"));
        names = new Names(root.resolve("network"));
    }

    @AfterEach
    void noHouse() {
        if (house != null) {
            house.close();
        }
    }

    private static Endpoint called(Endpoint one, String name, String... aliases) {
        Joined j = one.joined().getFirst();
        Joined joined =
                new Joined(j.network(), j.name(), j.inside(), j.outside(), j.addresses(), j.mac(), List.of(aliases));
        return new Endpoint(one.container(), name, name, List.of(joined), one.ports(), one.allow(), one.alive());
    }

    private static Endpoint replica(int number) {
        Endpoint one = House.endpoint(1, 50);
        Joined j = one.joined().getFirst();
        Joined joined = new Joined(
                j.network(),
                j.name(),
                j.inside(),
                j.outside(),
                List.of(Cidr.parse("10.1.0." + number + "/24"), Cidr.parse("fd01::" + number + "/64")),
                j.mac(),
                List.of("many"));
        String name = "many" + number;
        return new Endpoint(name, name, name, List.of(joined), one.ports(), one.allow(), one.alive());
    }

    private List<EtcFile> come(Endpoint one) {
        return come(one, ResolverOptions.hosts());
    }

    private List<EtcFile> come(Endpoint one, ResolverOptions resolver) {
        try (Flock lock = Flock.exclusive(root.resolve("network/lock"))) {
            assertThat(lock.fd().isOpen()).isTrue();
            return names.come(one, Given.request(one, resolver), List.of(net));
        }
    }

    private NetworkDns serving(InetSocketAddress... upstream) {
        NetworkDns dns = NetworkDns.open(root, house.host(), net, List.of(upstream));
        return serving(dns);
    }

    /** Returns when containers are sent to it. */
    private NetworkDns serving(NetworkDns dns) {
        CompletableFuture<Void> served = CompletableFuture.runAsync(
                dns::serve, task -> Thread.ofPlatform().daemon().start(task));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(root.resolve("network/dns/" + net.id())) && System.nanoTime() < end) {
            assertThat(served).isNotCompletedExceptionally();
            Thread.onSpinWait();
        }
        return dns;
    }

    private static String dig(HostNetwork where, String... more) {
        List<String> command = new ArrayList<>(List.of("dig", "+time=8", "+tries=1"));
        command.addAll(Arrays.asList(more));
        return House.run(where, "", command.toArray(String[]::new)).text();
    }

    private String ask(String... more) {
        List<String> command = new ArrayList<>(List.of("@10.1.0.1"));
        command.addAll(Arrays.asList(more));
        return dig(web.inside(), command.toArray(String[]::new));
    }

    private List<String> found(String... more) {
        List<String> command = new ArrayList<>(List.of("+short"));
        command.addAll(Arrays.asList(more));
        return ask(command.toArray(String[]::new)).lines().sorted().toList();
    }

    private static ResolvConf read(List<EtcFile> files) throws IOException {
        Path file = files.stream()
                .filter(f -> f.inside().equals("/etc/resolv.conf"))
                .findAny()
                .orElseThrow()
                .outside();
        return ResolvConf.parse(Files.readString(file));
    }

    @Test
    void answersForTheContainersOfItsNetwork() {
        come(called(web.endpoint(), "web", "www"));
        Endpoint db = called(House.endpoint(1, 3), "db", "data");
        come(db);
        try (NetworkDns dns = serving(UP)) {
            assertThat(dns.addresses())
                    .containsExactly(
                            new InetSocketAddress(InetAddress.ofLiteral("10.1.0.1"), 53),
                            new InetSocketAddress(InetAddress.ofLiteral("fd01::1"), 53));
            for (String name : List.of("db", "DB", "data", "Db.NET1", "room1.3", "data.net1")) {
                assertThat(found(name)).as(name).containsExactly("10.1.0.3");
                assertThat(found(name, "AAAA")).as(name).containsExactly("fd01::3");
                assertThat(found("+tcp", name)).as(name).containsExactly("10.1.0.3");
            }
            assertThat(dig(web.inside(), "@fd01::1", "+short", "db").strip()).isEqualTo("10.1.0.3");
            assertThat(dig(web.inside(), "@fd01::1", "+short", "+tcp", "db", "AAAA")
                            .strip())
                    .isEqualTo("fd01::3");
            assertThat(found("-x", "10.1.0.3")).containsExactly("db.net1.");
            assertThat(found("-x", "fd01::2")).containsExactly("web.net1.");
            // It is there, but has no such record; nobody has the address.
            assertThat(ask("db", "MX")).contains("status: NOERROR", "ANSWER: 0", "flags: qr aa rd ra");
            assertThat(ask("-x", "10.1.0.77")).contains("status: NXDOMAIN", "ANSWER: 0");
            // The question comes back as it was asked, and a name lives a few seconds.
            assertThat(ask("dB")).containsPattern("dB\\.\\s+5\\s+IN\\s+A\\s+10\\.1\\.0\\.3");
            // Who comes and goes is there and is not at once.
            names.go(db);
            assertThat(found("-x", "10.1.0.3")).isEmpty();
            Endpoint late = called(House.endpoint(1, 9), "late");
            come(late);
            assertThat(found("late")).containsExactly("10.1.0.9");
        }
        assertThat(ask("late")).contains("no servers could be reached");
    }

    @Test
    void whatItIsNotToldToAnswer() {
        come(called(web.endpoint(), "web"));
        try (NetworkDns dns = serving(UP)) {
            assertThat(dns.addresses()).isNotEmpty();
            assertThat(ask("+opcode=2", "web")).contains("status: NOTIMP");
            assertThat(ask("+edns=1", "+noednsneg", "web")).contains("status: BADVERS");
            assertThat(ask("web", "AXFR")).contains("Transfer failed");
            // No question, no message, an answer: none of them ends it.
            for (String hex : List.of(
                    "", "00", "abcd01000000000000000000", "abcd8180000100000000000003777777", "ffff".repeat(300))) {
                send(hex);
            }
            assertThat(found("web")).containsExactly("10.1.0.2");
        }
    }

    private void send(String hex) {
        byte[] bytes = java.util.HexFormat.of().parseHex(hex);
        try (DatagramSocket socket = web.inside().in(() -> new DatagramSocket())) {
            socket.send(new java.net.DatagramPacket(
                    bytes, bytes.length, new InetSocketAddress(InetAddress.ofLiteral("10.1.0.1"), 53)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void manyWithOneAliasTakeTurnsAndComeOverTcpIfTheyAreTooMany() {
        come(called(web.endpoint(), "web"));
        for (int i = 3; i <= 5; i++) {
            come(called(House.endpoint(1, i), "few" + i, "few"));
        }
        for (int i = 100; i < 220; i++) {
            come(replica(i));
        }
        try (NetworkDns dns = serving(UP)) {
            assertThat(dns.addresses()).isNotEmpty();
            List<String> firsts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                firsts.add(ask("+short", "few").lines().findFirst().orElseThrow());
            }
            assertThat(firsts).containsExactlyInAnyOrder("10.1.0.3", "10.1.0.4", "10.1.0.5");
            assertThat(ask("+ignore", "many")).contains("flags: qr aa tc rd ra");
            assertThat(ask("+ignore", "+noedns", "many").length())
                    .isLessThan(ask("+ignore", "many").length());
            assertThat(found("many")).hasSize(120).contains("10.1.0.100", "10.1.0.219");
        }
    }

    @Test
    void forwardsTheRest() throws Exception {
        come(called(web.endpoint(), "web"));
        try (Upstream upstream = new Upstream(house.peer(), House.PEER4, "203.0.113.5");
                NetworkDns dns = serving(UP)) {
            assertThat(dns.addresses()).isNotEmpty();
            assertThat(found("outside.example")).containsExactly("203.0.113.5");
            assertThat(found("+tcp", "outside.example")).containsExactly("203.0.113.5");
            assertThat(ask("nothing.example")).contains("status: NXDOMAIN");
            assertThat(ask("nobody")).contains("status: NXDOMAIN");
            // Cut off by UDP, so dig asks again by TCP, and so does the server.
            assertThat(found("big.example", "TXT")).hasSize(20);
            // An answer to another question, and one with another number, are none.
            assertThat(found("forged.example")).containsExactly("203.0.113.5");
            assertThat(upstream.asked())
                    .contains(
                            "udp outside.example. A", "tcp outside.example. A", "tcp big.example. TXT", "udp nobody. A")
                    .noneMatch(asked -> asked.contains("web"));
            assertThat(found("web")).containsExactly("10.1.0.2");
        }
    }

    @Test
    void aContainersOwnResolversAreAskedForIt() throws Exception {
        come(
                called(web.endpoint(), "web"),
                new ResolverOptions(List.of(Cidr.parseAddress(House.PEER6)), List.of(), List.of()));
        House.Room other = house.room(net, 3);
        come(called(other.endpoint(), "other"));
        try (Upstream upstream = new Upstream(house.peer(), House.PEER4, "203.0.113.5");
                Upstream chosen = new Upstream(house.peer(), House.PEER6, "203.0.113.6");
                NetworkDns dns = serving(UP)) {
            assertThat(dns.addresses()).isNotEmpty();
            assertThat(found("outside.example")).containsExactly("203.0.113.6");
            assertThat(dig(other.inside(), "@10.1.0.1", "+short", "outside.example")
                            .strip())
                    .isEqualTo("203.0.113.5");
            assertThat(upstream.asked()).hasSize(1);
            assertThat(chosen.asked()).hasSize(1);
        }
    }

    @Test
    void aServerThatIsNotThereOrSilentIsPassedOver() throws Exception {
        come(called(web.endpoint(), "web"));
        InetSocketAddress nowhere = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.99"), 53);
        InetSocketAddress refusing = new InetSocketAddress(InetAddress.ofLiteral(House.HOST4), 53);
        try (NetworkDns dns = serving(nowhere, refusing)) {
            assertThat(dns.addresses()).isNotEmpty();
            assertThat(ask("outside.example")).contains("status: SERVFAIL");
            assertThat(ask("+tcp", "outside.example")).contains("status: SERVFAIL");
            assertThat(found("web")).containsExactly("10.1.0.2");
        }
        try (Upstream upstream = new Upstream(house.peer(), House.PEER4, "203.0.113.5");
                NetworkDns dns = serving(refusing, UP)) {
            assertThat(dns.addresses()).isNotEmpty();
            assertThat(found("outside.example")).containsExactly("203.0.113.5");
            assertThat(ask("slow.example")).contains("status: SERVFAIL");
            assertThat(upstream.asked().stream()
                            .filter("udp slow.example. A"::equals)
                            .count())
                    .isGreaterThan(1);
        }
    }

    @Test
    void whoeverIsNotOnTheNetworkGetsNoAnswer() throws Exception {
        come(called(web.endpoint(), "web"));
        House.Room foreign = house.room(house.network(2, false, true), 2);
        try (Upstream upstream = new Upstream(house.peer(), House.PEER4, "203.0.113.5");
                NetworkDns dns = serving(UP)) {
            assertThat(dns.addresses()).isNotEmpty();
            for (HostNetwork where : List.of(foreign.inside(), house.peer())) {
                for (String how : List.of("+notcp", "+tcp")) {
                    assertThat(dig(where, "@10.1.0.1", how, "+time=1", "web")).contains("no servers could be reached");
                    assertThat(dig(where, "@10.1.0.1", how, "+time=1", "outside.example"))
                            .contains("no servers could be reached");
                }
            }
            // The way there is open: the host is reached by that address.
            InetSocketAddress there = new InetSocketAddress(InetAddress.ofLiteral("10.1.0.1"), 7777);
            try (ServerSocket host = house.host().in(() -> new ServerSocket(7777, 1, there.getAddress()));
                    Socket guest = foreign.inside().in(() -> {
                        Socket socket = new Socket();
                        socket.connect(there, 10_000);
                        return socket;
                    })) {
                assertThat(guest.isConnected()).isTrue();
                assertThat(host.isBound()).isTrue();
            }
            assertThat(upstream.asked()).isEmpty();
            assertThat(found("web")).containsExactly("10.1.0.2");
        }
    }

    @Test
    void fromAnInternalNetworkNoQuestionLeadsOut() throws Exception {
        NetworkConfig open = net;
        net = Given.internal(open);
        come(called(web.endpoint(), "web"));
        try (Upstream upstream = new Upstream(house.peer(), House.PEER4, "203.0.113.5");
                NetworkDns dns = serving(UP)) {
            assertThat(dns.addresses()).isNotEmpty();
            assertThat(ask("outside.example")).contains("status: NXDOMAIN").doesNotContain(" ra;");
            assertThat(ask("-x", "8.8.8.8")).contains("status: NXDOMAIN");
            assertThat(ask("secret.example", "TXT", "CH")).contains("status: REFUSED");
            assertThat(found("web")).containsExactly("10.1.0.2");
            assertThat(upstream.asked()).isEmpty();
        }
    }

    @Test
    void containersAreSentToItWhileItAnswers() throws Exception {
        List<EtcFile> files = come(called(web.endpoint(), "web"));
        ResolvConf before = read(files);
        String text = Files.readString(files.get(2).outside());
        Object inode = Files.getAttribute(files.get(2).outside(), "unix:ino");
        try (Upstream upstream = new Upstream(house.peer(), House.PEER4, "203.0.113.5");
                NetworkDns dns = serving(UP)) {
            assertThat(dns.addresses()).isNotEmpty();
            assertThat(read(files).servers()).containsExactly("10.1.0.1", "fd01::1");
            assertThat(read(files).options()).contains("ndots:0");
            // One that comes now, and wants to see something else.
            List<EtcFile> others = come(
                    called(House.endpoint(1, 3), "db"),
                    new ResolverOptions(List.of(Cidr.parseAddress("192.0.2.53")), List.of("a.example"), List.of()));
            assertThat(read(others))
                    .isEqualTo(new ResolvConf(List.of("10.1.0.1", "fd01::1"), List.of("a.example"), withDots(before)));
            // The C library finds its way by it.
            String script = "mount --bind " + files.get(2).outside() + " /etc/resolv.conf && getent ahostsv4 db.net1"
                    + " && getent ahostsv4 outside.example";
            House.Said said = House.run(web.inside(), "", "unshare", "--mount", "sh", "-c", script);
            assertThat(said.text()).contains("10.1.0.3", "203.0.113.5");
            assertThat(upstream.asked()).contains("udp outside.example. A");
            dns.close();
            assertThat(Files.readString(files.get(2).outside())).isEqualTo(text);
            assertThat(read(others).servers()).containsExactly("192.0.2.53");
            assertThat(Files.getAttribute(files.get(2).outside(), "unix:ino")).isEqualTo(inode);
        }
    }

    private static List<String> withDots(ResolvConf conf) {
        List<String> options = new ArrayList<>(List.of("ndots:0"));
        options.addAll(conf.options());
        return options;
    }

    @Test
    void afterItsDeathTheNextCommandPutsThingsRight() throws Exception {
        Endpoint one = called(web.endpoint(), "web");
        List<EtcFile> files = come(one);
        ResolvConf before = read(files);
        // As it is when the process is killed: all is written, and the lock is nobody's.
        Flock life = names.answering().take(net.id()).orElseThrow();
        names.answers(net, List.of(Cidr.parseAddress("10.1.0.1")));
        assertThat(read(files).servers()).containsExactly("10.1.0.1");
        come(called(House.endpoint(1, 3), "db"));
        assertThat(read(files).servers()).containsExactly("10.1.0.1");
        life.close();
        names.go(called(House.endpoint(1, 3), "db"));
        assertThat(read(files)).isEqualTo(before);
        assertThat(root.resolve("network/dns/" + net.id())).doesNotExist();
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        assertThatThrownBy(
                        () -> NetworkDns.open(root, house.host(), Given.network(NetworkConfig.DEFAULT, 1), List.of()))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("default network");
        try (NetworkDns dns = NetworkDns.open(root, house.host(), net, List.of(UP))) {
            assertThatThrownBy(() -> NetworkDns.open(root, house.host(), net, List.of()))
                    .isInstanceOfSatisfying(
                            NetworkException.class, e -> assertThat(e.kind()).isEqualTo(NetworkException.Kind.CONFLICT))
                    .hasMessageContaining("answers already");
            dns.close();
            dns.close();
            // Ended before it began.
            dns.serve();
        }
        try (DatagramSocket taken = house.host().in(() -> new DatagramSocket(53))) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> NetworkDns.open(root, house.host(), net, List.of()))
                    .hasMessageContaining("port 53 of 10.1.0.1, fd01::1")
                    .hasMessageContaining("mend: ");
        }
        NetworkConfig gone = House.config(7, false, true);
        assertThatThrownBy(() -> NetworkDns.open(root, house.host(), gone, List.of()))
                .hasMessageContaining("bridge is gone");
        NetworkDns.open(root, house.host(), net, List.of(UP)).close();
    }
}
