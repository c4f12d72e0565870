package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.At;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileType;
import dev.alcove.linux.Open;
import dev.alcove.linux.UnixListener;
import dev.alcove.linux.UnixSocket;
import dev.alcove.spec.OciHook;
import dev.alcove.spec.OciHooks;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A resident JVM serves whom it should, as a JVM of their own would, and nobody else. */
final class ResidentTest {
    @TempDir
    Path folder;

    private OciProgram oci;
    private Path seat;
    private Map<String, String> asks;
    private final List<Process> started = new ArrayList<>();
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void program() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        oci = new OciProgram(folder);
        seat = Files.createDirectory(folder.resolve("seat"));
        permissions(seat, "rwx------");
        asks = Map.of("ALCOVE_RESIDENT", seat.toString());
    }

    @AfterEach
    void nothingStays() throws Exception {
        if (oci == null) {
            return;
        }
        Files.deleteIfExists(folder.resolve("java"));
        oci.giveJvm();
        for (String left : oci.left()) {
            oci.run("delete", "--force", left);
        }
        assertThat(oci.left()).isEmpty();
        permissions(seat, "rwx------");
        owner(0);
        resident("--stop");
        for (Process process : started) {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(sockets()).isEmpty();
    }

    /** The command itself: its flags stand before no other. */
    private Process resident(String... flags) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(oci.path().toString(), "resident"));
        words.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
        builder.environment().putAll(asks);
        Process process = builder.start();
        if (flags.length == 1) {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } else {
            started.add(process);
        }
        return process;
    }

    private Process start() throws Exception {
        // One that was killed has left its own.
        for (Path socket : sockets()) {
            Files.delete(socket);
        }
        Process process = resident();
        Wait.until("the socket", () -> !sockets().isEmpty());
        return process;
    }

    private List<Path> sockets() {
        try (var files = Files.list(seat)) {
            return files.filter(f -> !f.toString().endsWith(".lock")).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Said ask(String... command) {
        return oci.run(asks, command);
    }

    private void ok(String... command) {
        assertThat(ask(command))
                .satisfies(said -> assertThat(said.status()).as(said.text()).isZero());
    }

    private static void permissions(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private void owner(int uid) {
        try (Fd directory = Open.path().directory().at(folder)) {
            At.owner(directory, "seat", uid, uid);
        }
    }

    @Test
    void doesWhatAJvmOfItsOwnWould() throws Exception {
        String bundle =
                oci.bundle("bundle", "cat; exit 7", UnaryOperator.identity()).toString();
        String sleeps =
                oci.bundle("sleeps", "sleep 1000", UnaryOperator.identity()).toString();
        start();
        oci.takeJvmAway();
        Said run = ask("run", "--bundle", bundle, id);
        assertThat(run.status()).as(run.text()).isEqualTo(7);
        assertThat(oci.left()).isEmpty();

        Path pid = folder.resolve("pid");
        ok("create", "--bundle", sleeps, "--pid-file", pid.toString(), id);
        ok("start", id);
        assertThat(Path.of("/proc", Files.readString(pid))).exists();
        Said again = ask("create", "--bundle", bundle, id);
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.text()).contains("container with given ID already exists");
        assertThat(ask("list", "-q")).isEqualTo(new Said(0, id));
        assertThat(ask("exec", id, "sh", "-c", "echo out; echo err >&2; exit 3"))
                .satisfies(said -> assertThat(said.status()).isEqualTo(3))
                .satisfies(said -> assertThat(said.text()).contains("out").contains("err"));
        ok("pause", id);
        assertThat(ask("exec", id, "true").status()).isEqualTo(255);
        ok("resume", id);
        ok("update", "--pids-limit", "50", id);
        assertThat(ask("create", "--bundle", "/no/such", id + "-2").text()).contains("no such file or directory");
        oci.giveJvm();
        ok("delete", "--force", id);
    }

    @Test
    void servesSeveralAtOnceAndLeavesHooksToAJvmOfTheirOwn() throws Exception {
        String bundle =
                oci.bundle("bundle", "sleep 1000", UnaryOperator.identity()).toString();
        Path where = folder.resolve("where");
        OciHook hook = new OciHook("/bin/sh", List.of("sh", "-c", "pwd > " + where), List.of(), 20);
        String hooked = oci.bundle(
                        "hooked",
                        "true",
                        spec -> spec.toBuilder()
                                .hooks(new OciHooks(
                                        List.of(), List.of(hook), List.of(), List.of(), List.of(), List.of()))
                                .build())
                .toString();
        start();
        oci.takeJvmAway();
        List<OciProgram.Running> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(oci.begin(asks, "create", "--bundle", bundle, id + "-" + i));
        }
        for (OciProgram.Running one : all) {
            Said said = one.finish();
            assertThat(said.status()).as(said.text()).isZero();
        }
        assertThat(ask("list", "-q").text().lines()).hasSize(6);
        assertThat(ask("create", "--bundle", hooked, id).status())
                .as("there is no JVM of its own")
                .isNotZero();
        oci.giveJvm();
        ok("create", "--bundle", hooked, id);
        assertThat(Files.readString(where).strip())
                .as("the caller's working directory")
                .isEqualTo(System.getProperty("user.dir"));
    }

    @Test
    void isStartedByTheFirstThatAsksAndEndsWhenNobodyDoes() throws Exception {
        ok("list");
        Wait.until("the first has started one", () -> !sockets().isEmpty());
        oci.takeJvmAway();
        ok("list");
        oci.giveJvm();
        resident("--stop");
        assertThat(sockets()).isEmpty();
        Process idle = resident("--idle", "1s");
        assertThat(idle.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(idle.exitValue()).isZero();
        assertThat(sockets()).isEmpty();
    }

    @Test
    void aPlaceThatIsNotOursAloneIsNotAsked() throws Exception {
        start();
        oci.takeJvmAway();
        ok("list");
        permissions(seat, "rwxrwxrwx");
        assertThat(ask("list").status()).as("others can write the folder").isNotZero();
        permissions(seat, "rwx------");
        owner(65534);
        assertThat(ask("list").status()).as("another's folder").isNotZero();
        owner(0);
        ok("list");
        assertThat(oci.run(Map.of("ALCOVE_RESIDENT", "0"), "list").status())
                .as("it is not wanted")
                .isNotZero();
    }

    @Test
    void callersThatAreNotAsItIsAreNotServed() throws Exception {
        start();
        Needs.that(Needs.onPath("setpriv") && Needs.onPath("unshare"), "needs util-linux: setpriv and unshare");
        oci.takeJvmAway();
        ok("list");
        String list = "ALCOVE_RESIDENT=" + seat + " " + oci.path() + " --root " + oci.root() + " list";
        for (String like : List.of(
                "umask 077; " + list,
                "unshare --uts sh -c '" + list + "'",
                "unshare --mount sh -c '" + list + "'",
                "setpriv --bounding-set=-sys_boot sh -c '" + list + "'",
                "setpriv --no-new-privs sh -c '" + list + "'")) {
            Process process = new ProcessBuilder("sh", "-c", like)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("other").toFile())
                    .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(like).isNotZero();
        }
        ok("list");
    }

    @Test
    void oneThatIsKilledInTheMiddleLeavesNothing() throws Exception {
        Path fifo = folder.resolve("config");
        try (Fd directory = Open.path().directory().at(folder)) {
            At.mknod(directory, "config", FileType.FIFO, 0600, 0, 0);
        }
        String bundle = oci.bundle("bundle", "true", UnaryOperator.identity()).toString();
        start();
        int resident = Integer.parseInt(Files.readString(Path.of(
                        "/proc",
                        Long.toString(started.getFirst().pid()),
                        "task",
                        Long.toString(started.getFirst().pid()),
                        "children"))
                .strip());
        // It reads its configuration from nobody, and so is in the middle of the command.
        OciProgram.Running create = oci.begin(asks, "create", "--bundle", bundle, "--config", fifo.toString(), id);
        Wait.until("it reads", () -> opens(resident, fifo));
        assertThat(ProcessHandle.of(resident).orElseThrow().destroyForcibly()).isTrue();
        Said said = create.finish();
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.text()).contains("the resident JVM was killed");
        assertThat(oci.left()).isEmpty();
        started.getFirst().waitFor();
        assertThat(sockets()).as("it could not remove it").hasSize(1);
        Said cold = oci.run("list", "-q");
        assertThat(cold.status()).as(cold.text()).isZero();
    }

    /** Whether a thread waits for the other end of a FIFO: to open it, in the kernel's words. */
    private static boolean opens(int pid, Path fifo) {
        try (var tasks = Files.list(Path.of("/proc", Integer.toString(pid), "task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).startsWith("command")
                        && Files.readString(task.resolve("syscall")).startsWith(openat())) {
                    return Files.exists(fifo);
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private static String openat() {
        return dev.alcove.linux.Syscall.OPENAT.number(dev.alcove.linux.Arch.host()) + " ";
    }

    @Test
    void oneThatDoesNotAnswerOrIsOlderIsPassedOver() throws Exception {
        Process process = start();
        Path socket = sockets().getFirst();
        resident("--stop");
        process.waitFor();
        try (UnixListener silent = UnixListener.at(socket)) {
            Said said = ask("list", "-q");
            assertThat(said).as("a JVM of its own, after a second").isEqualTo(new Said(0, ""));
            try (UnixSocket asked = silent.accept(Duration.ofSeconds(1)).orElseThrow()) {
                assertThat(asked.peer().pid()).isPositive();
            }
        }
        Files.delete(socket);

        start();
        // Another build is another file beside the program.
        Path jvm = folder.resolve("alcove-oci.jvm");
        Files.write(jvm, Files.readAllBytes(jvm));
        oci.takeJvmAway();
        assertThat(oci.run("list").status())
                .as("the one that is there is the older build's")
                .isNotZero();
        oci.giveJvm();
        Said said = oci.run("list");
        assertThat(said.status()).as(said.text()).isZero();
    }

    /** What another process would understand otherwise. */
    @Test
    void whatMeansTheCallerAloneIsDoneByAJvmOfItsOwn() throws Exception {
        String bundle = oci.bundle("bundle", "exit 7", UnaryOperator.identity()).toString();
        String self = oci.bundle("self", "exit 7", spec -> {
                    List<OciMount> mounts = new ArrayList<>(spec.mounts());
                    mounts.add(OciMount.of("/own", "bind", "/proc/self/attr", List.of("bind")));
                    return spec.toBuilder().mounts(mounts).build();
                })
                .toString();
        start();
        assertThat(ask("run", "--bundle", self, id).status()).isEqualTo(7);
        oci.takeJvmAway();
        assertThat(ask("run", "--bundle", bundle, id).status()).isEqualTo(7);
        String none = "alcove-oci: cannot execute " + folder.resolve("java");
        assertThat(ask("run", "--bundle", self, id).text()).contains(none);
        assertThat(oci.run(Map.of("ALCOVE_RESIDENT", seat.toString(), "LC_ALL", "xx_XX"), "list")
                        .text())
                .as("another locale")
                .contains(none);
        assertThat(oci.left()).isEmpty();
    }

    /** A caller's streams may be closed: no descriptor of ours is taken for one. */
    @Test
    void closedStreams() throws Exception {
        String bundle = oci.bundle("bundle", "exit 7", UnaryOperator.identity()).toString();
        start();
        oci.takeJvmAway();
        for (String closed : List.of("<&-", "<&- >&-", "<&- >&- 2>&-", ">&-")) {
            ProcessBuilder builder = new ProcessBuilder(
                    "sh", "-c", "exec \"$0\" \"$@\" " + closed, oci.path().toString());
            builder.command().addAll(List.of("--root", oci.root().toString(), "run", "--bundle", bundle, id));
            builder.environment().putAll(asks);
            Process process = builder.inheritIO().start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(closed).isTrue();
            assertThat(process.exitValue()).as(closed).isEqualTo(7);
        }
        assertThat(oci.left()).isEmpty();
    }

    /** As those of {@link OciDeaths}, where a resident JVM does the command: the front's, or that JVM's. */
    @Test
    void suddenDeaths() throws Exception {
        String bundle =
                oci.bundle("bundle", "sleep 1000", UnaryOperator.identity()).toString();
        long seed = Long.getLong("alcove.seed", 20261122);
        Random random = new Random(seed);
        System.out.println("deaths of a resident JVM: seed " + seed);
        int each = System.getProperty("alcove.deaths", "").equals("all") ? 40 : 4;
        Process resident = start();
        for (String command : List.of("create", "exec", "run")) {
            for (int i = 0; i < each; i++) {
                if (!resident.isAlive()) {
                    resident = start();
                }
                if (command.equals("exec")) {
                    ok("create", "--bundle", bundle, id);
                    ok("start", id);
                }
                OciProgram.Running running = oci.begin(
                        asks,
                        switch (command) {
                            case "create" -> new String[] {"create", "--bundle", bundle, id};
                            case "run" -> new String[] {"run", "--detach", "--bundle", bundle, id};
                            default -> new String[] {"exec", id, "sh", "-c", "exit 0"};
                        });
                long after = random.nextLong(40_000_000);
                TimeUnit.NANOSECONDS.sleep(after);
                boolean front = i % 2 == 0;
                assertThat(resident.isAlive()).as("one that serves").isTrue();
                if (front) {
                    running.process().toHandle().destroyForcibly();
                } else {
                    resident.children().forEach(ProcessHandle::destroyForcibly);
                    assertThat(resident.waitFor(30, TimeUnit.SECONDS)).isTrue();
                }
                String how =
                        command + ", its " + (front ? "front" : "JVM") + " killed after " + after / 1_000_000 + " ms";
                assertThat(running.process().waitFor(60, TimeUnit.SECONDS))
                        .as(how)
                        .isTrue();
                Said delete = oci.run("delete", "--force", id);
                assertThat(delete.status()).as(how + ": " + delete.text()).isZero();
                assertThat(oci.left()).as(how).isEmpty();
                Wait.until(how + ": nothing is left", () -> OciDeaths.traces(id).isEmpty());
            }
        }
        // What was killed leaves its socket, which the next one, or --stop, takes away.
        if (!resident.isAlive()) {
            start();
        }
    }
}
