package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.UnixSocket;
import dev.alcove.spec.OciHook;
import dev.alcove.spec.OciHooks;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code alcove-oci} when things go wrong around it: what it says, what is left, and that delete --force takes it away. */
@Timeout(300)
final class OciFailuresTest {
    private static final int AT_ONCE = 16;
    private static final int FEWER = 6;

    @TempDir
    Path folder;

    private OciProgram oci;
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void program() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        oci = new OciProgram(folder);
        OciQuick.start(folder);
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

    private void ok(String... command) {
        Said said = oci.run(command);
        assertThat(said.status()).as(said.text()).isZero();
    }

    private Said refused(String... command) {
        Said said = oci.run(command);
        assertThat(said.status()).as(said.text()).isEqualTo(1);
        assertThat(said.text()).doesNotContain("internal error").doesNotContain("Exception");
        return said;
    }

    /** It is gone: files, control groups, processes. */
    static void nothingOf(String id) {
        if (!Wait.within(Duration.ofSeconds(20), () -> OciDeaths.traces(id).isEmpty())) {
            assertThat(OciDeaths.traces(id)).as("left of " + id).isEmpty();
        }
    }

    @Test
    void withoutItsJvm() throws IOException {
        String bundle = bundle("true");
        Path jvm = folder.resolve("alcove-oci.jvm");
        Files.delete(jvm);
        assertThat(refused("create", "--bundle", bundle, id).text()).contains("alcove-oci: cannot open " + jvm);
        Files.writeString(jvm, "/no/such/java\0");
        assertThat(refused("create", "--bundle", bundle, id).text())
                .contains("alcove-oci: cannot execute /no/such/java");
        Files.writeString(jvm, "");
        assertThat(refused("create", "--bundle", bundle, id).text()).contains("no command line in " + jvm);
        Files.writeString(jvm, "/bin/false\0");
        assertThat(refused("create", "--bundle", bundle, id).text()).isEmpty();
        OciQuick.start(folder);
        assertThat(oci.left()).isEmpty();
        nothingOf(id);
    }

    /** Found out when it is executed, by when whoever made the container has ended: it is said where its errors go. */
    @Test
    void aProgramThatIsNone() throws IOException {
        Path bundle = oci.bundle(
                "bundle",
                "true",
                spec -> spec.toBuilder()
                        .process(Objects.requireNonNull(spec.process()).toBuilder()
                                .args(List.of("/plain"))
                                .build())
                        .build());
        Path plain = Files.writeString(bundle.resolve("rootfs/plain"), "\u007fELF, but no more of it");
        Files.setPosixFilePermissions(plain, PosixFilePermissions.fromString("rwxr-xr-x"));
        ok("create", "--bundle", bundle.toString(), id);
        ok("start", id);
        Wait.until("it says so", () -> saidByAny().contains("exec /plain: exec format error"));
        Wait.until("it has ended", () -> oci.run("state", id).text().contains("stopped"));
        ok("delete", id);
        nothingOf(id);
    }

