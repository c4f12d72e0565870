package dev.alcove.it;

import static dev.alcove.it.Tricks.calls;
import static dev.alcove.it.Tricks.failed;
import static dev.alcove.it.Tricks.forbidden;
import static dev.alcove.it.Tricks.pry;
import static dev.alcove.it.Tricks.sandbox;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.it.tricks.Greed;
import dev.alcove.it.tricks.Prying;
import dev.alcove.runtime.Sandbox;
import dev.alcove.runtime.Verdict;
import dev.alcove.runtime.Verdict.Ending;
import dev.alcove.spec.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sandbox gives its program, what it says of it, and what it refuses. */
class SandboxTest {
    @BeforeAll
    static void once() throws Exception {
        Tricks.warm();
    }

    @Test
    void theFirstForbiddenCallCanBeTheEnd() throws Exception {
        Verdict verdict = calls("getpid", "--", "bpf", "0", "0", "0", "--", "getpid")
                .killOnForbiddenCall(true)
                .run();
        forbidden(verdict, "bpf");
        assertThat(verdict.stdout().text()).isEqualTo("1\n");
        assertThat(verdict.status()).isEqualTo(137);
    }

    @Test
    void whoeverNeverStopsTryingIsKilled() throws Exception {
        List<String> words = new ArrayList<>(List.of("keyctl"));
        for (int i = 0; i < 1100; i++) {
            words.addAll(List.of("--", "keyctl"));
        }
        Verdict verdict = calls(words.toArray(String[]::new)).run();
        assertThat(verdict.ending()).isEqualTo(new Ending.ForbiddenCall("keyctl"));
        assertThat(verdict.status()).isEqualTo(137);
        assertThat(verdict.forbidden().get("keyctl")).isBetween(1000L, 1002L);
    }

    @Test
    void aRefusalThatAProgramDoesWithoutIsNoEnding() throws Exception {
        Verdict verdict = calls("keyctl", "0", "0", "0", "--", "getpid").run();
        assertThat(verdict.ending()).isEqualTo(new Ending.Exited(0));
        assertThat(verdict.forbidden()).containsEntry("keyctl", 1L);
        assertThat(verdict.clean()).isFalse();
    }

