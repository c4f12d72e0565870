package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciHook;
import dev.alcove.spec.OciHooks;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a container under {@code alcove-oci}, as a caller of runc leads it. */
final class OciTest {
    @TempDir
    Path folder;

    private OciProgram oci;
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void program() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        oci = new OciProgram(folder);
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (oci != null) {
            for (String left : oci.left()) {
                oci.run("delete", "--force", left);
            }
            assertThat(oci.left()).isEmpty();
        }
    }

    private String bundle(String script) throws IOException {
        return oci.bundle("bundle", script, UnaryOperator.identity()).toString();
    }

    private static String status(Said state) {
        int at = state.text().indexOf("\"status\": \"") + 11;
        return state.text().substring(at, state.text().indexOf('"', at));
    }

    private void ok(String... command) {
        Said said = oci.run(command);
        assertThat(said.status()).as(said.text()).isZero();
    }

    private void await(String status) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!status(oci.run("state", id)).equals(status)) {
            assertThat(System.nanoTime() - deadline).as("still not " + status).isNegative();
            Thread.sleep(50);
        }
    }

    @Test
    void isMadeAndWaitsRunsEndsAndGoes() throws Exception {
        Path pid = folder.resolve("pid");
        String bundle = bundle("echo it runs > /ran; while [ ! -e /end ]; do sleep 0.1; done; exit 7");
        Path rootfs = Path.of(bundle, "rootfs");
        ok("create", "--bundle", bundle, "--pid-file", pid.toString(), id);
        assertThat(status(oci.run("state", id))).isEqualTo("created");
        assertThat(rootfs.resolve("ran")).as("it waits").doesNotExist();
        Said again = oci.run("create", "--bundle", bundle, id);
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.text()).contains("container with given ID already exists");
        String first = Files.readString(pid);
        assertThat(oci.run("state", id).text()).contains("\"pid\": " + first);
        assertThat(Path.of("/proc", first)).exists();

        ok("start", id);
        assertThat(oci.run("start", id).text()).contains("cannot start an already running container");
        assertThat(status(oci.run("state", id))).isEqualTo("running");
        assertThat(oci.run("delete", id).text()).contains("that is not stopped: running");
        assertThat(oci.run("list", "-q").text()).isEqualTo(id);
        assertThat(oci.run("exec", id, "sh", "-c", "until cat /ran 2> /dev/null; do sleep 0.1; done; exit 3"))
                .satisfies(said -> assertThat(said.status()).isEqualTo(3))
                .satisfies(said -> assertThat(said.text()).contains("it runs"));

        ok("pause", id);
        assertThat(status(oci.run("state", id))).isEqualTo("paused");
        assertThat(oci.run("exec", id, "true").text()).contains("cannot exec in a paused container");
        ok("resume", id);
        ok("update", "--pids-limit", "77", id);
        assertThat(oci.run("ps", "-f", "json", id).text()).contains(first);
        assertThat(oci.run("events", "--stats", id).text()).contains("\"limit\":77");

        Files.createFile(rootfs.resolve("end"));
        await("stopped");
        assertThat(oci.run("kill", id).text()).contains("container not running");
        ok("delete", id);
        Said gone = oci.run("state", id);
        assertThat(gone.status()).isEqualTo(1);
        assertThat(gone.text()).contains("container does not exist");
    }

    @Test
    void runWaitsPassesSignalsOnAndEndsAsTheContainerDoes() throws Exception {
        String bundle = bundle("trap 'echo told; exit 9' TERM; echo up; while :; do sleep 0.1; done");
        Process run = oci.start("run", "--bundle", bundle, id);
        assertThat(run.inputReader().readLine()).isEqualTo("up");
        assertThat(status(oci.run("state", id))).isEqualTo("running");
        // The handle's: the process's own would close its output.
        assertThat(run.toHandle().destroy()).isTrue();
        assertThat(run.inputReader().readLine()).isEqualTo("told");
        assertThat(run.waitFor()).isEqualTo(9);
        run.getInputStream().close();
        assertThat(oci.left()).as("nothing stays").isEmpty();
    }

    /** A checkpoint takes no file of the host's along; and a container's own /dev/null is all that it needs of it. */
    @Test
    void aStreamThatIsDevNullIsTheContainersOwn() throws Exception {
        String bundle = bundle("busybox stat -L -c '%d %i' /dev/null /proc/self/fd/0 /proc/self/fd/2");
        ProcessBuilder run = new ProcessBuilder(
                oci.path().toString(), "--root", oci.root().toString(), "run", "--bundle", bundle, id);
        run.redirectInput(Path.of("/dev/null").toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = run.start();
        List<String> said = process.inputReader().lines().toList();
        assertThat(process.waitFor()).isZero();
        assertThat(said).hasSize(3).allMatch(said.getFirst()::equals);
    }

    /** On a kernel that criu knows these images are still none; on another one it refuses everything. */
    @Test
    void whatCriuCannotDoIsTold() throws Exception {
        Needs.programs("criu", "criu");
        String bundle = bundle("i=0; while :; do i=$((i+1)); echo $i > /count; sleep 0.1; done");
        Path count = Path.of(bundle, "rootfs", "count");
        Path images = folder.resolve("images");
        ok("run", "--detach", "--bundle", bundle, id);
        Said dumped = oci.run("checkpoint", "--leave-running", "--image-path", images.toString(), id);
        assertThat(images.resolve("descriptors.json")).exists();
        if (dumped.status() != 0) {
            assertThat(dumped.status()).isEqualTo(1);
            assertThat(dumped.text()).contains("criu failed: type DUMP", "dump.log", "mend:");
        }
        assertThat(status(oci.run("state", id))).isEqualTo("running");
        String before = Files.readString(count);
        for (int i = 0; i < 100 && Files.readString(count).equals(before); i++) {
            Thread.sleep(100);
        }
        assertThat(Files.readString(count)).as("it goes on").isNotEqualTo(before);
        ok("delete", "--force", id);
        assertThat(oci.run("checkpoint", id).text()).contains("container does not exist");

        Path none = Files.createDirectories(folder.resolve("none"));
        Said missing = oci.run("restore", "--detach", "--bundle", bundle, "--image-path", none.toString(), id);
        assertThat(missing.text()).contains("descriptors.json", "mend:");
        Files.writeString(none.resolve("descriptors.json"), "[\"/dev/null\",\"pipe:[1]\",\"pipe:[2]\"]");
        for (List<String> how : List.of(List.of("--detach"), List.<String>of())) {
            List<String> command = new ArrayList<>(List.of("restore", "--bundle", bundle));
            command.addAll(List.of("--image-path", none.toString(), id));
            command.addAll(1, how);
            Said restored = oci.run(command.toArray(String[]::new));
            assertThat(restored.status()).isEqualTo(1);
            assertThat(restored.text()).contains("alcove-oci restore failed: criu failed: type RESTORE", "restore.log");
            assertThat(oci.left()).as("nothing stays").isEmpty();
        }
    }

    @Test
    void killReachesAllAndForceCleansUpWhatACommandLeft() throws Exception {
        String bundle = bundle("sleep 1000 & sleep 1000");
        ok("run", "--detach", "--bundle", bundle, id);
        ok("kill", "--all", id, "KILL");
        await("stopped");
        ok("delete", id);

        ok("create", "--bundle", bundle, id);
        ok("delete", "--force", id);
        ok("delete", "--force", id);
        assertThat(oci.run("delete", id).text()).contains("container does not exist");

        // As a power cut leaves it: a folder, and a record that is cut off.
        ok("create", "--bundle", bundle, id);
        Path record = folder.resolve("root").resolve(id).resolve("state.json");
        Files.writeString(record, Files.readString(record).substring(0, 40));
        assertThat(oci.run("start", id).status()).isEqualTo(1);
        ok("delete", "--force", id);
        assertThat(oci.left()).isEmpty();
    }

    @Test
    void aCommandThatIsNotThereIsRefusedByCreate() throws Exception {
        for (var c : List.of(
                List.of("nosuch", "executable file not found in $PATH"),
                List.of("/no/such", "no such file or directory"),
                List.of("/etc/plain", "permission denied"))) {
            Path bundle = oci.bundle("bundle-" + c.getFirst().length(), "", spec -> command(spec, c.getFirst()));
            Files.createDirectories(bundle.resolve("rootfs/etc"));
            Files.writeString(bundle.resolve("rootfs/etc/plain"), "no program");
            Said said = oci.run("create", "--bundle", bundle.toString(), id);
            assertThat(said.status()).isEqualTo(1);
            assertThat(said.text()).contains(c.get(1));
            assertThat(oci.left()).isEmpty();
        }
    }

    private static OciSpec command(OciSpec spec, String... words) {
        var process = spec.process();
        assertThat(process).isNotNull();
        return spec.toBuilder()
                .process(process.toBuilder().args(List.of(words)).build())
                .build();
    }

    @Test
    void hooksRunAtTheirPointInTheirNamespaces() throws Exception {
        Path log = folder.resolve("hooks");
        Path script = folder.resolve("hook");
        Files.writeString(
                script,
                "#!/bin/sh\nread -r state\necho \"$1 $(echo \"$state\" | grep -o '\"status\":\"[a-z]*\"' | cut -d: -f2)"
                        + " $(readlink /proc/self/ns/uts)\" >> " + log + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        String inside = "echo \"startContainer $(cat /ran 2>/dev/null)\" >> /hooked";
        UnaryOperator<OciSpec> hooks = spec -> spec.toBuilder()
                .hooks(new OciHooks(
                        List.of(hook(script, "prestart")),
                        List.of(hook(script, "createRuntime")),
                        List.of(hook(script, "createContainer")),
                        List.of(new OciHook("/bin/sh", List.of("sh", "-c", inside), List.of(), null)),
                        List.of(hook(script, "poststart")),
                        List.of(hook(script, "poststop"))))
                .build();
        Path bundle = oci.bundle("bundle", "echo ran > /ran; sleep 1000", hooks);
        ok("create", "--bundle", bundle.toString(), id);
        String here = Files.readSymbolicLink(Path.of("/proc/self/ns/uts")).toString();
        assertThat(Files.readAllLines(log)).hasSize(3);
        assertThat(Files.readAllLines(log).get(0)).startsWith("prestart").endsWith(here);
        assertThat(Files.readAllLines(log).get(1))
                .startsWith("createRuntime \"creating\"")
                .endsWith(here);
        assertThat(Files.readAllLines(log).get(2)).startsWith("createContainer").doesNotEndWith(here);
        ok("start", id);
        assertThat(Files.readString(bundle.resolve("rootfs/hooked")))
                .as("before the program")
                .isEqualTo("startContainer \n");
        assertThat(Files.readAllLines(log).get(3))
                .startsWith("poststart \"running\"")
                .endsWith(here);
        ok("kill", id, "KILL");
        await("stopped");
        ok("delete", id);
        assertThat(Files.readAllLines(log).get(4)).startsWith("poststop \"stopped\"");
    }

    private static OciHook hook(Path script, String point) {
        return new OciHook(script.toString(), List.of("hook", point), List.of("PATH=/usr/bin:/bin"), 20);
    }

    @Test
    void aHookThatFailsOrHangsLeavesNothing() throws Exception {
        for (OciHook bad : List.of(
                new OciHook("/bin/sh", List.of("sh", "-c", "echo not today >&2; exit 4"), List.of(), null),
                new OciHook("/bin/sleep", List.of("sleep", "1000"), List.of(), 1))) {
            Path bundle = oci.bundle(
                    "bundle" + bad.args().size(),
                    "true",
                    spec -> spec.toBuilder()
                            .hooks(new OciHooks(List.of(), List.of(bad), List.of(), List.of(), List.of(), List.of()))
                            .build());
            Said said = oci.run("create", "--bundle", bundle.toString(), id);
            assertThat(said.status()).isEqualTo(1);
            assertThat(said.text())
                    .contains("hooks.createRuntime[0]")
                    .contains(bad.timeout() == null ? "not today" : "longer than its timeout of 1 s");
            assertThat(oci.left()).isEmpty();
        }
    }

    @Test
    void severalAtTheSameTimeAndTwoOfTheSameId() throws Exception {
        String bundle = bundle("sleep 1000");
        List<OciProgram.Running> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(oci.begin("create", "--bundle", bundle, id + "-" + i));
        }
        OciProgram.Running one = oci.begin("create", "--bundle", bundle, id);
        OciProgram.Running two = oci.begin("create", "--bundle", bundle, id);
        for (OciProgram.Running running : all) {
            Said said = running.finish();
            assertThat(said.status()).as(said.text()).isZero();
        }
        assertThat(List.of(one.finish().status(), two.finish().status()))
                .as("one of two")
                .containsExactlyInAnyOrder(0, 1);
        assertThat(oci.run("list", "-q").text().lines()).hasSize(5);
    }

    @Test
    void badInputIsRefusedBeforeAnythingIsMade() throws Exception {
        String bundle = bundle("true");
        for (String bad : List.of("../x", "", "a/b", "x".repeat(1025))) {
            Said said = oci.run("create", "--bundle", bundle, bad);
            assertThat(said.status()).as(bad).isEqualTo(1);
        }
        assertThat(oci.run("create", "--bundle", folder.toString(), id).text()).contains("config.json");
        assertThat(oci.run("create", "--bundle", bundle, "--console-socket", "/no/such", id)
                        .text())
                .contains("console socket");
        Said file = oci.run("create", "--bundle", bundle, "--pid-file", "/no/such/folder/pid", id);
        assertThat(file.status()).isEqualTo(1);
        assertThat(file.text()).contains("pid file");
        Files.delete(Path.of(bundle, "rootfs/bin/busybox"));
        for (Path p : List.of(Path.of(bundle, "rootfs/bin"))) {
            try (var files = Files.list(p)) {
                for (Path f : files.toList()) {
                    Files.delete(f);
                }
            }
        }
        assertThat(oci.run("create", "--bundle", bundle, id).text()).contains("executable file not found in $PATH");
        assertThat(oci.left()).isEmpty();
    }

    @Test
    void aSmallMemoryLimitIsEnoughForTheStart() throws Exception {
        Path bundle = oci.bundle("bundle", "true", spec -> withMemory(command(spec, "/bin/true"), 4L << 20));
        Said said = oci.run("run", "--bundle", bundle.toString(), id);
        assertThat(said.status()).as(said.text()).isZero();
    }

    private static OciSpec withMemory(OciSpec spec, long bytes) {
        OciLinux linux = spec.linux();
        assertThat(linux).isNotNull();
        LinuxResources resources =
                linux.resources() == null ? LinuxResources.builder().build() : linux.resources();
        return spec.toBuilder()
                .linux(linux.toBuilder()
                        .resources(resources.toBuilder()
                                .memory(LinuxMemory.builder().limit(bytes).build())
                                .build())
                        .build())
                .build();
    }

    @Test
    void descriptorsThatAreToBePreservedAreAndNoOther() throws Exception {
        Path bundle = oci.bundle("bundle", "ls /proc/self/fd; cat <&4", UnaryOperator.identity());
        Path three = Files.writeString(folder.resolve("three"), "third");
        Path four = Files.writeString(folder.resolve("four"), "fourth");
        Said said;
        try (Shell shell = Shell.outside()) {
            said = shell.attempt(oci.path() + " --root " + folder.resolve("root") + " run --preserve-fds 2 --bundle "
                    + bundle + " " + id + " 3<" + three + " 4<" + four + " 5<" + four + " 6<" + four);
        }
        assertThat(said.status()).as(said.text()).isZero();
        // 5 is the folder that ls reads.
        assertThat(said.text()).isEqualTo("0\n1\n2\n3\n4\n5\nfourth");
    }

    @Test
    void joinsNamespacesOfOthersByPath() throws Exception {
        String bundle = bundle("sleep 1000");
        Path pid = folder.resolve("pid");
        ok("run", "--detach", "--bundle", bundle, "--pid-file", pid.toString(), id);
        String uts = "/proc/" + Files.readString(pid) + "/ns/uts";
        Path second = oci.bundle("second", "ls -l /proc/self/ns/uts", spec -> {
            OciLinux linux = spec.linux();
            assertThat(linux).isNotNull();
            List<LinuxNamespace> namespaces = new ArrayList<>(linux.namespaces());
            namespaces.removeIf(n -> n.type().equals("uts"));
            namespaces.add(new LinuxNamespace("uts", uts));
            return spec.toBuilder()
                    .hostname("")
                    .linux(linux.toBuilder().namespaces(namespaces).build())
                    .build();
        });
        Said said = oci.run("run", "--bundle", second.toString(), id + "-2");
        assertThat(said.status()).as(said.text()).isZero();
        assertThat(said.text()).endsWith(Files.readSymbolicLink(Path.of(uts)).toString());
    }
}
