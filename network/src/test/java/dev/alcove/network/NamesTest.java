package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Cidr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamesTest {
    private static final NetworkConfig DEFAULT = Given.network(NetworkConfig.DEFAULT, 88);
    private static final NetworkConfig FRONT = Given.network("front", 1);
    private static final NetworkConfig BACK = Given.network("back", 2);
    private static final List<NetworkConfig> ALL = List.of(DEFAULT, FRONT, BACK);
    private static final String LOCAL = """
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::\tip6-localnet
            ff00::\tip6-mcastprefix
            ff02::1\tip6-allnodes
            ff02::2\tip6-allrouters
            """;

    @TempDir
    private Path folder;

    private Names names;

    @BeforeEach
    void aHost() throws IOException {
        Files.createDirectories(folder.resolve("host/etc"));
        Files.writeString(folder.resolve("host/etc/resolv.conf"), "nameserver 192.0.2.1\nsearch lan\n");
        names = new Names(folder.resolve("network"), folder.resolve("host"));
    }

    private List<EtcFile> come(Endpoint endpoint, String... hosts) {
        return names.come(endpoint, Given.request(endpoint, ResolverOptions.hosts(), hosts), ALL);
    }

    private static Path outside(List<EtcFile> files, String inside) {
        return files.stream()
                .filter(file -> file.inside().equals(inside))
                .findAny()
                .orElseThrow()
                .outside();
    }

    /** What a reader finds: which addresses each name has, without the lines that all have. */
    private static Map<String, List<String>> found(List<EtcFile> files) throws IOException {
        Map<String, List<String>> found = new TreeMap<>();
        for (String line : LineFile.parse(Files.readString(outside(files, "/etc/hosts")))) {
            String[] words = line.split("[ \t]+", -1);
            for (int i = 1; i < words.length; i++) {
                if (!words[i].startsWith("ip6-") && !words[i].equals("localhost")) {
                    found.computeIfAbsent(words[i], n -> new ArrayList<>()).add(words[0]);
                }
            }
        }
        return found;
    }

    private List<String> everyFile() throws IOException {
        Path root = folder.resolve("network");
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void onTheDefaultNetworkEachHasFilesOfItsOwn() throws IOException {
        Endpoint one = Given.endpoint(1, "web", "web.example.org", Given.joined(DEFAULT, 2));
        List<EtcFile> files = come(one, "db:10.9.9.9", "host.docker.internal:host-gateway");
        assertThat(files)
                .allMatch(EtcFile::writable)
                .extracting(EtcFile::inside)
                .containsExactly("/etc/hostname", "/etc/hosts", "/etc/resolv.conf");
        assertThat(Files.readString(outside(files, "/etc/hostname"))).isEqualTo("web.example.org\n");
        assertThat(Files.readString(outside(files, "/etc/hosts")))
                .isEqualTo(LOCAL + "10.9.9.9\tdb\n10.88.0.1\thost.docker.internal\nfd00:88::1\thost.docker.internal\n"
                        + "10.88.0.2\tweb.example.org web\nfd00:88::2\tweb.example.org web\n");
        assertThat(Files.readString(outside(files, "/etc/resolv.conf")))
                .isEqualTo("nameserver 192.0.2.1\nsearch lan\n");
        Endpoint two = Given.endpoint(2, "db", "db", Given.joined(DEFAULT, 3));
        assertThat(found(come(two)).keySet()).containsExactly("db");
        assertThat(found(files)).doesNotContainKey("000000000002");
        names.go(one);
        names.go(one);
        names.go(two);
        assertThat(everyFile()).isEmpty();
    }

    @Test
    void onANetworkWithNamesAllShareOneFile() throws IOException {
        Endpoint web = Given.endpoint(1, "web", "c00000000001", Given.joined(FRONT, 2, "www"));
        Endpoint db = Given.endpoint(2, "db", "db", Given.joined(FRONT, 3));
        Endpoint nameless = Given.endpoint(3, "", "quiet", Given.joined(FRONT, 4));
        List<EtcFile> files = come(web);
        assertThat(Files.readString(outside(files, "/etc/hosts")))
                .isEqualTo(LOCAL
                        + "# kept by alcove: the containers on its networks\n"
                        + InPlace.slot("#", 64 - (LOCAL.length() + 49) % 64)
                        + InPlace.slot("10.1.0.2\tweb c00000000001 www", 64)
                        + InPlace.slot("fd00:1::2\tweb c00000000001 www", 64));
        assertThat(outside(come(db), "/etc/hosts")).isEqualTo(outside(files, "/etc/hosts"));
        assertThat(files).extracting(EtcFile::writable).containsExactly(true, false, false);
        come(nameless);
        assertThat(names.files(nameless)).isEqualTo(come(nameless));
        assertThat(found(files))
                .containsEntry("web", List.of("10.1.0.2", "fd00:1::2"))
                .containsEntry("www", List.of("10.1.0.2", "fd00:1::2"))
                .containsEntry("c00000000001", List.of("10.1.0.2", "fd00:1::2"))
                .containsEntry("db", List.of("10.1.0.3", "fd00:1::3"))
                .containsEntry("quiet", List.of("10.1.0.4", "fd00:1::4"))
                .hasSize(7);
        names.go(web);
        assertThat(found(files)).hasSize(4).doesNotContainKeys("web", "www", "c00000000001");
        names.go(db);
        names.go(nameless);
        assertThat(everyFile()).containsExactly("names/" + FRONT.id());
        names.removed(FRONT);
        assertThat(everyFile()).isEmpty();
    }

    @Test
    void aNetworksNamesAreSeenOnItAlone() throws IOException {
        Endpoint web = Given.endpoint(1, "web", "", Given.joined(FRONT, 2, "site"));
        Endpoint app =
                Given.endpoint(2, "app", "", Given.joined(FRONT, 3, "front-app"), Given.joined(BACK, 3, "back-app"));
        Endpoint db = Given.endpoint(3, "db", "", Given.joined(BACK, 4));
        List<EtcFile> webs = come(web);
        List<EtcFile> apps = come(app);
        List<EtcFile> dbs = come(db);
        assertThat(found(webs).keySet())
                .containsExactly("app", "c00000000001", "c00000000002", "front-app", "site", "web");
        assertThat(found(dbs).keySet()).containsExactly("app", "back-app", "c00000000002", "c00000000003", "db");
        assertThat(found(dbs)).containsEntry("app", List.of("10.2.0.3", "fd00:2::3"));
        assertThat(found(apps).keySet()).contains("web", "db", "front-app", "back-app");
        assertThat(found(apps).get("app")).containsExactlyInAnyOrder("10.1.0.3", "fd00:1::3", "10.2.0.3", "fd00:2::3");
        names.go(app);
        assertThat(found(webs)).doesNotContainKeys("app", "front-app");
        assertThat(found(dbs)).doesNotContainKeys("app", "back-app");
    }

    @Test
    void severalMayHaveOneAlias() throws IOException {
        List<EtcFile> files = come(Given.endpoint(1, "a", "", Given.joined(FRONT, 2, "all")));
        come(Given.endpoint(2, "b", "", Given.joined(FRONT, 3, "all")));
        assertThat(found(files).get("all")).containsExactly("10.1.0.2", "fd00:1::2", "10.1.0.3", "fd00:1::3");
    }

    @Test
    void whoeverWantsToSeeOtherThingsSharesNot() throws IOException {
        Endpoint a = Given.endpoint(1, "a", "", Given.joined(FRONT, 2));
        Endpoint b = Given.endpoint(2, "b", "", Given.joined(FRONT, 3));
        Endpoint c = Given.endpoint(3, "c", "", Given.joined(FRONT, 4));
        List<EtcFile> as = come(a);
        List<EtcFile> bs = come(b, "legacy:192.0.2.77");
        ResolverOptions own = new ResolverOptions(List.of(Cidr.parseAddress("192.0.2.9")), List.of("."), List.of());
        List<EtcFile> cs = names.come(c, Given.request(c, own), ALL);
        assertThat(List.of(outside(as, "/etc/hosts"), outside(bs, "/etc/hosts"), outside(cs, "/etc/hosts")))
                .doesNotHaveDuplicates();
        assertThat(found(bs)).containsEntry("legacy", List.of("192.0.2.77")).containsKeys("a", "b", "c");
        assertThat(found(as)).doesNotContainKey("legacy").containsKeys("a", "b", "c");
        assertThat(ResolvConf.parse(Files.readString(outside(cs, "/etc/resolv.conf")))
                        .servers())
                .containsExactly("192.0.2.9");
        assertThat(names.resolverOf(c.container())).isEqualTo(own);
        assertThat(names.resolverOf(a.container())).isEqualTo(ResolverOptions.hosts());
    }

    @Test
    void aHostNameThatIsTakenIsItsContainersOwnAffair() throws IOException {
        List<EtcFile> firsts = come(Given.endpoint(1, "db", "c00000000001", Given.joined(FRONT, 2)));
        Endpoint second = Given.endpoint(2, "other", "DB", Given.joined(FRONT, 3));
        List<EtcFile> seconds = come(second);
        assertThat(found(firsts).get("db")).containsExactly("10.1.0.2", "fd00:1::2");
        assertThat(found(firsts)).containsKey("other").doesNotContainKey("DB");
        assertThat(outside(seconds, "/etc/hosts")).isNotEqualTo(outside(firsts, "/etc/hosts"));
        assertThat(found(seconds).get("DB")).containsExactly("10.1.0.3", "fd00:1::3");
        // The same host name twice: the first one's is known.
        Endpoint third = Given.endpoint(3, "x", "twin", Given.joined(FRONT, 4));
        Endpoint fourth = Given.endpoint(4, "y", "twin", Given.joined(FRONT, 5));
        come(third);
        List<EtcFile> fourths = come(fourth);
        assertThat(found(firsts).get("twin")).containsExactly("10.1.0.4", "fd00:1::4");
        assertThat(found(fourths).get("twin")).startsWith("10.1.0.5", "fd00:1::5");
        // A name beats a host name, as long as it is there.
        Endpoint late = Given.endpoint(5, "twin", "", Given.joined(FRONT, 6));
        come(late);
        assertThat(found(firsts).get("twin")).containsExactly("10.1.0.6", "fd00:1::6");
        assertThat(found(firsts)).containsKey("x");
        names.go(late);
        assertThat(found(firsts).get("twin")).containsExactly("10.1.0.4", "fd00:1::4");
    }

    @Test
    void aRunningOneIsConnectedAndDisconnected() throws IOException {
        Endpoint peer = Given.endpoint(9, "peer", "", Given.joined(BACK, 9));
        List<EtcFile> peers = come(peer);
        Endpoint before = Given.endpoint(1, "web", "web", Given.joined(FRONT, 2));
        List<EtcFile> old = come(before, "legacy:192.0.2.77");
        Endpoint both = Given.endpoint(1, "web", "web", Given.joined(FRONT, 2), Given.joined(BACK, 3));
        List<EtcFile> files = names.changed(before, both, ALL);
        assertThat(outside(files, "/etc/hosts")).isNotEqualTo(outside(old, "/etc/hosts"));
        assertThat(found(files)).containsKeys("peer", "web", "legacy");
        assertThat(found(peers)).containsEntry("web", List.of("10.2.0.3", "fd00:2::3"));
        Endpoint back = Given.endpoint(1, "web", "web", Given.joined(BACK, 3));
        files = names.changed(both, back, ALL);
        assertThat(found(files)).containsKeys("peer", "legacy").containsEntry("web", List.of("10.2.0.3", "fd00:2::3"));
        Endpoint plain = Given.endpoint(1, "web", "web", Given.joined(DEFAULT, 2));
        files = names.changed(back, plain, ALL);
        assertThat(files).allMatch(EtcFile::writable);
        assertThat(found(files)).containsOnlyKeys("web", "legacy");
        assertThat(found(peers)).doesNotContainKey("web");
        files = names.changed(plain, before, ALL);
        assertThat(files).isEqualTo(old);
        names.go(before);
        names.go(peer);
        assertThat(everyFile()).containsExactly("names/" + FRONT.id(), "names/" + BACK.id());
    }

    @Test
    void theHostsResolversAreFollowed() throws IOException {
        List<EtcFile> files = come(Given.endpoint(1, "a", "", Given.joined(FRONT, 2)));
        Files.writeString(folder.resolve("host/etc/resolv.conf"), "nameserver 192.0.2.2\n");
        come(Given.endpoint(2, "b", "", Given.joined(FRONT, 3)));
        assertThat(ResolvConf.parse(Files.readString(outside(files, "/etc/resolv.conf"))))
                .isEqualTo(ResolvConf.parse("nameserver 192.0.2.2\n"));
    }

    @Test
    void whateverACrashLeftIsMadeRight() throws IOException {
        List<Endpoint> present = new ArrayList<>();
        List<EtcFile> files = List.of();
        for (int i = 0; i < 20; i++) {
            Endpoint one = Given.endpoint(
                    i, "n" + i, i % 5 == 0 ? "twin" : "", Given.joined(i % 2 == 0 ? FRONT : BACK, i + 2));
            List<EtcFile> its = come(one);
            if (i != 4) {
                present.add(one);
            }
            files = i == 2 ? its : files;
        }
        Map<String, List<String>> right = found(files);
        right.remove("n4");
        right.remove("c00000000004");
        Object inode = Files.getAttribute(outside(files, "/etc/hosts"), "unix:ino");
        // One is gone without a word, a file is cut short, another is lost, a view stays half made, a network is gone.
        Path hosts = outside(files, "/etc/hosts");
        String text = Files.readString(hosts);
        try (var open = java.nio.channels.FileChannel.open(hosts, java.nio.file.StandardOpenOption.WRITE)) {
            open.truncate(text.length() - 100);
        }
        Files.delete(folder.resolve("network/names/" + BACK.id()));
        Files.createDirectories(folder.resolve("network/views/_new/users"));
        Files.writeString(folder.resolve("network/names/" + Given.id(77)), "left");
        Files.createDirectories(folder.resolve("network/dns"));
        Files.writeString(folder.resolve("network/dns/" + FRONT.id()), "10.1.0.1\n");
        names.rebuild(present, ALL);
        assertThat(found(files)).isEqualTo(right);
        assertThat(Files.getAttribute(hosts, "unix:ino")).isEqualTo(inode);
        for (Endpoint one : present) {
            assertThat(found(names.files(one))).containsKey(one.name());
        }
        names.rebuild(List.of(), List.of());
        assertThat(everyFile()).isEmpty();
        try (Stream<Path> views = Files.list(folder.resolve("network/views"))) {
            assertThat(views).isEmpty();
        }
    }

    @Test
    void namesThatAreNoNamesAreRefusedBeforeAnythingIsWritten() {
        for (String bad : List.of("a b", "a\n1.2.3.4 bank", "#", "a\tb", "é", "")) {
            Endpoint one = Given.endpoint(1, "web", "", Given.joined(FRONT, 2, bad));
            assertThatThrownBy(() -> come(one))
                    .isInstanceOf(NetworkException.class)
                    .hasMessageStartingWith("--network-alias: ");
        }
        Endpoint one = Given.endpoint(1, "web", "", Given.joined(FRONT, 2));
        ResolverOptions options = new ResolverOptions(List.of(), List.of("a\nnameserver 6.6.6.6"), List.of());
        assertThatThrownBy(() -> names.come(one, Given.request(one, options), ALL))
                .isInstanceOf(NetworkException.class)
                .hasMessageStartingWith("search: ");
        NetworkConfig lan = new NetworkConfig(
                FRONT.id(),
                "lan",
                NetworkConfig.Driver.MACVLAN,
                FRONT.link(),
                FRONT.subnets(),
                false,
                true,
                0,
                Map.of(),
                Map.of(),
                FRONT.created());
        assertThatThrownBy(() ->
                        names.come(one, Given.request(one, ResolverOptions.hosts(), "host:host-gateway"), List.of(lan)))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("host-gateway")
                .hasMessageContaining("mend: ");
        assertThat(folder.resolve("network")).doesNotExist();
    }

    @Test
    void longNamesGoOnFurtherLines() throws IOException {
        String[] aliases = new String[60];
        for (int i = 0; i < aliases.length; i++) {
            aliases[i] = "alias-number-" + i;
        }
        aliases[7] = "x".repeat(253);
        Endpoint one = Given.endpoint(1, "n".repeat(128), "h".repeat(64), Given.joined(FRONT, 2, aliases));
        List<EtcFile> files = come(one);
        assertThat(found(files).keySet()).contains(aliases).contains("h".repeat(64), "n".repeat(128));
        for (String line : Files.readAllLines(outside(files, "/etc/hosts"))) {
            // musl's buffer.
            assertThat(line.length()).isLessThan(512);
        }
        names.go(one);
        assertThat(LineFile.read(folder.resolve("network/names/" + FRONT.id()))).isEmpty();
    }

    @Test
    void addressesAreShort() {
        Map<String, String> texts = Map.of(
                "::",
                "::",
                "::1",
                "::1",
                "fd00::5",
                "fd00::5",
                "1:0:0:2:0:0:0:3",
                "1:0:0:2::3",
                "1:0:2:3:4:5:6:7",
                "1:0:2:3:4:5:6:7",
                "fe80:0:0:0:1::",
                "fe80::1:0:0:0",
                "10.0.0.1",
                "10.0.0.1");
        texts.forEach((text, wanted) ->
                assertThat(AddressText.of(Cidr.parseAddress(text))).isEqualTo(wanted));
    }
}