    @Test
    void whatItIsGivenAndNothingElse(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("input"), "given");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(pry("read", file.toString()).read(file).run().stdout().text())
                .isEqualTo("given\ngot it\n");
        failed(pry("write", file.toString(), "changed").read(file).run(), file.toString());
        assertThat(file).hasContent("given");
        Verdict environment = pry("environment").environment("NAME", "value").run();
        assertThat(environment.stdout().text().lines())
                .contains("NAME=value", "HOME=/tmp")
                .noneMatch(line -> line.startsWith("PATH=") || line.startsWith("USER="));
        assertThat(pry("read", "/dev/stdin").stdin("häll").run().stdout().text())
                .isEqualTo("häll\ngot it\n");
    }

    @Test
    void itsUsersAreNobodysOutside() throws Exception {
        for (String file : List.of("/proc/self/uid_map", "/proc/self/gid_map")) {
            String map =
                    pry("read", file).run().stdout().text().lines().findFirst().orElseThrow();
            List<String> words = List.of(map.strip().split(" +"));
            assertThat(words).hasSize(3);
            assertThat(Long.parseLong(words.get(1))).as(map).isGreaterThan(65535);
        }
        String status = pry("read", "/proc/self/status").run().stdout().text();
        assertThat(status.lines())
                .contains("Uid:\t65534\t65534\t65534\t65534", "Gid:\t65534\t65534\t65534\t65534", "Groups:\t ")
                .contains("CapBnd:\t0000000000000000");
    }

    /** What root gives it is found by root: the directories above need not be open to the sandbox's user. */
    @Test
    void whatLiesInAPrivateDirectory(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("input"), "given");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        assertThat(pry("read", file.toString()).read(file).run().stdout().text())
                .isEqualTo("given\ngot it\n");
        failed(pry("write", file.toString(), "changed").read(file).run(), file.toString());
        failed(pry("create", folder + "/more").read(file).run(), folder.toString());
        assertThat(folder).isDirectoryContaining(file::equals);
    }

    /** What is mounted below a path that it may read is as read-only as the path. */
    @Test
    void whatIsMountedBelowIsReadOnlyToo(@TempDir Path folder) {
        OwnMounts.in(folder, base -> {
            Path below = base.resolve("below");
            OwnMounts.tmpfs(below);
            Path data = Files.writeString(below.resolve("data"), "seen");
            Files.setPosixFilePermissions(below, PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rw-rw-rw-"));
            try {
                assertThat(pry("read", data.toString())
                                .read(base)
                                .run()
                                .stdout()
                                .text())
                        .contains("seen");
                failed(pry("write", data.toString(), "changed").read(base).run(), data.toString());
                failed(pry("create", below + "/more").read(base).run(), below.toString());
                assertThat(data).hasContent("seen");
                assertThat(below.resolve("more")).doesNotExist();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void statusesAreItsOwn() throws Exception {
        assertThat(pry("exit", "137").run().ending()).isEqualTo(new Ending.Exited(137));
        assertThat(pry("exit", "3").run().ending()).isEqualTo(new Ending.Exited(3));
        assertThat(pry("exit", "0").run().clean()).isTrue();
    }

    @Test
    void aJar(@TempDir Path folder) throws Exception {
        Path jar = folder.resolve("trick.jar");
        var manifest = new java.util.jar.Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Main-Class", Prying.class.getName());
        String name = Prying.class.getName().replace('.', '/') + ".class";
        try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new java.util.zip.ZipEntry(name));
            Files.copy(Tricks.classes().resolve(name), out);
        }
        Verdict verdict = Sandbox.java(jar)
                .arguments("read", "/dev/stdin")
                .stdin("through a jar".getBytes(UTF_8))
                .run();
        assertThat(verdict.stdout().text()).as(verdict.toString()).isEqualTo("through a jar\ngot it\n");
        assertThat(verdict.clean()).isTrue();
        assertThat(verdict.used().cpu()).isPositive();
        assertThat(verdict.used().memory().value()).isPositive();
    }

    @Test
    void manyAtOnceAndOneThreadForAll() throws Exception {
        List<Verdict> verdicts = new CopyOnWriteArrayList<>();
        List<Thread> runners = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            runners.add(Thread.ofVirtual().start(() -> {
                try {
                    verdicts.add(pry("environment").run());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (Thread runner : runners) {
            runner.join();
        }
        assertThat(verdicts).hasSize(8).allMatch(Verdict::clean);
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.contains("sandbox")))
                .containsExactly("alcove-sandbox");
    }

    @Test
    void anInterruptEndsIt() throws Exception {
        Sandbox sandbox = sandbox(Greed.class, "time", "0");
        Thread runner = Thread.ofPlatform().unstarted(() -> {
            try {
                sandbox.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        runner.start();
        while (runner.getState() == Thread.State.RUNNABLE || runner.getState() == Thread.State.NEW) {
            Thread.onSpinWait();
        }
        runner.interrupt();
        assertThat(runner.join(Duration.ofSeconds(20))).isTrue();
        assertThat(runner.isInterrupted() || !runner.isAlive()).isTrue();
    }

    /** The JVM inside, when its program runs. */
    private static ProcessHandle inside() {
        Wait.until("a JVM inside", () -> jvms().findAny().isPresent());
        return jvms().findAny().orElseThrow();
    }

    private static Stream<ProcessHandle> jvms() {
        return ProcessHandle.current()
                .descendants()
                .filter(p -> p.info().command().orElse("").equals("/jdk/bin/java"));
    }

    @Test
    void anInterruptEndsItWhenItsStreamsAreClosed() throws Exception {
        Sandbox sandbox = sandbox(Greed.class, "silent-time", "0").timeout(Duration.ofMinutes(5));
        CompletableFuture<Object> ended = new CompletableFuture<>();
        Thread runner = Thread.ofPlatform().start(() -> {
            try {
                ended.complete(sandbox.run());
            } catch (InterruptedException | RuntimeException e) {
                ended.complete(e);
            }
        });
        ProcessHandle jvm = inside();
        // Past the streams' ends, which it waits for first.
        Wait.until("the wait for the end", () -> {
            List<StackTraceElement> stack = List.of(runner.getStackTrace());
            return stack.stream().anyMatch(f -> List.of("waitFor", "end").contains(f.getMethodName()))
                    && stack.stream().noneMatch(f -> f.getClassName().contains("CountDownLatch"));
        });
        runner.interrupt();
        assertThat(runner.join(Duration.ofSeconds(20))).isTrue();
        assertThat(ended.join()).isInstanceOf(InterruptedException.class);
        assertThat(jvm.isAlive()).isFalse();
        assertThat(jvms()).isEmpty();
    }

    @Test
    void aMonitorThatIsKilledIsNoEndOfTheProgram() throws Exception {
        Sandbox sandbox = sandbox(Greed.class, "time", "0").timeout(Duration.ofMinutes(5));
        CompletableFuture<Object> ended = new CompletableFuture<>();
        Thread runner = Thread.ofPlatform().start(() -> {
            try {
                ended.complete(sandbox.run());
            } catch (InterruptedException | RuntimeException e) {
                ended.complete(e);
            }
        });
        ProcessHandle jvm = inside();
        // It has been executed; that its monitor has said so is sure when it has threads.
        Wait.until("it runs", () -> tasks(jvm.pid()) > 5);
        ProcessHandle monitor = jvm.parent().orElseThrow();
        assertThat(monitor.parent()).contains(ProcessHandle.current());
        assertThat(monitor.destroyForcibly()).isTrue();
        assertThat(runner.join(Duration.ofSeconds(20))).isTrue();
        assertThat(ended.join()).isInstanceOfSatisfying(Verdict.class, verdict -> {
            assertThat(verdict.ending()).isEqualTo(new Ending.MonitorKilled());
            assertThat(verdict.status()).isEqualTo(137);
            assertThat(verdict.clean()).isFalse();
        });
        assertThat(jvms()).isEmpty();
    }

    private static int tasks(long pid) {
        String[] tasks = Path.of("/proc/" + pid + "/task").toFile().list();
        return tasks == null ? 0 : tasks.length;
    }

    @Test
    void whatCannotBeIsRefusedAtOnce(@TempDir Path folder) throws IOException {
        Path jar = Files.writeString(folder.resolve("private.jar"), "");
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-------"));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> Sandbox.java(jar)
                        .memory(Bytes.mebi(1))
                        .threads(2)
                        .cpus(Double.NaN)
                        .read(folder.resolve("nothing"))
                        .run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("java: '" + jar + "' cannot be read by the sandbox's user; chmod o+r '" + jar + "'\n"
                        + "memory: 1MiB is not 48 MiB or more\n"
                        + "cpus: NaN is not 0.1 or more\n"
                        + "threads: 2 is not 24 or more\n"
                        + "read: '" + folder.resolve("nothing") + "' does not exist");
    }
}
