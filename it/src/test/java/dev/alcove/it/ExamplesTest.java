package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every example, as a person runs it: a JVM of its own, and what it prints. */
class ExamplesTest {
    @BeforeEach
    void root() {
        boolean able = Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN);
        if (!able) {
            System.out.println("skipped: the examples look at single namespaces, which takes CAP_SYS_ADMIN");
        }
        Assumptions.assumeTrue(able, "needs CAP_SYS_ADMIN");
    }

    @Test
    void firstContainer() throws Exception {
        assertThat(run("FirstContainer")).containsExactly("pid 1 on container", "it ended with 0");
    }

    @Test
    void aCloneWithoutFlagsSharesTheNamespace() throws Exception {
        List<String> lines = run("Clone");
        assertThat(lines).hasSize(5);
        assertThat(lines.get(1)).startsWith("uts:[").isEqualTo(lines.get(3));
        assertThat(lines.get(2)).isEqualTo("Container - inside the container!");
        assertThat(lines.getLast()).isEqualTo("Parent - container stopped!");
    }

    @Test
    void aHostNameOfItsOwn() throws Exception {
        List<String> lines = run("Uts");
        assertThat(lines).hasSize(2).first().isEqualTo("inside: container");
        assertThat(lines.getLast()).startsWith("outside: ").isNotEqualTo("outside: container");
    }

    @Test
    void queuesAreHiddenByAnIpcNamespaceOnly() throws Exception {
        List<String> lines = run("Ipc");
        assertThat(lines).hasSize(3);
        String outside = lines.getFirst().substring("queues outside: ".length());
        assertThat(Integer.parseInt(outside)).isPositive();
        assertThat(lines.get(1)).isEqualTo("queues with uts: " + outside);
        assertThat(lines.get(2)).isEqualTo("queues with uts and ipc: 0");
    }

    @Test
    void numbersOfItsOwnAreNotYetAViewOfItsOwn() throws Exception {
        List<String> lines = run("Pid");
        assertThat(lines).hasSize(3).startsWith("inside: pid 1", "/proc still lists the parent");
        assertThat(Long.parseLong(lines.getLast().substring("outside: pid ".length())))
                .isGreaterThan(1);
    }

    @Test
    void aNewProcShowsItsOwnProcesses() throws Exception {
        assertThat(run("Fs")).map(String::strip).containsExactly("PID COMMAND", "1 sh", "2 ps");
    }

    @Test
    void aHomeMadeImage() throws Exception {
        List<String> lines = run("Newns");
        assertThat(lines).startsWith("container", "1.1.1.1 container", "nameserver 192.0.2.1", "test.txt");
        assertThat(lines)
                .contains("/ tmpfs", "/proc proc", "/dev tmpfs", "/dev/pts devpts", "/dev/shm tmpfs", "/run tmpfs")
                .anyMatch(l -> l.startsWith("/mnt "))
                .noneMatch(l -> l.startsWith("/home"));
    }

    @Test
    void volumes() throws Exception {
        assertThat(run("Volumes")).containsExactly("/settings: read-only", "/scratch: written", "/data/result: done");
    }

    @Test
    void limits() throws Exception {
        assertThat(run("Limits"))
                .containsExactly("40 processes where 16 are allowed: refused", "timed out: true, status 137");
    }

    @Test
    void aReadOnlyRoot() throws Exception {
        assertThat(run("ReadOnlyRoot")).containsExactly("/srv: read-only", "/tmp: written");
    }

    @Test
    void aNetworkOfItsOwn() throws Exception {
        List<String> lines = run("OwnNetwork");
        assertThat(lines).hasSize(3);
        String callers = lines.getFirst().substring("caller: ".length());
        assertThat(lines.get(1)).startsWith("own: net:[").endsWith("] lo").doesNotContain(callers);
        assertThat(lines.get(2)).isEqualTo("host: " + callers);
    }

    @Test
    void rootInsideNobodyOutside() throws Exception {
        assertThat(run("UserNamespace")).containsExactly("outside: user 100000", "inside: user 0");
    }

    @Test
    void pipes() throws Exception {
        assertThat(run("Pipes")).containsExactly("apple", "fig", "pear");
    }

    @Test
    void otherPeoplesCode() throws Exception {
        assertThat(run("OtherPeoplesCode"))
                .containsExactly(
                        "words: 3",
                        "a file: refused",
                        "a program: refused",
                        "a connection: refused",
                        "wrote to its own folder",
                        "it ended with 0",
                        "it tried: {clone=1, connect=1}");
    }

    @Test
    void aThreadInANetwork() throws Exception {
        assertThat(run("ThreadInANetwork"))
                .containsExactly("connected inside: true", "name inside: room", "users: UNSUPPORTED");
    }

    @Test
    void explains() throws Exception {
        assertThat(run("Explain")).singleElement().asString().contains("sethostname(\"container\", 9)");
    }

    @Test
    void aContainerInTheBackground() throws Exception {
        assertThat(run("Background")).containsExactly("web runs: true", "inside web", "it ended with 137");
    }

    @Test
    void theKernelsInterfaceAlone() throws Exception {
        assertThat(run("Namespaces"))
                .hasSize(8)
                .anySatisfy(l -> assertThat(l).matches("uts [0-9]+"))
                .anySatisfy(l -> assertThat(l).matches("user [0-9]+"));
    }

    @Test
    void dataAlone() throws Exception {
        List<String> lines = run("Values");
        assertThat(lines).hasSize(4).startsWith("web", "1610612736");
        assertThat(lines.get(2)).contains("/srv/data", "/mnt", "ro");
        assertThat(lines.get(3)).contains("--memory").contains("lots");
    }

    private static List<String> run(String example) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.alcove.examples." + example)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ended").isTrue();
        assertThat(process.exitValue()).as(out).isZero();
        return out.lines().toList();
    }
}
