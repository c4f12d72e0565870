package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Child;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Signal;
import dev.alcove.linux.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sudden deaths at every point of a container's life, by the program's own step numbers: of init, which is the monitor
 * before the clone and the container's process after it, and of the JVM that started it. Whatever dies, the rest clears
 * up. {@code -Dalcove.deaths=all} kills a JVM at each step; without it some steps are drawn by {@code -Dalcove.seed}.
 */
class DeathsTest {
    private static final int JVMS = 24;

    @TempDir
    Path folder;

    @BeforeEach
    void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    private static String id(String of) {
        return "test-death-" + ProcessHandle.current().pid() + "-" + of;
    }

    /** Nothing of it is on the machine: groups in any hierarchy, processes called after it. */
    private static void nothingOf(String id) {
        for (CgroupHierarchy h : CgroupLayout.read().hierarchies()) {
            assertThat(Path.of(h.directory("alcove-" + id))).doesNotExist();
        }
        assertThat(ProcessHandle.allProcesses()
                        .filter(p -> p.info().arguments().stream()
                                .flatMap(java.util.Arrays::stream)
                                .anyMatch(id::equals)))
                .as("processes of " + id)
                .isEmpty();
    }

    @Test
    @Timeout(300)
    void initKilledBeforeEachStep() throws IOException {
        int steps = Planner.plan(
                        Dying.container("x", false).spec(),
                        HostProbe.read(Dying.container("x", false).spec()))
                .steps()
                .size();
        int killed = 0;
        List<String> unclear = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            String id = id("init-" + step);
            ContainerStore store = ContainerStore.at(folder.resolve("store"));
            ContainerBuilder b = Dying.container(id, false);
            try (ContainerStore.NewContainer record = store.create(b, "", "host", "", true, false)) {
                ContainerSpec spec = b.spec();
                HostFacts facts = HostProbe.read(spec);
                Program program = Deaths.killedBefore(Planner.plan(spec, facts), step);
                try (Container c = Container.start(StreamChoice.PIPES, spec, facts, program, Map.of())) {
                    killed += c.waitFor() == 137 ? 1 : 0;
                } catch (ContainerException e) {
                    killed++;
                    String said = String.valueOf(e.getMessage());
                    if (!said.contains("killed") || !said.contains("likely cause: ")) {
                        unclear.add(step + ": " + said);
                    }
                }
            }
            nothingOf(id);
        }
        assertThat(unclear).isEmpty();
        // Not every step is come to by a start that succeeds: those that take a failure back are not.
        assertThat(killed).isGreaterThan(300);
        try (var left = Files.list(folder.resolve("store/containers"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    @Timeout(600)
    void theJvmKilledBeforeAStep() throws IOException {
        ContainerSpec spec = Dying.container("x", false).spec();
        int steps = Planner.plan(spec, HostProbe.read(spec)).steps().size();
        long seed = Long.getLong("alcove.seed", 20261122);
        System.out.println("JVM deaths: seed " + seed);
        Random random = new Random(seed);
        boolean all = System.getProperty("alcove.deaths", "").equals("all");
        int reached = 0;
        for (int i = 0; i < (all ? steps : JVMS); i++) {
            int step = all ? i : random.nextInt(steps);
            reached += death(id("jvm-" + i), Integer.toString(step), i % 2 == 0) ? 1 : 0;
        }
        System.out.println("JVM deaths: " + reached + " of " + (all ? steps : JVMS) + " steps were come to");
        assertThat(reached).isGreaterThan((all ? steps : JVMS) / 2);
    }

    @Test
    @Timeout(120)
    void theJvmOfARunningContainerKilled() throws IOException {
        for (int i = 0; i < 4; i++) {
            assertThat(death(id("running-" + i), "running", i % 2 == 0)).isTrue();
            assertThat(death(id("paused-" + i), "paused", i % 2 == 0)).isTrue();
        }
    }

    /** By its own call, with the container's handle open and a thread that waits for the container's end. */
    @Test
    @Timeout(120)
    void theJvmThatExits() throws IOException {
        for (boolean recorded : new boolean[] {true, false}) {
            assertThat(ending(id("exit-" + recorded), "exit", recorded, List.of()))
                    .isEqualTo(Dying.EXIT);
        }
    }

    @Test
    @Timeout(120)
    void theJvmThatHasNoMoreMemory() throws IOException {
        for (boolean recorded : new boolean[] {true, false}) {
            assertThat(ending(
                            id("memory-exit-" + recorded), "memory", recorded, List.of("-XX:+ExitOnOutOfMemoryError")))
                    .isEqualTo(3);
            int crashed = ending(
                    id("memory-crash-" + recorded),
                    "memory",
                    recorded,
                    List.of(
                            "-XX:+CrashOnOutOfMemoryError",
                            "-XX:-CreateCoredumpOnCrash",
                            "-XX:ErrorFile=" + folder.resolve("hs_err-" + recorded)));
            // Without a core file it exits instead of aborting; that it crashed is what its report says.
            assertThat(crashed).isNotZero();
            assertThat(folder.resolve("hs_err-" + recorded))
                    .content()
                    .contains("fatal error: OutOfMemory encountered: Java heap space");
            // And one that goes on without: the error ends the thread that waits, then the JVM.
            assertThat(ending(id("memory-error-" + recorded), "memory", recorded, List.of()))
                    .isEqualTo(1);
        }
    }

    /** How a JVM ended that ended by itself after its container ran. */
    private int ending(String id, String how, boolean recorded, List<String> flags) throws IOException {
        int[] status = {0};
        assertThat(life(id, how, recorded, flags, jvm -> status[0] = jvm.reap().status()))
                .isTrue();
        return status[0];
    }

    /**
     * One JVM that is killed when it, or its init, says that it is time.
     *
     * @return whether it came to that
     */
    private boolean death(String id, String when, boolean recorded) throws IOException {
        return life(id, when, recorded, List.of(), jvm -> {
            try (Pidfd handle = Pidfd.open(jvm.pid()).orElseThrow()) {
                handle.send(Signal.KILL);
            }
            jvm.reap();
        });
    }

    /**
     * One JVM, whose end is {@code end}'s, and that nothing stays of it.
     *
     * @return whether it said that it is time
     */
    private boolean life(String id, String when, boolean recorded, List<String> flags, Consumer<Child> end)
            throws IOException {
        Path store = folder.resolve("store-" + id);
        boolean reached;
        Pipe go = Pipe.open();
        Pipe said = Pipe.open();
        try (Fd goOn = go.writer();
                Fd heard = said.reader()) {
            Child jvm;
            try (Fd java = Open.read().at(Path.of(System.getProperty("java.home"), "bin/java"));
                    Fd in = go.reader();
                    Fd out = said.writer()) {
                List<String> command = new ArrayList<>(List.of(
                        "java",
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "--enable-native-access=ALL-UNNAMED"));
                command.addAll(flags);
                command.addAll(List.of(
                        "-cp", classPath(), Dying.class.getName(), id, recorded ? store.toString() : "-", when));
                jvm = Spawn.spawn(java, command, List.of("PATH=" + System.getenv("PATH")), Map.of(0, in, 1, out));
            }
            byte[] one = new byte[1];
            reached = FdIo.read(heard, one, 0, 1) != FdIo.END;
            end.accept(jvm);
            if (reached && Character.isDigit(when.charAt(0))) {
                goOn(goOn);
            }
            // Whoever is left of it still has our pipe: the end of the pipe is their end.
            while (FdIo.read(heard, one, 0, 1) != FdIo.END) {
                // A byte more of a step that is come to twice.
            }
        }
        if (recorded) {
            assertThat(ContainerStore.at(store).list()).isEmpty();
            if (Files.exists(store.resolve("containers"))) {
                try (var left = Files.list(store.resolve("containers"))) {
                    assertThat(left).isEmpty();
                }
            }
        }
        nothingOf(id);
        return reached;
    }

    /** To whoever waits before the step. A monitor that was just asking the JVM has ended it already. */
    private static void goOn(Fd to) {
        try {
            FdIo.write(to, new byte[1]);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
        }
    }

    /** This test's classes, and those of the modules: as they are, whatever path this JVM found them by. */
    static String classPath() {
        String modules = System.getProperty("jdk.module.path", "");
        String patched = System.getProperty("java.class.path", "");
        return Path.of("target/test-classes").toAbsolutePath() + ":"
                + Path.of("target/classes").toAbsolutePath() + ":" + modules + ":" + patched;
    }
}