    /** What commands printed, and the containers that have their streams. */
    private String saidByAny() {
        StringBuilder all = new StringBuilder();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "said*")) {
            for (Path file : files) {
                all.append(Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toString();
    }

    /** Its listener lets no more wait: create does not wait with them for ever. */
    @Test
    void aConsoleSocketThatNobodyAcceptsFrom() throws IOException {
        Path socket = folder.resolve("busy");
        Path bundle = oci.bundle(
                "bundle",
                "true",
                spec -> spec.toBuilder()
                        .process(Objects.requireNonNull(spec.process()).toBuilder()
                                .terminal(true)
                                .build())
                        .build());
        List<UnixSocket> waiting = new ArrayList<>();
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket), 1);
            boolean full = false;
            while (!full) {
                try {
                    waiting.add(UnixSocket.connect(socket, Duration.ofMillis(50)));
                } catch (LinuxException e) {
                    assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
                    full = true;
                }
            }
            assertThat(refused("create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), id)
                            .text())
                    .contains("console socket " + socket + ": nobody took the connection in 10 seconds")
                    .contains("mend: ");
        } finally {
            waiting.forEach(UnixSocket::close);
        }
        assertThat(oci.left()).isEmpty();
        nothingOf(id);
    }

    /** The folder of states is a small tmpfs in a mount namespace of its own: first without space, then without inodes. */
    @Test
    void onAFullDisk() throws IOException {
        String bundle = bundle("true");
        Path states = Files.createDirectories(folder.resolve("full"));
        String create = oci.path() + " --root " + states + "/oci create --bundle " + bundle + " " + id;
        try (Shell shell = Shell.of(new ProcessBuilder("unshare", "--mount", "--propagation", "private", "sh"))) {
            for (String lack : List.of("size=16k", "nr_inodes=3")) {
                shell.say("mount -t tmpfs -o " + lack + " tmpfs " + states + " && mkdir " + states + "/oci");
                shell.attempt("head -c 1m /dev/zero > " + states + "/filler");
                Said said = shell.attempt(create);
                assertThat(said.status()).as(said.text()).isEqualTo(1);
                assertThat(said.text())
                        .containsIgnoringCase("no space left on device")
                        .doesNotContain("internal error");
                assertThat(shell.say("ls " + states + "/oci"))
                        .as("nothing is left")
                        .isEmpty();
                shell.say("rm -f " + states + "/filler");
                assertThat(shell.attempt(create.replace("create", "delete --force")
                                        .replace("--bundle " + bundle, ""))
                                .status())
                        .isZero();
                shell.say("umount " + states);
            }
        }
        nothingOf(id);
    }

    @Test
    void aBrokenRecordIsToldAndTakenAway() throws IOException {
        String bundle = bundle("sleep 1000");
        ok("create", "--bundle", bundle, id + "-good");
        for (String text :
                List.of("", "{\"format\": 1, \"id\": \"", "\0\0\0", "[]", "{\"format\":99}", "[".repeat(100_000))) {
            ok("create", "--bundle", bundle, id);
            Path record = oci.root().resolve(id).resolve("state.json");
            Files.writeString(record, text);
            assertThat(refused("state", id).text()).contains(record.toString()).contains("delete --force " + id);
            Said list = oci.run("list", "-q");
            assertThat(list.status()).isZero();
            assertThat(list.text()).contains(id + "-good").contains("cannot be read");
            if (text.isEmpty()) {
                assertThat(refused("start", id).text()).contains("delete --force " + id);
                assertThat(refused("kill", id).text()).contains("delete --force " + id);
                assertThat(refused("delete", id).text()).contains(id);
            }
            ok("delete", "--force", id);
            nothingOf(id);
        }
        ok("create", "--bundle", bundle, id);
        Files.delete(oci.root().resolve(id).resolve("config.json"));
        ok("delete", "--force", id);
        nothingOf(id);
        assertThat(oci.run("state", id + "-good").text()).contains("\"created\"");
        ok("delete", "--force", id + "-good");
        nothingOf(id + "-good");
    }

    private static UnaryOperator<OciSpec> hook(String script) {
        OciHook hook = new OciHook("/bin/sh", List.of("sh", "-c", script, "hook"), List.of("PATH=/usr/bin:/bin"), null);
        return spec -> spec.toBuilder()
                .hooks(new OciHooks(List.of(), List.of(hook), List.of(), List.of(), List.of(), List.of()))
                .build();
    }

    /** A caller that loses patience with a hook kills us: the hook ends too, and so does what was made. */
    @Test
    void killedWhileAHookHangs() throws Exception {
        Path reached = folder.resolve("reached");
        Path bundle = oci.bundle("bundle", "true", hook("touch " + reached + "; exec sleep 100 # " + id));
        for (String whom : List.of("front", "jvm")) {
            Files.deleteIfExists(reached);
            OciProgram.Running create = oci.begin("create", "--bundle", bundle.toString(), id);
            Wait.until("the hook runs", () -> Files.exists(reached));
            OciDeaths.kill(create.process(), whom);
            create.process().waitFor();
            ok("delete", "--force", id);
            nothingOf(id);
        }
    }

    /** A hook is who its first argument says. */
    @Test
    void aHookHasItsOwnName() throws IOException {
        Path said = folder.resolve("said");
        OciHook hook = new OciHook("/bin/busybox", List.of("echo", "hook", "said"), List.of(), 10);
        OciHook shell = new OciHook("/bin/sh", List.of("named", "-c", "echo $0 > " + said), List.of("PATH=/bin"), 10);
        Path bundle = oci.bundle(
                "bundle",
                "true",
                spec -> spec.toBuilder()
                        .hooks(new OciHooks(List.of(hook), List.of(shell), List.of(), List.of(), List.of(), List.of()))
                        .build());
        ok("create", "--bundle", bundle.toString(), id);
        assertThat(said).content().isEqualTo("named\n");
        ok("delete", "--force", id);
    }

    @Test
    void consoleSockets() throws IOException {
        Path bundle = oci.bundle("bundle", "true", spec -> {
            var process = spec.process();
            assertThat(process).isNotNull();
            return spec.toBuilder()
                    .process(process.toBuilder().terminal(true).build())
                    .build();
        });
        Path file = Files.createFile(folder.resolve("file"));
        for (Path bad : List.of(folder.resolve("missing"), file, folder)) {
            assertThat(refused("create", "--bundle", bundle.toString(), "--console-socket", bad.toString(), id)
                            .text())
                    .contains("console socket " + bad);
            assertThat(oci.left()).isEmpty();
            nothingOf(id);
        }
        // A socket's path is at most 107 bytes.
        Path socket = Path.of("/tmp", id + ".sock");
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(socket));
            // Nobody accepts: the terminal waits in the socket.
            ok("create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), id);
            ok("delete", "--force", id);
            nothingOf(id);
            try (SocketChannel waiting = listening.accept()) {
                assertThat(waiting.isConnected()).isTrue();
            }
            // Somebody who closes at once gets it or not; it is never a death without a word.
            Thread closing = Thread.ofPlatform().start(() -> {
                try {
                    listening.accept().close();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            Said said = oci.run("create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), id);
            if (said.status() != 0) {
                assertThat(said.text()).contains("console socket " + socket);
            }
            closing.join();
            ok("delete", "--force", id);
            nothingOf(id);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            Files.deleteIfExists(socket);
        }
        assertThat(refused("create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), id)
                        .text())
                .contains("console socket " + socket);
    }

    @Test
    void whatCannotBeIsRefusedByName() throws IOException {
        String bundle = bundle("sleep 1000");
        for (String bad : List.of("../x", "", "a/b", "a\nb", ".", "..", "-x y", "é", "x".repeat(1025))) {
            assertThat(refused("create", "--bundle", bundle, "--", bad).text())
                    .as(bad)
                    .contains(bad.isEmpty() ? "container id cannot be empty" : "invalid container ID format");
        }
        assertThat(refused("create", "--bundle", bundle, "--pid-file", folder + "/no/such/pid", id)
                        .text())
                .contains("pid file " + folder + "/no/such/pid");
        assertThat(refused("create", "--bundle", bundle, "--preserve-fds", "3", id)
                        .text())
                .contains("--preserve-fds")
                .contains("3");
        assertThat(refused("create", "--bundle", folder + "/nosuch", id).text()).contains("nosuch");
        assertThat(oci.left()).isEmpty();
        nothingOf(id);
    }

    /** The root file system is missing, a file, a link; the bundle's path is a relative one. */
    @Test
    void rootFileSystems() throws IOException {
        Path bundle = Path.of(bundle("sleep 1000"));
        for (String bad : List.of("missing", "config.json")) {
            root(bundle, bad);
            assertThat(refused("create", "--bundle", bundle.toString(), id).text())
                    .contains("root.path")
                    .contains(bad);
        }
        Files.createSymbolicLink(bundle.resolve("link"), Path.of("rootfs"));
        for (String good : List.of("link", "rootfs", bundle.resolve("rootfs").toString())) {
            root(bundle, good);
            ok("create", "--bundle", bundle.toString(), id);
            ok("start", id);
            assertThat(oci.run("exec", id, "ls", "/bin/busybox").text()).isEqualTo("/bin/busybox");
            ok("delete", "--force", id);
        }
        Said relative = Shell.attempt(List.of(
                "sh",
                "-c",
                "cd " + bundle + "/rootfs && " + oci.path() + " --root ../../root create --bundle .. " + id
                        + " > ../../said 2>&1"));
        assertThat(relative.status())
                .as(Files.readString(folder.resolve("said")))
                .isZero();
        assertThat(oci.run("state", id).text()).contains("\"bundle\": \"" + bundle + "\"");
        ok("delete", "--force", id);
        nothingOf(id);
    }

    private static void root(Path bundle, String path) throws IOException {
        Path config = bundle.resolve("config.json");
        var spec = dev.alcove.spec.OciJson.read(Files.readAllBytes(config), OciSpec.class);
        Files.writeString(
                config,
                dev.alcove.spec.OciJson.pretty(
                        spec.toBuilder().root(new OciRoot(path, false)).build()));
    }

    /** A caller's working directory that is gone: whatever is named absolutely works on. */
    @Test
    void fromAFolderThatIsDeleted() throws IOException {
        String bundle = bundle("sleep 1000");
        Path gone = folder.resolve("gone");
        for (String command :
                List.of("create --bundle " + bundle + " " + id, "state " + id, "start " + id, "delete --force " + id)) {
            Said said = Shell.attempt(List.of(
                    "sh",
                    "-c",
                    "mkdir " + gone + " && cd " + gone + " && rmdir " + gone + " && " + oci.path() + " --root "
                            + oci.root() + " " + command + " > " + folder + "/said 2>&1"));
            assertThat(said.status())
                    .as(command + ": " + Files.readString(folder.resolve("said")))
                    .isZero();
        }
        nothingOf(id);
    }

    @Test
    void manyAtOnce() throws IOException {
        String bundle = bundle("sleep 1000");
        List<OciProgram.Running> same = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            same.add(oci.begin("create", "--bundle", bundle, id));
        }
        int made = 0;
        for (OciProgram.Running r : same) {
            Said said = r.finish();
            if (said.status() == 0) {
                made++;
            } else {
                assertThat(said.text()).contains("container with given ID already exists");
            }
        }
        assertThat(made).as("one of them").isEqualTo(1);

        same.clear();
        for (int i = 0; i < FEWER; i++) {
            same.add(oci.begin("start", id));
        }
        int started = 0;
        for (OciProgram.Running r : same) {
            Said said = r.finish();
            started += said.status() == 0 ? 1 : 0;
            assertThat(said.status() == 0 || said.text().contains("cannot start an already running container"))
                    .as(said.text())
                    .isTrue();
        }
        assertThat(started).as("one of them").isEqualTo(1);
        assertThat(oci.run("state", id).text()).contains("\"running\"");

        same.clear();
        for (int i = 0; i < FEWER; i++) {
            same.add(oci.begin("delete", "--force", id));
        }
        for (OciProgram.Running r : same) {
            Said said = r.finish();
            assertThat(said.status()).as(said.text()).isZero();
        }
        assertThat(oci.left()).isEmpty();
        nothingOf(id);

        for (List<String> command :
                List.of(List.of("create", "--bundle", bundle), List.of("start"), List.of("delete", "--force"))) {
            List<OciProgram.Running> each = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                List<String> words = new ArrayList<>(command);
                words.add(id + "-" + i);
                each.add(oci.begin(words.toArray(String[]::new)));
            }
            for (OciProgram.Running r : each) {
                Said said = r.finish();
                assertThat(said.status()).as(command + ": " + said.text()).isZero();
            }
        }
        assertThat(oci.left()).isEmpty();
    }

    /** As conmon and the shim rely on it: no process of ours stays, and the container's end is its caller's to see. */
    @Test
    void theCallersSubreaperGetsTheEnd() throws Exception {
        Needs.programs("gcc libc6-dev", "gcc");
        Path caller = folder.resolve("subreaper");
        Shell.run("gcc", "-O1", "-Wall", "-o", caller.toString(), "src/test/c/subreaper.c");
        String bundle = bundle("until [ -e /end ]; do sleep 0.1; done; exit 23");
        Path said = folder.resolve("ends");
        Process process = new ProcessBuilder(
                        caller.toString(),
                        oci.path().toString(),
                        "--root",
                        oci.root().toString(),
                        "create",
                        "--bundle",
                        bundle,
                        id)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            Wait.until("create ended", () -> lines(said).contains("own 0"));
            String state = oci.run("state", id).text();
            String pid = state.substring(state.indexOf("\"pid\": ") + 7).split("[,\n]", 2)[0];
            Set<String> processes = new TreeSet<>();
            for (String trace : OciDeaths.traces(id)) {
                if (trace.startsWith("process ")) {
                    processes.add(trace.substring(8).split(" ", 2)[0]);
                }
            }
            processes.remove(Long.toString(process.pid()));
            assertThat(processes).as("the container's alone").containsExactly(pid);
            assertThat(Files.readString(Path.of("/proc", pid, "stat")).split(" ", -1)[3])
                    .as("its parent")
                    .isEqualTo(Long.toString(process.pid()));
            ok("start", id);
            Files.createFile(Path.of(bundle, "rootfs", "end"));
            Wait.until("its end is told", () -> lines(said).contains(pid + " 23"));
            assertThat(process.waitFor()).isZero();
            ok("delete", id);
        } finally {
            process.destroyForcibly().waitFor();
        }
        nothingOf(id);
    }

    private static List<String> lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Deaths at drawn moments: of the front, which callers know as us, and of its JVM. */
    @Test
    void suddenDeaths() throws Exception {
        OciDeaths deaths = new OciDeaths(oci, bundle("sleep 1000"), id);
        int n = deaths.all();
        assertThat(n).isGreaterThanOrEqualTo(20);
    }
}
