package dev.alcove.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A container's first process is a process like those of ProcessBuilder. */
@Timeout(60)
class ContainerProcessTest {
    @BeforeAll
    static void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    private static ContainerBuilder sh(String script) {
        return new ContainerBuilder("sh", "-c", script).rootfs(Rootfs.host());
    }

    /** Runs until its input ends, with whatever shell options. */
    private static ContainerBuilder idle() {
        return new ContainerBuilder("cat").rootfs(Rootfs.host());
    }

    @Test
    void streamsArePipesAtFirst() throws Exception {
        try (Container c =
                sh("read line; echo got $line; echo wrong >&2; exit 3").start()) {
            Process p = c.process();
            try (OutputStream in = p.getOutputStream()) {
                in.write("word\n".getBytes(UTF_8));
            }
            assertThat(new String(p.getInputStream().readAllBytes(), UTF_8)).isEqualTo("got word\n");
            assertThat(new String(p.getErrorStream().readAllBytes(), UTF_8)).isEqualTo("wrong\n");
            assertThat(p.waitFor()).isEqualTo(3);
            assertThat(p.exitValue()).isEqualTo(3);
            assertThat(p.isAlive()).isFalse();
        }
    }

    @Test
    void whatItWroteCanBeReadAfterItsEnd() throws Exception {
        try (Container c = sh("echo last words").start()) {
            assertThat(c.process().waitFor()).isZero();
            assertThat(c.process().getInputStream().available()).isEqualTo(11);
            assertThat(c.process().getErrorStream().available()).isZero();
            assertThat(c.process().inputReader(UTF_8).readLine()).isEqualTo("last words");
        }
    }

