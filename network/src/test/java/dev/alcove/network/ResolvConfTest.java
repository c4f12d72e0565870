package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Cidr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolvConfTest {
    private static final String HOSTS = """
            # a comment
            ; another
            nameserver 127.0.0.53
            nameserver\t192.0.2.1
            nameserver fe80::1%eth0
            nameserver 2001:db8::53
            domain old.example
            search a.example  b.example
            options edns0 trust-ad
            sortlist 10.0.0.0
            nameserver
            """;

    @TempDir
    private Path top;

    private void host(String name, String text) throws IOException {
        Path file = top.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static ResolverOptions options(List<String> servers, List<String> search, List<String> options) {
        return new ResolverOptions(servers.stream().map(Cidr::parseAddress).toList(), search, options);
    }

    @Test
    void isReadAndWritten() {
        ResolvConf conf = ResolvConf.parse(HOSTS);
        assertThat(conf.servers()).containsExactly("127.0.0.53", "192.0.2.1", "fe80::1%eth0", "2001:db8::53");
        assertThat(conf.search()).containsExactly("a.example", "b.example");
        assertThat(conf.options()).containsExactly("edns0", "trust-ad");
        assertThat(conf.reachable().text()).isEqualTo("""
                        nameserver 192.0.2.1
                        nameserver 2001:db8::53
                        search a.example b.example
                        options edns0 trust-ad
                        """);
        assertThat(ResolvConf.parse("search .\n").search()).isEmpty();
        assertThat(ResolvConf.parse("")).isEqualTo(new ResolvConf(List.of(), List.of(), List.of()));
    }

    @Test
    void theContainersWishesReplaceTheHostsEachByItself() {
        ResolvConf host = ResolvConf.parse(HOSTS).reachable();
        assertThat(host.with(ResolverOptions.hosts())).isEqualTo(host);
        assertThat(host.with(options(List.of("9.9.9.9", "fd00::0:1"), List.of(), List.of()))
                        .text())
                .isEqualTo(
                        "nameserver 9.9.9.9\nnameserver fd00::1\nsearch a.example b.example\noptions edns0 trust-ad\n");
        assertThat(host.with(options(List.of(), List.of("."), List.of("ndots:2")))
                        .text())
                .isEqualTo("nameserver 192.0.2.1\nnameserver 2001:db8::53\noptions ndots:2\n");
        assertThat(host.with(options(List.of(), List.of("c"), List.of())).search())
                .containsExactly("c");
    }

    @Test
    void aServerOfOursTakesThePlaceOfTheOthers() {
        ResolvConf conf = ResolvConf.parse("nameserver 192.0.2.1\nsearch a\n");
        assertThat(conf.slots(List.of())).containsExactly("", "", "", "nameserver 192.0.2.1");
        assertThat(conf.slots(List.of(Cidr.parseAddress("10.1.0.1"), Cidr.parseAddress("fd00:1::1"))))
                .containsExactly("nameserver 10.1.0.1", "nameserver fd00:1::1", "options ndots:0", "");
        ResolvConf dots = conf.with(options(List.of(), List.of(), List.of("ndots:3")));
        assertThat(dots.slots(List.of(Cidr.parseAddress("10.1.0.1"))))
                .containsExactly("nameserver 10.1.0.1", "", "", "");
        // No more than a resolver asks.
        assertThat(ResolvConf.parse("nameserver 1.1.1.1\n".repeat(5)).slots(List.of()))
                .hasSize(6);
    }

    @Test
    void aResolverOnLoopbackIsReplacedByThoseBehindIt() throws IOException {
        HostResolver resolver = HostResolver.of(top);
        assertThat(resolver.reachable().servers()).isEmpty();
        host("etc/resolv.conf", "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n");
        assertThat(resolver.asIs().servers()).containsExactly("127.0.0.53");
        assertThat(resolver.reachable().servers()).isEmpty();
        assertThat(resolver.reachable().text()).startsWith("search lan\n").contains("--dns");
        host("run/NetworkManager/no-stub-resolv.conf", "nameserver 192.0.2.8\n");
        assertThat(resolver.reachable().text()).isEqualTo("nameserver 192.0.2.8\nsearch lan\n");
        host("run/systemd/resolve/resolv.conf", "nameserver 192.0.2.7\nsearch other\n");
        assertThat(resolver.reachable().text()).isEqualTo("nameserver 192.0.2.7\nsearch lan\n");
        // One that can be reached is enough.
        host("etc/resolv.conf", "nameserver ::1\nnameserver 192.0.2.9\n");
        assertThat(resolver.reachable().servers()).containsExactly("192.0.2.9");
    }

    @Test
    void theFileChangesInPlace() throws IOException {
        Path file = top.resolve("resolv.conf");
        ResolvConf conf = ResolvConf.parse("nameserver 192.0.2.1\nnameserver 192.0.2.2\nsearch a\n");
        ResolvFile.become(file, conf, List.of());
        Object inode = Files.getAttribute(file, "unix:ino");
        assertThat(ResolvConf.parse(Files.readString(file))).isEqualTo(conf);
        ResolvFile.become(file, conf, List.of(Cidr.parseAddress("10.1.0.1")));
        assertThat(ResolvConf.parse(Files.readString(file)))
                .isEqualTo(new ResolvConf(List.of("10.1.0.1"), List.of("a"), List.of("ndots:0")));
        ResolvFile.become(file, conf, List.of());
        assertThat(ResolvConf.parse(Files.readString(file))).isEqualTo(conf);
        // A host that changed its mind: shorter, longer.
        for (String text : List.of("nameserver 192.0.2.3\n", "search x y z\nnameserver 192.0.2.1\nnameserver ::2\n")) {
            ResolvFile.become(file, ResolvConf.parse(text), List.of());
            assertThat(ResolvConf.parse(Files.readString(file))).isEqualTo(ResolvConf.parse(text));
        }
        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
    }
}
