package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    void aCloneWithoutFlagsSharesTheNamespaces() throws Exception {
        List<String> lines = run("Clone");
        assertThat(printed(lines))
                .startsWith("Parent - start a container!", "Container - inside the container!")
                .endsWith("Parent - container stopped!")
                .contains("shared: 8 of 8");
        assertThat(printed(lines).stream().filter(l -> l.startsWith("uts:[")))
                .hasSize(2)
                .containsOnly("uts:[" + inode("uts") + "]");
    }

    @Test
    void aHostNameOfItsOwn() throws Exception {
        List<String> lines = printed(run("Uts"));
        assertThat(answer(lines, "container# hostname")).isEqualTo("container");
        assertThat(answer(lines, "outside# hostname")).isNotEqualTo("container");
        assertThat(lines).startsWith("Parent - start a container!", "Container - inside the container!");
    }

    @Test
    void queuesAreHiddenByAnIpcNamespaceOnly() throws Exception {
        List<String> lines = printed(run("Ipc"));
        String queue = answer(lines, "outside# ipcmk -Q").substring("Message queue id: ".length());
        int second = lines.lastIndexOf("Parent - start a container!");
        assertThat(lines.subList(0, second)).anyMatch(l -> l.matches("0x\\w+ +" + queue + " .*"));
        assertThat(lines.subList(second, lines.size()))
                .contains("key        msqid      owner      perms      used-bytes   messages")
                .noneMatch(l -> l.startsWith("0x"));
        assertThat(lines).last().isEqualTo("outside# ipcrm -q " + queue);
    }

    @Test
    void numbersOfItsOwnAreNotYetAViewOfItsOwn() throws Exception {
        List<String> lines = printed(run("Pid"));
        assertThat(lines.getFirst()).matches("Parent \\[ *[0-9]+\\] - start a container!");
        assertThat(lines.get(1)).isEqualTo("Container [    1] - inside the container!");
        assertThat(answer(lines, "container# echo $$")).isEqualTo("1");
        assertThat(lines)
                .anyMatch(l -> l.matches("NSpid: .*[0-9]{2,} 1"))
                .contains("    ^ the whole machine: /proc is still the parent's");
        assertThat(lines.get(lines.size() - 3)).matches("/proc/[0-9]+");
    }

    @Test
    void aNewProcShowsItsOwnProcesses() throws Exception {
        List<String> lines = printed(run("Fs"));
        assertThat(answer(lines, "container# ls -d /proc/[0-9]*")).isEqualTo("/proc/1");
        int ps = lines.indexOf("container# ps aux");
        assertThat(lines.get(ps + 1)).startsWith("USER").endsWith("COMMAND");
        assertThat(lines.get(ps + 2)).matches("root +1 .* sh");
        assertThat(lines.get(ps + 3)).matches("root +[0-9]+ .* ps aux");
        assertThat(lines.get(ps + 4)).startsWith("    ^ ");
        String mounts = " grep -c ' /proc proc ' /proc/mounts";
        int inside = Integer.parseInt(answer(lines, "container#" + mounts));
        assertThat(Integer.parseInt(answer(lines, "outside#" + mounts))).isEqualTo(inside - 1);
    }

    @Test
    void aHomeMadeImage() throws Exception {
        List<String> lines = printed(run("Newns"));
        assertThat(answer(lines, "container# pwd")).isEqualTo("/");
        assertThat(answer(lines, "container# cat /etc/hostname")).isEqualTo("container");
        assertThat(answer(lines, "container# cat /etc/hosts")).isEqualTo("1.1.1.1 container");
        assertThat(answer(lines, "container# cat /etc/resolv.conf")).isEqualTo("nameserver 192.0.2.1");
        assertThat(answer(lines, "container# ls /mnt")).isEqualTo("egon_test.txt");
        assertThat(lines)
                .contains(
                        "proc on /proc type proc",
                        "sysfs on /sys type sysfs",
                        "tmpfs on /dev type tmpfs",
                        "devpts on /dev/pts type devpts",
                        "shm on /dev/shm type tmpfs",
                        "tmpfs on /run type tmpfs")
                .anyMatch(l -> l.contains(" on /mnt type "))
                .noneMatch(l -> l.contains(" on /home"));
    }

    @Test
    void onePortOnBothSides() throws Exception {
        List<String> lines = printed(run("Network"));
        assertThat(answer(lines, "container# ls /sys/class/net")).isEqualTo("lo");
        String port = lines.stream()
                .filter(l -> l.startsWith("outside listens on port "))
                .findFirst()
                .orElseThrow()
                .substring("outside listens on port ".length());
        assertThat(lines).contains("inside listens on port " + port);
    }

    @Test
    void rootInsideIsNobodyOutside() throws Exception {
        List<String> lines = printed(run("User"));
        assertThat(answer(lines, "container# id -u")).isEqualTo("0");
        assertThat(lines)
                .contains("100000", "cat: /etc/shadow: Permission denied")
                .anyMatch(l -> l.startsWith("hostname: "));
    }

    @Test
    void everyLineFitsAPage() throws Exception {
        for (String example : List.of("Clone", "Uts", "Ipc", "Pid", "Fs", "Newns", "Network", "User")) {
            assertThat(run(example)).as(example).allMatch(l -> l.length() <= 100);
        }
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
    void whatCanBeDoneWhileItRuns() throws Exception {
        assertThat(run("WhileItRuns")).containsExactly("processes: 1", "at most: 8", "it ended with 137");
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

    /** The host of it is a namespace that the example makes. */
    @Test
    void twoOnANetwork() throws Exception {
        List<String> lines = run("TwoOnANetwork");
        assertThat(lines.getFirst()).matches("10\\.[0-9.]+ +STREAM db");
        assertThat(lines).contains("it ended with 0");
        assertThat(lines.getLast()).matches("db is \\[10\\.[0-9.]+/24]");
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

    /** The lines without what stands beside them. */
    private static List<String> printed(List<String> lines) {
        return lines.stream().map(l -> l.replaceFirst(" +<- .*", "")).toList();
    }

    private static String answer(List<String> lines, String command) {
        assertThat(lines).contains(command);
        return lines.get(lines.indexOf(command) + 1);
    }

    private static String inode(String kind) throws Exception {
        String link = Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind)).toString();
        return link.substring(link.indexOf('[') + 1, link.length() - 1);
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
