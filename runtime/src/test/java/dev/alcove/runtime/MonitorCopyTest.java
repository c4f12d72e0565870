package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Child;
import dev.alcove.linux.Fd;
import dev.alcove.linux.UnixSocket;
import dev.alcove.testkit.NothingLeft;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** One more process in a container of this JVM: by a copy of the container's monitor. */
@ExtendWith(NothingLeft.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MonitorCopyTest {
    @BeforeEach
    void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    private static ContainerBuilder waiting() {
        return new ContainerBuilder("sleep", "1000");
    }

    private static String out(Container c, int status) {
        try (c) {
            String out = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(c.process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(c.waitFor()).as(err).isEqualTo(status);
            return out + err;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int parent(int pid) {
        return (int) ProcessHandle.of(pid).orElseThrow().parent().orElseThrow().pid();
    }

    /** What the monitor does when it is asked, without a program: its copy says so, and ends. */
    private static Optional<Child> copy(Launcher.Started started) {
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            Map<Integer, Fd> fds = new HashMap<>();
            for (int fd = 0; fd < Wire.CONTROL; fd++) {
                fds.put(fd, Fd.standard(fd));
            }
            fds.put(Wire.CONTROL, pair.right().fd());
            boolean asked = started.copier().ask("", fds);
            pair.right().close();
            return asked ? Copier.copied(pair.left()) : Optional.empty();
        }
    }

    private static Launcher.Started started(ContainerBuilder b) {
        ContainerSpec spec = b.spec();
        return Launcher.start(
                spec,
                () -> Launcher.Planned.of(spec),
                Fd.standard(0),
                Fd.standard(1),
                Fd.standard(2),
                Map.of(),
                Optional.empty());
    }

    @Test
    void theCopyIsOurChildAndTheMonitorWatchesOn() {
        ContainerBuilder b = waiting();
        Launcher.Started started = started(b);
        Child copy = copy(started).orElseThrow();
        assertThat(copy.pid()).isNotEqualTo(started.monitor().pid());
        assertThat(parent(copy.pid())).isEqualTo(ProcessHandle.current().pid());
        assertThat(copy.reap()).as("it had no program").isEqualTo(new Child.Exit(1, false));
        assertThat(ProcessHandle.of(started.monitor().pid())).isPresent();
        started.abandon(b.spec());
    }

    @Test
    void aMonitorThatIsGoneMakesNone() {
        ContainerBuilder b = waiting();
        Launcher.Started started = started(b);
        ProcessHandle.of(started.monitor().pid()).orElseThrow().destroyForcibly();
        started.monitor().reap();
        assertThat(copy(started)).isEmpty();
        started.abandon(b.spec());
    }

    /** It is planned when the copy is there already. */
    @Test
    void aPlanThatFailsLeavesNoCopy() {
        ContainerBuilder b = waiting();
        Launcher.Started started = started(b);
        List<Long> before = children();
        assertThatThrownBy(() -> Launcher.start(
                        b.spec(),
                        () -> {
                            throw new IllegalArgumentException("such a plan");
                        },
                        Fd.standard(0),
                        Fd.standard(1),
                        Fd.standard(2),
                        Map.of(),
                        Optional.of(started)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("such a plan");
        assertThat(children()).isEqualTo(before);
        started.abandon(b.spec());
    }

    private static List<Long> children() {
        return ProcessHandle.current()
                .children()
                .map(ProcessHandle::pid)
                .sorted()
                .toList();
    }

    @Test
    void isInTheRoomsWithNothingOpenAndGivesItsOwnStatus() {
        try (Container c = waiting().hostname("box").start()) {
            assertThat(out(
                            c.exec("sh", "-c", "hostname; ls /proc/self/fd; exit 7")
                                    .start(),
                            7))
                    .isEqualTo("box\n0\n1\n2\n3\n");
            assertThat(c.process().isAlive()).isTrue();
        }
    }

    /** Its own monitor is killed: its process goes with it, the container does not. */
    @Test
    void theDeathOfTheCopyIsNotThatOfTheContainer() {
        try (Container c = waiting().start()) {
            Container more = c.exec("sleep", "1000").start();
            int copy = parent(more.pid());
            assertThat(parent(copy)).isEqualTo(ProcessHandle.current().pid());
            assertThat(copy).isNotEqualTo(parent(c.pid()));
            ProcessHandle.of(copy).orElseThrow().destroyForcibly();
            assertThat(more.waitFor()).isEqualTo(128 + 9);
            more.close();
            assertThat(out(c.exec("echo", "still").start(), 0)).isEqualTo("still\n");
        }
    }

    /** The container's monitor is killed: the container ends, and its other processes too. */
    @Test
    void theDeathOfTheMonitorEndsAll() {
        try (Container c = waiting().start();
                Container more = c.exec("sleep", "1000").start()) {
            ProcessHandle.of(parent(c.pid())).orElseThrow().destroyForcibly();
            assertThat(more.waitFor()).isEqualTo(128 + 9);
            assertThat(c.waitFor()).isEqualTo(128 + 9);
            assertThatThrownBy(() -> c.exec("true").start())
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("is not running");
        }
    }

    @Test
    void manyAtOnce() throws InterruptedException, ExecutionException {
        try (Container c = waiting().start();
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String word = "word" + i;
                calls.add(() -> out(c.exec("echo", word).start(), 0));
            }
            List<Future<String>> all = threads.invokeAll(calls);
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).get()).isEqualTo("word" + i + "\n");
            }
        }
    }

    /** Whenever the container ends, one more process has run or is refused; nothing stays. */
    @Test
    void whileTheContainerEnds() throws InterruptedException {
        int refused = 0;
        for (int i = 0; i < 40; i++) {
            Container c = waiting().start();
            Thread closing = Thread.ofPlatform().start(c::close);
            try (Container more = c.exec("sleep", "1000").start()) {
                assertThat(more.waitFor()).isEqualTo(128 + 9);
            } catch (ContainerException e) {
                refused++;
            }
            closing.join();
        }
        assertThat(refused).isPositive();
    }
}
