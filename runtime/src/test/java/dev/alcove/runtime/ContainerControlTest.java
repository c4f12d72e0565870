package dev.alcove.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceSet;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.LinuxPids;
import dev.alcove.spec.OciUser;
import java.io.BufferedReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be done with a container while it runs, each by what is seen inside or by the kernel's own account. */
@Timeout(60)
class ContainerControlTest {
    @BeforeEach
    void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    private static ContainerBuilder cat() {
        return new ContainerBuilder("cat").rootfs(Rootfs.host());
    }

    private static void say(Container c, String line) throws Exception {
        OutputStream in = c.process().getOutputStream();
        in.write(line.getBytes(UTF_8));
        in.flush();
    }

    @Test
    void pausedItDoesNotRunAndResumedItGoesOn() throws Exception {
        try (Container c = cat().start()) {
            BufferedReader out = c.process().inputReader(UTF_8);
            say(c, "one\n");
            assertThat(out.readLine()).isEqualTo("one");
            c.pause();
            long before = ticks(c);
            say(c, "two\n");
            // A frozen process is not scheduled at all: it has not taken what was sent to it.
            assertThat(c.process().getInputStream().available()).isZero();
            assertThat(ticks(c)).isEqualTo(before);
            assertThat(c.process().isAlive()).isTrue();
            c.resume();
            assertThat(out.readLine()).isEqualTo("two");
            c.process().getOutputStream().close();
            assertThat(c.waitFor()).isZero();
        }
    }

    private static long ticks(Container c) {
        return c.stats().cpu().orElseThrow().usageNanos();
    }

    @Test
    void oneMoreProcessThatCannotBeIsRefusedWithAllItsFaults() {
        try (Container c = cat().start()) {
            ExecBuilder b = c.exec("a\0b")
                    .directory("work")
                    .terminal(true)
                    .terminalSize(70000, 80)
                    .redirectOutput(Redirect.DISCARD)
                    .user(new OciUser(0, 0, 01000L, List.of(), ""));
            b.environment().put("A=B", "x");
            assertThatThrownBy(b::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("this process cannot be, for 6 reasons:")
                    .hasMessageContainingAll(
                            "\n  command: ",
                            "\n  directory: 'work'",
                            "\n  terminal: ",
                            "\n  terminalSize: 70000 rows",
                            "\n  user: the umask",
                            "\n  environment: 'A=B'");
            assertThatThrownBy(() -> c.exec().start()).hasMessage("command: there is no command to run");
        }
    }

    @Test
    void aPausedOneCanBeClosed() {
        Container c = cat().start();
        c.pause();
        c.close();
        assertThat(c.process().isAlive()).isFalse();
        assertThat(c.process().exitValue()).isEqualTo(137);
    }

    @Test
    void statisticsAreTheKernelsOwn() throws Exception {
        ContainerBuilder b = new ContainerBuilder(
                        "sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 1000 & echo ready; cat")
                .rootfs(Rootfs.host())
                .memory(Bytes.mebi(64))
                .pids(20);
        try (Container c = b.start()) {
            assertThat(c.process().inputReader(UTF_8).readLine()).isEqualTo("ready");
            var stats = c.stats();
            assertThat(stats.pids().orElseThrow().current()).isBetween(2L, 3L);
            assertThat(stats.pids().orElseThrow().limit()).hasValue(20);
            assertThat(stats.memory().orElseThrow().usage()).isBetween(1L, 64L << 20);
            assertThat(stats.memory().orElseThrow().limit()).hasValue(64L << 20);
            assertThat(stats.cpu().orElseThrow().usageNanos()).isPositive();
        }
    }

    @Test
    void limitsChangeWhileItRuns() throws Exception {
        ContainerBuilder b = new ContainerBuilder(
                        "sh", "-c", "read x; sleep 1000 & sleep 1000 & sleep 1000 & echo started")
                .rootfs(Rootfs.host())
                .redirectErrorStream(true)
                .pids(20);
        try (Container c = b.start()) {
            c.update(limits -> limits.pids(new LinuxPids(2L)));
            assertThat(c.stats().pids().orElseThrow().limit()).hasValue(2);
            say(c, "\n");
            assertThat(c.process().inputReader(UTF_8).readLine()).containsIgnoringCase("fork");
        }
    }

    @Test
    void aLimitThatCannotBeIsRefusedAndNothingChanges() {
        try (Container c = cat().pids(20).start()) {
            assertThatThrownBy(() -> c.update(limits -> limits.pids(new LinuxPids(-7L))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("pids");
            assertThat(c.stats().pids().orElseThrow().limit()).hasValue(20);
        }
    }

    @Test
    void namespacesAreNotOursButForThoseThatAreShared() {
        NamespaceSet ours = NamespaceSet.of(Kernel.pid()).orElseThrow();
        Container c =
                cat().room(NamespaceKind.NET, new ContainerBuilder.Room.Host()).start();
        try (c) {
            assertThat(c.namespaces().shared(ours))
                    .containsExactlyInAnyOrder(NamespaceKind.NET, NamespaceKind.USER, NamespaceKind.TIME);
        }
        assertThatThrownBy(c::namespaces)
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.kind()).isEqualTo(ContainerException.Kind.CONFLICT));
    }

    @Test
    void theProgramCanBeReadOfARunningOne() {
        try (Container c = cat().hostname("explained").start()) {
            assertThat(c.explain().text()).contains("sethostname(\"explained\"", "pivot_root(\".\", \".\")", "execve");
        }
    }

    @Test
    void whatHasEndedCannotBeActedUpon() {
        Container c = cat().start();
        c.close();
        for (Runnable action : new Runnable[] {c::pause, c::resume, c::stats}) {
            assertThatThrownBy(action::run)
                    .isInstanceOfSatisfying(
                            ContainerException.class,
                            e -> assertThat(e.kind()).isEqualTo(ContainerException.Kind.CONFLICT))
                    .hasMessageContaining("it has ended");
        }
        assertThat(c.signal(dev.alcove.linux.Signal.TERM)).isFalse();
    }
}
