package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.CapabilitySets;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.OciUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ways out through the runtime itself: its program, its descriptors, the privileges that it hands on. */
@Timeout(120)
class ProgramEscapesTest {
    @TempDir
    Path folder;

    @BeforeEach
    void root() {
        Needs.root();
    }

    /** The runtime's own program, as this JVM keeps it. */
    private static byte[] init() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path fd : (Iterable<Path>) all::iterator) {
                if (Files.isSymbolicLink(fd)
                        && Files.readSymbolicLink(fd).toString().contains("memfd:alcove-init")) {
                    return Files.readAllBytes(fd);
                }
            }
        }
        throw new AssertionError("this JVM has no init");
    }

    /**
     * runc's binary was the host's own file, and could be overwritten through /proc/self/exe by a container that got itself
     * executed as its program. Here it is a file in memory that is sealed: nobody can write to it, not even its maker.
     */
    @Test
    @DisplayName("CVE-2019-5736: the runtime's program overwritten through /proc/self/exe")
    void cve_2019_5736() throws IOException {
        assertThat(Attack.tried("who")).isEqualTo("0 0 0");
        byte[] before = init();
        String held =
                Attack.say(Attack.container(Attack.words("overwrite-exe", "1")).init(true));
        assertThat(held)
                .as("PID 1 is the runtime's program, and could be taken hold of")
                .isEqualTo("opened ETXTBSY, written -, sealed");
        Said itself = Shell.run(new ContainerBuilder("/proc/self/exe"));
        assertThat(itself.status())
                .as("as the container's program it finds nothing to do")
                .isEqualTo(1);
        assertThat(init()).isEqualTo(before);
        assertThat(Attack.tried("who")).as("it still works").isEqualTo("0 0 0");
    }

    /** The same, by way of whoever enters the container: a script whose interpreter is {@code /proc/self/exe}. */
    @Test
    @DisplayName("CVE-2019-5736: the same by exec")
    void cve_2019_5736_exec() throws IOException {
        Path root = Attack.root(folder.resolve("root"));
        Path script = Files.writeString(root.resolve("evil"), "#!/proc/self/exe\n");
        script.toFile().setExecutable(true);
        byte[] before;
        String caught;
        try (Container room =
                Attack.in(root, "sh", "-c", "/attack catch-exe 60; sleep 1000").start()) {
            var said = room.process().inputReader(StandardCharsets.UTF_8);
            assertThat(said.readLine()).isEqualTo("waiting");
            before = init();
            CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
                try {
                    return String.valueOf(said.readLine());
                } catch (IOException e) {
                    return e.toString();
                }
            });
            while (!line.isDone()) {
                assertThat(Attack.enter(room.exec("/evil")).status()).isIn(1, 137);
            }
            caught = line.join();
        }
        assertThat(caught).as("it was taken hold of").isEqualTo("caught opened ETXTBSY, written -, sealed");
        assertThat(init()).isEqualTo(before);
        assertThat(Attack.tried("who")).as("it still works").isEqualTo("0 0 0");
    }

    /**
     * runc had a descriptor of the host's control groups open when it entered the working directory, which could be
     * {@code /proc/self/fd/7}: from there ../../.. was the host's root. Here everything is closed before.
     */
    @Test
    @DisplayName("CVE-2024-21626: a working directory of the host's, by a descriptor that leaked")
    void cve_2024_21626() throws IOException {
        String secret =
                Files.writeString(folder.resolve("secret"), "of the host").toString();
        String up = "../../../../../../../../.." + secret;
        assertThat(Shell.run(new ContainerBuilder("bash", "-c", "exec 7</etc; cd /proc/self/fd/7 && pwd -P"))
                        .text())
                .as("such a directory can be entered")
                .isEqualTo("/etc");
        try (Container room = Attack.container("sh").start();
                Shell inside = Shell.in(room)) {
            for (int fd = 0; fd < 24; fd++) {
                String directory = "/proc/self/fd/" + fd;
                notSeen(() -> Attack.say(
                        Attack.container(Attack.words("from-here", up)).directory(directory)));
                notSeen(() -> enter(room, directory, up));
                inside.say("rm -f /tmp/w; ln -s " + directory + " /tmp/w");
                notSeen(() -> enter(room, "/tmp/w", up));
            }
        }
    }

    private static String enter(Container room, String directory, String up) {
        return Attack.enter(room.exec(Attack.words("from-here", up)).directory(directory))
                .text();
    }

    private interface Start {
        String text();
    }

    private static void notSeen(Start start) {
        try {
            assertThat(start.text())
                    .startsWith("/")
                    .doesNotContain("unreachable")
                    .endsWith(" ENOENT");
        } catch (ContainerException e) {
            assertThat(e).hasMessageContaining("\n  step ").hasMessageContaining("\n  likely cause: ");
        }
    }

    /** Descriptors that the caller has open without close-on-exec: none is open in the container, nor in its PID 1. */
    @Test
    @DisplayName("leaked descriptors")
    void leakedDescriptors() throws IOException {
        Path file = Files.writeString(folder.resolve("of-the-host"), "secret");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process jvm = new ProcessBuilder(
                        "bash",
                        "-c",
                        "exec 7</ 8<>\"$1\" 9</etc 40</proc; shift; exec \"$@\"",
                        "bash",
                        file.toString(),
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Leaking.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        jvm.getOutputStream().close();
        String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jvm.onExit().join().exitValue()).isZero();
        assertThat(said.lines())
                .containsExactly("/", file.toString(), "/etc", "/proc", "self: end", "PID 1: end", "entered: end");
    }

    /** Starts containers with what it has open. */
    static final class Leaking {
        private Leaking() {}

        public static void main(String[] args) throws IOException {
            for (int fd : List.of(7, 8, 9, 40)) {
                String of =
                        Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
                System.out.println(of.matches("/proc/[0-9]+") ? "/proc" : of);
            }
            System.out.println("self: " + Attack.tried("descriptors", "self"));
            try (Container room = Attack.container("sleep", "1000").init(true).start()) {
                // PID 1 closes its end of the handshake a moment after the program has been told to run.
                List<String> said = new ArrayList<>();
                Wait.until("PID 1 has nothing open", () -> {
                    said.add(Attack.enter(room.exec(Attack.words("descriptors", "1")))
                            .text());
                    return said.getLast().equals("end");
                });
                System.out.println("PID 1: " + said.getLast());
                System.out.println("entered: "
                        + Attack.enter(room.exec(Attack.words("descriptors", "self")))
                                .text());
            }
        }
    }

    /**
     * runc, docker and podman started programs with inheritable capabilities, which a program with file capabilities could
     * turn into permitted ones although the user had been changed. Here that set is empty in all that is started.
     */
    @Test
    @DisplayName("CVE-2022-29162: inheritable capabilities")
    void cve_2022_29162() {
        String look = "grep -E 'Cap(Inh|Bnd|Amb)' /proc/self/status | tr '\\n\\t' '  '";
        OciUser other = new OciUser(1000, 1000, null, List.of(), "");
        List<String> found = new ArrayList<>();
        found.add(Attack.say(new ContainerBuilder("sh", "-c", look)));
        found.add(Attack.say(new ContainerBuilder("sh", "-c", look).user(other)));
        found.add(Attack.say(new ContainerBuilder("sh", "-c", look).privileged(true)));
        try (Container room = new ContainerBuilder("sleep", "1000").start()) {
            found.add(Attack.enter(room.exec("sh", "-c", look)).text());
            found.add(Attack.enter(room.exec("sh", "-c", look).user(other)).text());
            found.add(Attack.enter(room.exec("sh", "-c", look).privileged(true)).text());
            CapabilitySets outside = Capabilities.of(room.pid()).orElseThrow();
            assertThat(outside.inheritable())
                    .as("as the kernel tells it outside")
                    .isEmpty();
            assertThat(outside.permitted()).isNotEmpty();
        }
        assertThat(found)
                .allSatisfy(line -> assertThat(line)
                        .as("there are capabilities to be inherited, and none is")
                        .contains("CapInh: 0000000000000000")
                        .contains("CapAmb: 0000000000000000")
                        .doesNotContain("CapBnd: 0000000000000000"));
    }
}
