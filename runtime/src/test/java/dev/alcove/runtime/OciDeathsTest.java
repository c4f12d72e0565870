package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.spec.OciProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sudden deaths before drawn steps of a create by a native front: of the front, of the container's process before it waits
 * for its start, and of the front's JVM. Whatever died, a forced delete leaves nothing. {@code -Dalcove.deaths=all} takes
 * every step; without it some are drawn by {@code -Dalcove.seed}.
 */
class OciDeathsTest {
    private static final int FRONTS = 20;
    private static final int JVMS = 12;

    @TempDir
    Path folder;

    private Path front;

    @BeforeEach
    void aFrontAndABundle() throws IOException {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
        front = folder.resolve("front");
        program("front", front);
        List<String> words = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                DeathsTest.classPath(),
                DyingOci.class.getName());
        Files.writeString(folder.resolve("front.jvm"), String.join("\0", words) + "\0");
        Files.createDirectories(folder.resolve("bundle/rootfs/proc"));
        // Looked for by create, and never started.
        program("init", folder.resolve("bundle/rootfs/program"));
    }

    private static void program(String name, Path to) throws IOException {
        try (InputStream in =
                Front.class.getResourceAsStream(name + "-" + Arch.host().machine())) {
            if (in == null) {
                InitRun.skip("needs " + name + ": a C compiler for this processor");
            } else {
                Files.write(to, in.readAllBytes());
            }
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** How many steps such a create has. */
    private int steps() {
        OciProcess process = DyingOci.config().process();
        assertThat(process).isNotNull();
        FrontCall call = new FrontCall(
                200,
                0,
                Optional.of(folder.resolve("gate")),
                false,
                true,
                true,
                OptionalInt.empty(),
                true,
                true,
                Optional.empty(),
                List.of());
        ContainerSpec spec = new ContainerSpec(
                "x",
                "x",
                DyingOci.config(),
                new Rootfs.Directory(folder.resolve("bundle/rootfs"), false),
                false,
                true,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.of(call),
                MonitorDuties.NONE);
        return Planner.plan(spec, HostProbe.read(spec)).steps().size();
    }

    @Test
    @Timeout(600)
    void theFrontOrTheContainersProcess() throws IOException, InterruptedException {
        deaths("front", FRONTS);
    }

    @Test
    @Timeout(600)
    void theJvm() throws IOException, InterruptedException {
        deaths("jvm", JVMS);
    }

    private void deaths(String whom, int some) throws IOException, InterruptedException {
        int steps = steps();
        long seed = Long.getLong("alcove.seed", 20261122);
        Random random = new Random(seed);
        boolean all = System.getProperty("alcove.deaths", "").equals("all");
        int count = all ? steps : some;
        int reached = 0;
        for (int i = 0; i < count; i++) {
            reached += death(whom, all ? i : random.nextInt(steps)) ? 1 : 0;
        }
        System.out.println("deaths of an OCI create's " + whom + ": seed " + seed + ", " + reached + " of " + count
                + " steps were come to");
        // Not every step is come to: those that take a failure back are not.
        assertThat(reached).isGreaterThan(count / 3);
    }

    /**
     * One create, in which somebody dies.
     *
     * @return whether it failed
     */
    private boolean death(String whom, int step) throws IOException, InterruptedException {
        String id = "test-oci-death-" + ProcessHandle.current().pid() + "-" + whom + "-" + step;
        Path said = folder.resolve("said");
        Path root = folder.resolve("root");
        Process create = new ProcessBuilder(
                        front.toString(),
                        root.toString(),
                        id,
                        folder.resolve("bundle").toString(),
                        whom,
                        Integer.toString(step))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        create.getOutputStream().close();
        assertThat(create.waitFor(60, TimeUnit.SECONDS)).as("step " + step).isTrue();
        String how = whom + " before step " + step + ": " + Files.readString(said);
        OciContainers.at(root).look(id).ifPresent(c -> c.delete(true));
        assertThat(root.resolve(id)).as(how).doesNotExist();
        for (CgroupHierarchy h : CgroupLayout.read().hierarchies()) {
            assertThat(Path.of(h.directory("alcove-" + id))).as(how).doesNotExist();
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!processes(id).isEmpty()) {
            assertThat(System.nanoTime() - end)
                    .as(how + " leaves " + processes(id))
                    .isNegative();
            Thread.sleep(5);
        }
        return create.exitValue() != 0;
    }

    /** Those with the id among their words. */
    private static List<String> processes(String id) {
        List<String> found = new ArrayList<>();
        ProcessHandle.allProcesses().forEach(p -> {
            try {
                String words = Files.readString(
                        Path.of("/proc", Long.toString(p.pid()), "cmdline"), StandardCharsets.ISO_8859_1);
                if (List.of(words.split("\0", -1)).contains(id)) {
                    found.add(p.pid() + " " + words.replace('\0', ' '));
                }
            } catch (IOException e) {
                // It has ended.
            }
        });
        return found;
    }
}
