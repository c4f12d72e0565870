package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpawnTest {
    @TempDir
    Path directory;

    private Fd file(String name, String content) throws Exception {
        Path path = Files.writeString(directory.resolve(name), content);
        return Programs.open(path, Programs.O_CLOEXEC);
    }

    @Test
    void passesArgumentsEnvironmentAndStatus() {
        Programs.Outcome outcome = Programs.run(
                "/bin/sh",
                List.of("my name", "-c", "echo \"$0|$1|$2\"; /usr/bin/env; exit 7", "zero", "two words", "ü"),
                List.of("LC_ALL=C", "ONLY=this"),
                Map.of());
        assertThat(outcome.output()).startsWith("zero|two words|ü\n").contains("ONLY=this\n");
        assertThat(outcome.output()).doesNotContain("JAVA_HOME");
        assertThat(outcome.exit()).isEqualTo(new Child.Exit(7, false));
        assertThat(outcome.exit().status()).isEqualTo(7);
    }

    @Test
    void tellsTheSignalThatEndedIt() {
        Child.Exit exit = Programs.shell("kill -9 $$", Map.of()).exit();
        assertThat(exit).isEqualTo(new Child.Exit(9, true));
        assertThat(exit.status()).isEqualTo(137);
    }

    @Test
    void aChildIsKilledUntilItIsReaped() throws Exception {
        Process process = new ProcessBuilder("sleep", "1000").start();
        Child child = Child.madeFor((int) process.pid());
        child.kill();
        // The JVM reaps its own; whoever is quicker.
        assertThat(process.waitFor()).isEqualTo(137);
        child.kill();
    }

    @Test
    void runsASealedProgramInMemory() throws Exception {
        byte[] program = Files.readAllBytes(Path.of("/bin/cat"));
        try (Arena arena = Arena.ofConfined();
                Fd text = file("text", "through memory")) {
            int cloexecAndSealing = 0x1 | 0x2;
            int addSeals = 1033;
            int allSeals = 0xf;
            long n = Native.raw(
                    Syscall.MEMFD_CREATE, Native.string(arena, "program").address(), cloexecAndSealing);
            try (Fd memory = new Fd(Native.check(n, Syscall.MEMFD_CREATE, "program"), "program")) {
                FdIo.write(memory, program);
                Native.check(Native.raw(Syscall.FCNTL, memory.number(), addSeals, allSeals), Syscall.FCNTL, "seals");
                Programs.Outcome outcome =
                        Programs.run(memory, List.of("cat", "/proc/self/fd/3"), List.of(), Map.of(3, text));
                assertThat(outcome.output()).isEqualTo("through memory");
            }
        }
    }

    @Test
    void noSignalIsBlockedOrIgnoredInside() throws Exception {
        CompletableFuture<Programs.Outcome> result = new CompletableFuture<>();
        CompletableFuture<String> own = new CompletableFuture<>();
        int sigurg = 23;
        Thread thread = Thread.ofPlatform().start(() -> {
            try (Arena arena = Arena.ofConfined()) {
                // SIGUSR1 and SIGTERM blocked in this thread, SIGURG ignored in this process.
                MemorySegment mask = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L << 9 | 1L << 14);
                Native.check(
                        Native.raw(Syscall.RT_SIGPROCMASK, 0, mask.address(), 0, 8), Syscall.RT_SIGPROCMASK, "test");
                MemorySegment ignore = arena.allocate(152, 8);
                ignore.set(ValueLayout.JAVA_LONG, 0, 1);
                MemorySegment before = arena.allocate(152, 8);
                Native.posix("sigaction", "SIGURG", sigurg, ignore.address(), before.address(), 0, 0, 0);
                try {
                    own.complete(Files.readString(Path.of("/proc/thread-self/status")));
                    result.complete(Programs.run("/bin/cat", List.of("cat", "/proc/self/status"), List.of(), Map.of()));
                } finally {
                    Native.posix("sigaction", "SIGURG", sigurg, before.address(), 0, 0, 0, 0);
                }
            } catch (Throwable t) {
                own.completeExceptionally(t);
                result.completeExceptionally(t);
            }
        });
        thread.join();
        String outside = own.get(1, TimeUnit.SECONDS);
        assertThat(outside).contains("SigBlk:\t").doesNotContain("SigBlk:\t0000000000000000");
        assertThat(outside).doesNotContain("SigIgn:\t0000000000000000");
        assertThat(result.get(1, TimeUnit.SECONDS).output())
                .contains("SigBlk:\t0000000000000000")
                .contains("SigIgn:\t0000000000000000")
                .contains("SigCgt:\t0000000000000000");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theChildHasTheGivenDescriptorsAndNoOther(boolean byParent) throws Exception {
        // What another library opened without close-on-exec must not get in.
        Path secret = Files.writeString(directory.resolve("secret"), "secret");
        try (Fd leaky = Programs.open(secret, Programs.O_RDONLY);
                Fd shell = Programs.open("/bin/sh");
                Fd five = file("five", "5");
                Fd nine = file("nine", "9");
                Fd leakyToo = Programs.open(secret, Programs.O_RDONLY)) {
            assertThat(List.of(leaky, leakyToo)).allMatch(Fd::isOpen);
            // No pipeline here: the shell would hold its pipes while it is looked at.
            String script = "ls -1 /proc/$$/fd; readlink /proc/$$/fd/5 /proc/$$/fd/9";
            Programs.Outcome outcome = run(shell, script, Map.of(5, five, 9, nine), byParent);
            assertThat(outcome.output().lines())
                    .containsExactly(
                            "0",
                            "1",
                            "2",
                            "5",
                            "9",
                            directory.resolve("five").toString(),
                            directory.resolve("nine").toString());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void descriptorsMayTradePlaces(boolean byParent) throws Exception {
        try (Fd a = file("a", "I am a\n");
                Fd b = file("b", "I am b\n");
                Fd c = file("c", "I am c\n");
                Fd shell = Programs.open("/bin/sh")) {
            // a and b swap, c stays, and the program's own number is given to a, too.
            Map<Integer, Fd> trade = Map.of(a.number(), b, b.number(), a, c.number(), c, shell.number(), a);
            String script = "cat /proc/self/fd/" + a.number() + " /proc/self/fd/" + b.number() + " /proc/self/fd/"
                    + c.number() + " /proc/self/fd/" + shell.number();
            Programs.Outcome outcome = run(shell, script, trade, byParent);
            assertThat(outcome.output()).isEqualTo("I am b\nI am a\nI am c\nI am a\n");
        }
    }

    private static Programs.Outcome run(Fd shell, String script, Map<Integer, Fd> descriptors, boolean byParent) {
        return Programs.run(
                descriptors,
                all -> Spawn.spawn(shell, List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"), all, byParent));
    }

    @Test
    void aProcessThatMayNotBeDumpedCanStartPrograms() {
        // Root may look at itself all the same; an ordinary user takes the other way.
        int getDumpable = 3;
        int setDumpable = 4;
        long before = Native.raw(Syscall.PRCTL, getDumpable);
        try {
            Native.check(Native.raw(Syscall.PRCTL, setDumpable, 0), Syscall.PRCTL, "test");
            assertThat(Programs.shell("echo started", Map.of()).output()).isEqualTo("started\n");
        } finally {
            Native.check(Native.raw(Syscall.PRCTL, setDumpable, before), Syscall.PRCTL, "test");
        }
    }

    @Test
    void refusesWhatCannotRun() throws Exception {
        try (Fd text = file("text", "no program")) {
            assertThatThrownBy(() -> Spawn.spawn(text, List.of("text"), List.of(), Map.of()))
                    .isInstanceOfSatisfying(LinuxException.class, e -> {
                        assertThat(e.errno()).isEqualTo(Errno.EACCES);
                        assertThat(e.object())
                                .isEqualTo(directory.resolve("text").toString());
                    });
            Files.setPosixFilePermissions(directory.resolve("text"), PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThatThrownBy(() -> Spawn.spawn(text, List.of("text"), List.of(), Map.of()))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOEXEC));
            assertThatThrownBy(() -> Spawn.spawn(text, List.of(), List.of(), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Spawn.spawn(text, List.of("a"), List.of(), Map.of(-1, text)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Spawn.spawn(text, List.of("a\0b"), List.of(), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void isReapedOnceAndRemembered() throws Exception {
        try (UnixSocket.Pair pair = UnixSocket.pair();
                Fd cat = Programs.open("/bin/cat")) {
            Child child = Spawn.spawn(
                    cat,
                    List.of("cat"),
                    List.of(),
                    Map.of(0, pair.right().fd(), 1, pair.right().fd()));
            pair.right().close();
            assertThat(child.tryReap()).isEmpty();
            pair.left().send("echo".getBytes(StandardCharsets.UTF_8));
            byte[] echo = new byte[4];
            assertThat(pair.left().readFully(echo)).isTrue();
            assertThat(new String(echo, StandardCharsets.UTF_8)).isEqualTo("echo");
            assertThat(child.tryReap()).isEmpty();

            CompletableFuture<Child.Exit> other = new CompletableFuture<>();
            Thread waiter = Thread.ofPlatform().start(() -> other.complete(child.reap()));
            pair.left().close();
            assertThat(child.reap()).isEqualTo(new Child.Exit(0, false));
            assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(new Child.Exit(0, false));
            waiter.join();
            assertThat(child.tryReap()).contains(new Child.Exit(0, false));
            assertThat(Path.of("/proc", Integer.toString(child.pid()))).doesNotExist();
        }
    }
}