    @Test
    void waitingWithATimeLimit() throws Exception {
        try (Container c = idle().start()) {
            Process p = c.process();
            assertThat(p.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(p.waitFor(0, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(p.isAlive()).isTrue();
            assertThatThrownBy(p::exitValue).isInstanceOf(IllegalThreadStateException.class);
            p.getOutputStream().close();
            assertThat(p.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(p.exitValue()).isZero();
        }
    }

    @Test
    void waitingCanBeInterrupted() throws Exception {
        try (Container c = idle().start()) {
            AtomicBoolean interrupted = new AtomicBoolean();
            CountDownLatch there = new CountDownLatch(1);
            Thread waiter = Thread.ofPlatform().start(() -> {
                there.countDown();
                try {
                    c.process().waitFor();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                }
            });
            there.await();
            waiter.interrupt();
            waiter.join();
            assertThat(interrupted).isTrue();
            assertThat(c.process().isAlive()).isTrue();
        }
    }

    @Test
    void whoWantsToBeToldIsNotHeldUpByWhoWaits() throws Exception {
        try (Container c = idle().start()) {
            Thread waiter = Thread.ofPlatform().start(c::waitFor);
            while (waiter.getState() != Thread.State.RUNNABLE) {
                Thread.onSpinWait();
            }
            CompletableFuture<Process> end = c.process().onExit();
            assertThat(end).isNotDone();
            assertThat(c.process().waitFor(10, TimeUnit.MILLISECONDS)).isFalse();
            c.process().getOutputStream().close();
            assertThat(end.get(30, TimeUnit.SECONDS)).isSameAs(c.process());
            waiter.join();
        }
    }

    @Test
    void virtualThreadsWaitWithoutACarrier() throws Exception {
        try (Container c = idle().start()) {
            int many = 3 * Runtime.getRuntime().availableProcessors();
            CompletableFuture<?>[] all = new CompletableFuture<?>[many];
            CountDownLatch waiting = new CountDownLatch(many);
            for (int i = 0; i < many; i++) {
                CompletableFuture<Integer> one = new CompletableFuture<>();
                all[i] = one;
                Thread.ofVirtual().start(() -> {
                    waiting.countDown();
                    one.complete(c.waitFor());
                });
            }
            // All of them are waiting at once, on fewer carriers: else the last would never be here.
            waiting.await();
            c.process().getOutputStream().close();
            CompletableFuture.allOf(all).get(30, TimeUnit.SECONDS);
            assertThat(all).allSatisfy(one -> assertThat(one.join()).isEqualTo(0));
        }
    }

    @Test
    void redirectsToAndFromFiles(@TempDir Path dir) throws Exception {
        Path in = Files.writeString(dir.resolve("in"), "one\ntwo\n");
        Path out = Files.writeString(dir.resolve("out"), "old text that is longer than what comes\n");
        Path err = Files.writeString(dir.resolve("err"), "kept\n");
        ContainerBuilder b = sh("cat; echo problem >&2")
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(Redirect.appendTo(err.toFile()));
        try (Container c = b.start()) {
            assertThat(c.process().getInputStream().read()).isEqualTo(-1);
            assertThat(c.process().waitFor()).isZero();
        }
        assertThat(out).hasContent("one\ntwo\n");
        assertThat(err).hasContent("kept\nproblem\n");
    }

    @Test
    void errorsGoWhereTheOutputGoes() throws Exception {
        try (Container c = sh("echo a; echo b >&2").redirectErrorStream(true).start()) {
            assertThat(new String(c.process().getInputStream().readAllBytes(), UTF_8))
                    .isEqualTo("a\nb\n");
            assertThat(c.process().getErrorStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aRedirectOfTheWrongDirectionIsRefused(@TempDir Path dir) {
        ContainerBuilder b = sh("true");
        assertThatThrownBy(() -> b.redirectInput(Redirect.to(dir.resolve("x").toFile())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("redirectInput");
        assertThatThrownBy(() -> b.redirectOutput(Redirect.from(dir.resolve("x").toFile())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("redirectOutput");
    }

    @Test
    void aMissingInputFileLeavesNothingOpen(@TempDir Path dir) throws IOException {
        ContainerBuilder b = sh("true").redirectInput(dir.resolve("missing").toFile());
        long before = descriptors();
        assertThatThrownBy(b::start).hasMessageContaining("missing").hasMessageContaining("ENOENT");
        assertThat(descriptors()).isEqualTo(before);
    }

    private static long descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void destroyEndsAProgramThatWouldIgnoreTermAsPid1() throws Exception {
        try (Container c =
                new ContainerBuilder("sleep", "60").rootfs(Rootfs.host()).start()) {
            assertThat(c.process().supportsNormalTermination()).isTrue();
            c.process().destroy();
            assertThat(c.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(c.process().exitValue()).isEqualTo(137);
        }
    }

    @Test
    void destroyLetsAHandlerOfTermEndIt() throws Exception {
        try (Container c = sh("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done")
                .start()) {
            assertThat(c.process().inputReader(UTF_8).readLine()).isEqualTo("ready");
            c.process().toHandle().destroy();
            assertThat(c.process().waitFor()).isEqualTo(7);
        }
    }

    @Test
    void destroyReachesTheProgramThroughTheSmallInit() throws Exception {
        ContainerBuilder b = sh("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
        try (Container c = b.init(true).start()) {
            assertThat(c.process().inputReader(UTF_8).readLine()).isEqualTo("ready");
            c.process().destroy();
            assertThat(c.process().waitFor()).isEqualTo(7);
        }
    }

    @Test
    void oneProcessMoreIsNoContainer() {
        try (Container c = idle().start();
                Container more = c.exec("cat").start()) {
            assertThatThrownBy(more::pause).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> more.exec("true")).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aHandleTellsOfAProcess() throws Exception {
        try (Container c = idle().start()) {
            ProcessHandle handle = c.process().toHandle();
            assertThat(handle.pid()).isEqualTo(c.pid()).isEqualTo(c.process().pid());
            assertThat(handle.isAlive()).isTrue();
            assertThat(handle.info().command())
                    .hasValueSatisfying(path -> assertThat(path).endsWith("cat"));
            assertThat(handle.parent().flatMap(ProcessHandle::parent).map(ProcessHandle::pid))
                    .as("the monitor is our child")
                    .hasValue(ProcessHandle.current().pid());
            assertThat(handle)
                    .isEqualTo(c.process().toHandle())
                    .isEqualByComparingTo(c.process().toHandle());
            CompletableFuture<ProcessHandle> end = handle.onExit();
            assertThat(handle.destroyForcibly()).isTrue();
            assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo(handle);
            assertThat(handle.isAlive()).isFalse();
            assertThat(handle.destroy()).isFalse();
            assertThat(handle.info().command()).isEmpty();
            assertThat(handle.children()).isEmpty();
        }
    }

    @Test
    void oneMoreProcessRunsInIt() throws Exception {
        try (Container c = idle().hostname("the-room").start();
                Container more = c.exec("sh", "-c", "hostname; echo $$; exit 5").start()) {
            assertThat(more.process().inputReader(UTF_8).readAllLines())
                    .hasSize(2)
                    .first()
                    .isEqualTo("the-room");
            assertThat(more.process().waitFor()).isEqualTo(5);
            assertThat(c.process().isAlive()).isTrue();
            c.process().getOutputStream().close();
            assertThat(c.waitFor()).isZero();
            assertThatThrownBy(() -> c.exec("true").start())
                    .isInstanceOfSatisfying(
                            ContainerException.class,
                            e -> assertThat(e.kind()).isEqualTo(ContainerException.Kind.CONFLICT))
                    .hasMessageContaining("not running");
        }
    }
}
