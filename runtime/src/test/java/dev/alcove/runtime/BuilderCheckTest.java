package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.alcove.linux.Fd;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.ContainerBuilder.Room;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.TimeOffset;
import dev.alcove.spec.Uint64;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a builder was told that cannot be is refused by the method's name, everything at once, and nothing is made. */
class BuilderCheckTest {
    record Case(String method, String said, Consumer<ContainerBuilder> wrong) {
        @Override
        public String toString() {
            return method + " " + said;
        }
    }

    private static final List<Case> ALL = new ArrayList<>();

    private static void wrong(String method, String said, Consumer<ContainerBuilder> change) {
        ALL.add(new Case(method, said, change));
    }

    static List<Case> cases() {
        ALL.clear();
        wrong("environment", "'A=B'", b -> b.environment().put("A=B", "x"));
        wrong("environment", "NUL", b -> b.environment().put("A", "x\0y"));
        wrong("directory", "'work'", b -> b.directory("work"));
        wrong("id", "'a/b'", b -> b.id("a/b"));
        wrong("hostname", "65 bytes", b -> b.hostname("x".repeat(65)));
        wrong("hostname", "room(UTS", b -> b.hostname("x").room(NamespaceKind.UTS, new Room.Host()));
        wrong("domainname", "room(UTS", b -> b.domainname("x").room(NamespaceKind.UTS, new Room.Host()));
        wrong("host", "'", b -> b.host("two\nlines", "127.0.0.1"));
        wrong("hold", "'alive'", b -> b.hold(Path.of("alive")));
        wrong("afterEnd", "outlives", b -> b.afterEnd(List.of("/bin/true"), Map.of()));
        wrong("afterEnd", "absolute path", b -> b.detached(Path.of("/tmp/log")).afterEnd(List.of("true"), Map.of()));
        wrong("afterEnd", "absolute path", b -> b.detached(Path.of("/tmp/log")).afterEnd(List.of(), Map.of()));
        wrong("afterEnd", "NUL", b -> b.detached(Path.of("/tmp/log")).afterEnd(List.of("/bin/true", "a\0"), Map.of()));
        wrong(
                "afterEnd",
                "'A=B'",
                b -> b.detached(Path.of("/tmp/log")).afterEnd(List.of("/bin/true"), Map.of("A=B", "")));
        wrong("room(NET", "'net'", b -> b.room(NamespaceKind.NET, new Room.Joined(Path.of("net"))));
        wrong(
                "timeOffset",
                "room(TIME",
                b -> b.timeOffset(TimeOffset.parse("boottime=1h")).room(NamespaceKind.TIME, new Room.Host()));
        wrong(
                "timeOffset",
                "two",
                b -> b.timeOffset(TimeOffset.parse("boottime=1h")).timeOffset(TimeOffset.parse("boottime=2h")));
        wrong("idMappings", "room(USER", b -> b.idMappings(ids(), ids()).room(NamespaceKind.USER, new Room.Host()));
        wrong("idMappings", "both", b -> b.idMappings(ids(), List.of()));
        wrong("sysctl", "net.ipv4", b -> b.sysctl("net.ipv4.ip_forward", "1").room(NamespaceKind.NET, new Room.Host()));
        wrong("rootfs", "mount namespace", b -> b.room(NamespaceKind.MOUNT, new Room.Host()));
        wrong("readOnly", "caller's own", b -> b.rootfs(Rootfs.inherited()).readOnly(true));
        wrong("mount", "'data'", b -> b.mount(OciMount.of("data", "bind", "/tmp", List.of("bind"))));
        wrong(
                "mount",
                "mount namespace",
                b -> b.rootfs(Rootfs.inherited())
                        .room(NamespaceKind.MOUNT, new Room.Host())
                        .mount(OciMount.of("/mnt", "tmpfs", "tmpfs", List.of())));
        wrong("terminal", "redirect", b -> b.terminal(true).redirectOutput(new File("/tmp/x")));
        wrong("terminal", "redirect", b -> b.terminal(true).redirectOutput(Redirect.INHERIT));
        wrong("terminal", "redirect", b -> b.terminal(true).redirect(Fd.standard(0), Fd.standard(1), Fd.standard(2)));
        wrong("terminalSize", "no terminal", b -> b.terminalSize(24, 80));
        wrong("terminalSize", "65535", b -> b.terminal(true).terminalSize(70000, 80));
        wrong("capabilities", "'CAP_NOPE'", b -> b.capabilities().add("CAP_NOPE"));
        wrong("oomScoreAdj", "1001", b -> b.oomScoreAdj(1001));
        wrong("timeout", "PT0S", b -> b.timeout(Duration.ZERO));
        wrong("timeout", "PT-1S", b -> b.timeout(Duration.ofSeconds(-1)));
        wrong("timeout", "longer", b -> b.timeout(Duration.ofSeconds(Long.MAX_VALUE)));
        wrong("rlimit", "'RLIMIT_NOPE'", b -> b.rlimit(new PosixRlimit("RLIMIT_NOPE", Uint64.of(1), Uint64.of(1))));
        wrong("rlimit", "above", b -> b.rlimit(new PosixRlimit("RLIMIT_CPU", Uint64.of(1), Uint64.of(2))));
        wrong("file", "twice", b -> b.file("/a", "1").file("/a", "2"));
        wrong("limits", "pids", b -> b.pids(-7));
        wrong(
                "limits",
                "'8000'",
                b -> b.limits(r -> r.cpu(LinuxCpu.builder().cpus("8000").build())));
        wrong(
                "limits",
                "'7000'",
                b -> b.limits(r -> r.cpu(LinuxCpu.builder().mems("7000").build())));
        wrong(
                "limits",
                "more processors' time",
                b -> b.limits(r -> r.cpu(LinuxCpu.builder().quota(900_000_000L).build())));
        wrong("device", "'q'", b -> b.device(device("/dev/x", "q"), rule()));
        wrong("device", "'x'", b -> b.device(device("x", "c"), rule()));
        wrong("user", "umask", b -> b.user(new OciUser(0, 0, 01000L, List.of(), "")));
        wrong("mount", "'idmap'", b -> b.mount(OciMount.of("/mnt", "bind", "/tmp", List.of("bind", "idmap"))));
        wrong("mount", "'size=1'", b -> b.mount(OciMount.of("/mnt", "bind", "/tmp", List.of("size=1"))));
        return ALL;
    }

