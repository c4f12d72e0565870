package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.testkit.NothingLeft;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What stands ready to be copied: the monitors of this JVM's containers come from it. */
@ExtendWith(NothingLeft.class)
@Timeout(120)
class ZygoteTest {
    @BeforeEach
    void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    /** The first start of a JVM does without. */
    @BeforeEach
    void notTheFirst() {
        assertThat(Zygote.standing().or(Zygote::standing)).isPresent();
    }

    /** Their numbers. */
    private static List<Long> standing() {
        return ProcessHandle.current()
                .children()
                .map(ProcessHandle::pid)
                .filter(pid -> commandLine(pid).startsWith("alcove-init\0zygote"))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    private static long parent(int pid) {
        return ProcessHandle.of(pid).orElseThrow().parent().orElseThrow().pid();
    }

    private static String out(ContainerBuilder b) {
        try (Container c = b.start()) {
            String out = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(c.waitFor()).isZero();
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theMonitorsAreItsCopiesAndOurChildren() throws IOException {
        long zygote = standing().getFirst();
        try (Container one =
                        new ContainerBuilder("sleep", "1000").id("test-one").start();
                Container other =
                        new ContainerBuilder("sleep", "1000").id("test-other").start()) {
            assertThat(standing()).containsExactly(zygote);
            for (Container c : List.of(one, other)) {
                long monitor = parent(c.pid());
                assertThat(parent((int) monitor))
                        .isEqualTo(ProcessHandle.current().pid());
                assertThat(commandLine(monitor))
                        .startsWith("alcove-init\0" + c.id() + "\0")
                        .doesNotContain("zygote", " ");
                // A copy has the image of the copied; so has one that was executed, but where the kernel put it
                // elsewhere.
                assertThat(image(monitor)).isEqualTo(image(zygote));
            }
        }
        assertThat(standing()).containsExactly(zygote);
    }

    /** Where its stack is, which is chosen at execve. */
    private static String image(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
            return lines.filter(line -> line.endsWith("[vdso]")).findFirst().orElseThrow();
        }
    }

    @Test
    void oneThatWasKilledIsReplaced() {
        long first = standing().getFirst();
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        // At first as without one, then by a new one.
        assertThat(out(new ContainerBuilder("echo", "a"))).isEqualTo("a\n");
        assertThat(standing()).isEmpty();
        assertThat(out(new ContainerBuilder("echo", "b"))).isEqualTo("b\n");
        assertThat(standing()).hasSize(1).doesNotContain(first);
        Zygote.end(Zygote.ready().orElseThrow());
        assertThat(standing()).isEmpty();
    }

    /** It does not answer: after a while it is ended, and the container starts without. */
    @Test
    void oneThatWasStoppedIsReplaced() throws Exception {
        long first = standing().getFirst();
        assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(first))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        assertThat(out(new ContainerBuilder("echo", "a"))).isEqualTo("a\n");
        assertThat(standing()).isEmpty();
        assertThat(ProcessHandle.of(first)).isEmpty();
    }

    @Test
    void aThreadThatMovedIsNotServed() {
        String own = NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            assertThat(Zygote.ready()).isEmpty();
            String here = network();
            String inside = out(new ContainerBuilder("readlink", "/proc/self/ns/net")
                    .room(NamespaceKind.NET, new ContainerBuilder.Room.Host()));
            assertThat(inside).isEqualTo(here + "\n");
            return here;
        });
        assertThat(out(new ContainerBuilder("readlink", "/proc/self/ns/net")
                        .room(NamespaceKind.NET, new ContainerBuilder.Room.Host())))
                .isNotEqualTo(own + "\n");
        assertThat(Zygote.ready()).isPresent();
    }

    /** The calling thread's. */
    private static String network() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JVM that starts a single container leaves no process standing beside it. */
    @Test
    void theFirstStartMakesNone() throws Exception {
        for (int starts = 1; starts <= 2; starts++) {
            Process jvm = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Several.class.getName(),
                            Integer.toString(starts))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            List<String> children = new ArrayList<>();
            assertThat(jvm.inputReader().readLine()).isEqualTo("started");
            jvm.children().forEach(child -> children.add(commandLine(child.pid())));
            assertThat(children).hasSize(starts - 1).allMatch(line -> line.startsWith("alcove-init\0zygote"));
            Optional<ProcessHandle> zygote = jvm.children().findFirst();
            // The JVM's death by any cause is its end.
            jvm.destroyForcibly().waitFor();
            zygote.ifPresent(z -> z.onExit().join());
        }
    }

    /** Starts as many containers as it is told, one after the other, and waits for its own end. */
    static final class Several {
        private Several() {}

        /** Its whole work. */
        public static void main(String[] args) throws IOException {
            for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                try (Container c = new ContainerBuilder("true").inheritIO().start()) {
                    c.waitFor();
                }
            }
            System.out.println("started");
            int read = System.in.read();
            System.exit(read < 0 ? 0 : 1);
        }
    }
}