    private static LinuxDevice device(String path, String type) {
        return new LinuxDevice(path, type, 1L, 3L, null, null, null);
    }

    private static LinuxDeviceCgroup rule() {
        return new LinuxDeviceCgroup(true, "c", 1L, 3L, "rwm");
    }

    private static List<LinuxIdMapping> ids() {
        return List.of(new LinuxIdMapping(0, 1000, 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedByItsName(Case c) {
        ContainerBuilder b = new ContainerBuilder("true");
        c.wrong().accept(b);
        assertThatThrownBy(b::start)
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith(c.method())
                .contains(c.said())
                .doesNotContain("\n");
    }

    @Test
    void withoutACommandThereIsNothingToRun() {
        assertThatThrownBy(() -> new ContainerBuilder(List.of()).start()).hasMessageStartingWith("command: ");
        assertThatThrownBy(() -> new ContainerBuilder("").start()).hasMessageStartingWith("command: ");
    }

    @Test
    void everyFaultIsSaidAtOnce() {
        ContainerBuilder b = new ContainerBuilder("true")
                .hostname("x".repeat(65))
                .directory("work")
                .oomScoreAdj(-2000)
                .timeout(Duration.ZERO)
                .terminal(true)
                .redirectOutput(Redirect.INHERIT)
                .device(device("/dev/x", "q"), rule())
                .user(new OciUser(0, 0, 01000L, List.of(), ""))
                .limits(r -> r.cpu(LinuxCpu.builder().cpus("8000").build()))
                .mount(OciMount.of("/mnt", "bind", "/tmp", List.of("idmap")));
        IllegalArgumentException e = catchThrowableOfType(IllegalArgumentException.class, b::start);
        assertThat(String.valueOf(e.getMessage()).lines())
                .hasSize(10)
                .first()
                .asString()
                .contains("9 reasons");
        assertThat(String.valueOf(e.getMessage()).lines().skip(1))
                .anyMatch(line -> line.startsWith("  hostname: "))
                .anyMatch(line -> line.startsWith("  directory: "))
                .anyMatch(line -> line.startsWith("  oomScoreAdj: "))
                .anyMatch(line -> line.startsWith("  timeout: "))
                .anyMatch(line -> line.startsWith("  terminal: "))
                .anyMatch(line -> line.startsWith("  device: "))
                .anyMatch(line -> line.startsWith("  user: "))
                .anyMatch(line -> line.startsWith("  limits: "))
                .anyMatch(line -> line.startsWith("  mount: "));
    }

    @Test
    void explainRefusesTheSame() {
        assertThatThrownBy(() -> new ContainerBuilder("true").directory("work").explain())
                .hasMessageStartingWith("directory: ");
    }
}
