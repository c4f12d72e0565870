package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ns}, {@code ns show}, {@code ns diff}. */
class NsTest {
    private static final int SELF = Kernel.pid();

    @TempDir
    Path folder;

    private Alcoves alcoves;
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void prepare() {
        alcoves = new Alcoves(folder);
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private static long number(NamespaceKind kind, int pid) {
        return Namespace.identity(kind, pid).orElseThrow().number();
    }

    /** Starts a program that says "ready" when it is where it is to be; gives the process that said it. */
    private int start(String script, String... unshare) throws IOException {
        List<String> command = new ArrayList<>(List.of(unshare));
        command.addAll(List.of("sh", "-c", script + "\necho ready; read line"));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        return process.descendants().mapToInt(p -> (int) p.pid()).max().orElse((int) process.pid());
    }

    private String ok(String... words) {
        Alcoves.Outcome outcome = alcoves.run(words);
        assertThat(outcome.status()).as(outcome.err()).isZero();
        return outcome.out();
    }

    @Test
    void aTableOfWhatOneProcessIsIn() {
        List<String> lines = ok("ns", "-p", Integer.toString(SELF)).lines().toList();
        assertThat(lines).hasSize(9);
        assertThat(lines.getFirst())
                .matches("NS +TYPE +NPROCS +PID +OWNER +USERNS +PARENT +KEPT BY +CONTAINER +NAME +COMMAND");
        for (NamespaceKind kind : NamespaceKind.values()) {
            assertThat(lines).anyMatch(line -> line.matches(number(kind, SELF) + " +" + kind.fileName() + " +\\d+ .*"));
        }
        assertThat(ok("ns", "ls", "-p", Integer.toString(SELF)).lines()).hasSize(9);
    }

    @Test
    void onlySomeKinds() {
        assertThat(ok("ns", "-t", "net", "--type", "uts", "-p", Integer.toString(SELF))
                        .lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith(number(NamespaceKind.UTS, SELF) + " "))
                .anyMatch(line -> line.startsWith(number(NamespaceKind.NET, SELF) + " "));
    }

    @Test
    void theSameAsJson() {
        String json = ok("ns", "--json", "-t", "user", "-p", Integer.toString(SELF));
        assertThat(json)
                .startsWith("{\"namespaces\":[{\"ns\":" + number(NamespaceKind.USER, SELF) + ",\"type\":\"user\",")
                .contains("\"nprocs\":", "\"pid\":", "\"owner_uid\":0", "\"pins\":[\"process ", "\"command\":\"")
                .endsWith("}]}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ns -t nte | --type: 'nte' is not a kind of namespace; did you mean 'net'?",
                "ns -p 0 | --task: '0' is not a whole number from 1 to 2147483647",
                "ns -p 2147483647 | --task: there is no process 2147483647 that may be looked into",
                "ns shwo | 'shwo' is nothing that ns does, or stands before its flags; did you mean 'show'?",
                "ns --watch=0 | --watch: a millisecond is the shortest time",
                "ns --watch=x | --watch: 'x' is not a duration",
                "ns show | missing argument: PID, CONTAINER, ID, PATH or NAME",
                "ns show 2147483647 | ns show: there is no process 2147483647 that may be looked into",
                "ns show 4294967295 | ns show: there is no namespace '4294967295' that may be seen",
                "ns show nobody | ns show: 'nobody' is no process, namespace, path, container or pin",
                "ns show /nowhere | ns show: '/nowhere' cannot be opened: no such file or directory",
                "ns show /etc/passwd | ns show: '/etc/passwd' is not a namespace",
                "ns show /proc | ns show: '/proc' is not a namespace",
                "ns diff SELF | a second process or container is needed",
                "ns diff SELF nobody | no such container: nobody",
                "ns diff SELF 2147483647 | ns diff: there is no process 2147483647 that may be looked into",
                "ns pin net SELF | three words are needed: KIND, PID or CONTAINER, and NAME",
                "ns pin nte SELF x | ns pin: 'nte' is not a kind of namespace; did you mean 'net'?",
                "ns pin net SELF ../x | '../x' is not a name",
                "ns unpin nobody | nothing is pinned by the name 'nobody'",
            })
    void refusals(String words, String message) {
        Alcoves.Outcome outcome =
                alcoves.run(words.replace("SELF", Integer.toString(SELF)).split(" ", -1));
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("alcove: " + message);
    }

    @Test
    void aFifoIsNotWaitedFor() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        assertThat(alcoves.run("ns", "show", fifo.toString()).err()).contains("is not a namespace");
    }

    @Test
    void treesOfUserAndPid() throws IOException {
        Needs.root();
        int inner = start("", "unshare", "-U", "-r", "-p", "-f", "--kill-child", "unshare", "-p", "-f", "--kill-child");
        String tree = ok("ns", "--tree");
        assertThat(tree)
                .containsPattern("(?m)^[│ ]*[├└]─" + number(NamespaceKind.USER, inner) + " ")
                .containsPattern("(?m)^[│ ]*[├└]─\\d+ +pid .*\n[│ ]+└─" + number(NamespaceKind.PID, inner) + " ");
        assertThat(tree.lines().filter(line -> line.contains(" net "))).isEmpty();
        assertThat(ok("ns", "--tree", "--json", "-t", "pid"))
                .contains("\"children\":[{\"ns\":" + number(NamespaceKind.PID, inner) + ",");
    }

    @Test
    void watchTellsWhatAppearsAndGoes() throws Exception {
        Needs.root();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Shell shell = alcoves.shell(out, new ByteArrayOutputStream(), Fd.standard(0), Fd.standard(1), Fd.standard(2));
        CompletableFuture<Integer> watching = CompletableFuture.supplyAsync(
                () -> Alcove.run(shell, List.of("ns", "--watch=20ms", "-t", "uts", "--json")));
        try {
            // What is there at the first look is not told: so one after the other is made, until one is.
            String appeared = "\"event\":\"appeared\",\"ns\":";
            String number;
            do {
                end();
                processes.clear();
                number = Long.toString(number(NamespaceKind.UTS, start("", "unshare", "-u")));
            } while (!comes(out, appeared + number + ",\"type\":\"uts\",\"nprocs\":1"));
            end();
            processes.clear();
            assertThat(comes(out, "\"event\":\"gone\",\"ns\":" + number)).isTrue();
            alcoves.send(Signal.INT);
            assertThat(watching.get()).isZero();
        } finally {
            if (!watching.isDone()) {
                alcoves.send(Signal.INT);
                watching.join();
            }
        }
    }

    /** Whether it is printed before long. */
    private static boolean comes(ByteArrayOutputStream out, String text) throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            if (out.toString(StandardCharsets.UTF_8).contains(text)) {
                return true;
            }
            Thread.sleep(20);
        }
        return false;
    }

    @Test
    void showsAContainersRoomsAndDiffSaysWhatItShares() {
        Needs.root();
        ok(
                "run",
                "-d",
                "--name",
                "web",
                "--hostname",
                "webby",
                "--time-offset",
                "boottime=+1h",
                "host",
                "sleep",
                "1000");
        try {
            assertThat(ok("ns", "-t", "uts").lines())
                    .anyMatch(line -> line.matches("\\d+ +uts +1 .* web .* sleep 1000"));
            String text = ok("ns", "show", "web");
            assertThat(text)
                    .containsPattern(
                            "^process (\\d+), which is \\1 > 1 from PID namespace to PID namespace, of container web: sleep 1000\n")
                    .containsPattern("(?m)^ {4}webby +\\(none\\)$")
                    .containsPattern("(?m)^ {4}boottime +3600 +0$")
                    .containsPattern("(?m)^ {4}/proc +proc +proc +/ +rw,nosuid,nodev,noexec,relatime +private$")
                    .containsPattern("(?m)^ {4}1 +lo +- +up +65536 ")
                    .containsPattern("(?m)^ {4}pids +/alcove-[0-9a-f]{64}$")
                    .containsPattern("(?m)^  CONTAINER   web$");
            for (NamespaceKind kind : NamespaceKind.values()) {
                assertThat(text).containsPattern("(?m)^" + kind.fileName() + ":\\[\\d+\\]$");
            }
            Alcoves.Outcome diff = alcoves.run("ns", "diff", "web", Integer.toString(SELF));
            assertThat(diff.status()).isEqualTo(1);
            assertThat(diff.out())
                    .containsPattern("(?m)^net +\\d+ +\\d+ +different$")
                    .containsPattern("(?m)^user +\\d+ +\\d+ +same$");
            assertThat(ok("ns", "diff", "web", "web").lines()).hasSize(9).noneMatch(line -> line.contains("different"));
            assertThat(alcoves.run("ns", "diff", "--json", "web", Integer.toString(SELF))
                            .out())
                    .contains("{\"type\":\"user\",\"ns\":[", "\"same\":true}", "\"same\":false}");
        } finally {
            ok("rm", "-f", "web");
        }
    }

    @Test
    void showsPeersMastersAndSlaves() throws IOException {
        Needs.root();
        Path here = Files.createDirectory(folder.resolve("here"));
        String path = here.toString();
        // In a mount namespace of its own: a shared tmpfs, a second place of the same, and a slave.
        int pid = start(
                "mount -t tmpfs one " + path + "; mount --make-shared " + path + "; mkdir " + path + "/a " + path
                        + "/b\n" + "mount --bind " + path + " /mnt; mount --bind " + path
                        + " /media; mount --make-slave /media",
                "unshare",
                "-m");
        String ns = "mnt:[" + number(NamespaceKind.MOUNT, pid) + "]";
        String text = ok("ns", "show", ns);
        assertThat(text)
                .containsPattern("(?m)^ {4}" + path + " +tmpfs +one +/ .*shared:(\\d+)\n"
                        + " {4}├─ <-> peer    /mnt in \\Q" + ns + "\\E\n"
                        + " {4}└─ --> slave   /media in \\Q" + ns + "\\E$")
                .containsPattern("(?m)^ {4}/media +tmpfs .* master:\\d+\n"
                        + " {4}├─ <-- master  /mnt in \\Q" + ns + "\\E\n"
                        + " {4}└─ <-- master  " + path + " in \\Q" + ns + "\\E$")
                .containsPattern("(?m)^ {4}" + pid + " +" + pid + " +0 +sh -c ");
        assertThat(ok("ns", "show", "--json", ns))
                .contains("\"peers\":[\"/mnt in " + ns + "\"],\"masters\":[],\"slaves\":[\"/media in " + ns + "\"]");
    }

    @Test
    void showsTheOtherEndOfEachVeth() throws IOException {
        Needs.root();
        int one = start("", "unshare", "-n");
        int other = start(
                "ip link add left type veth peer name right; ip link set right netns " + one
                        + "; ip link add x type veth peer name y; ip link set left up",
                "unshare",
                "-n");
        long there = number(NamespaceKind.NET, one);
        long here = number(NamespaceKind.NET, other);
        assertThat(ok("ns", "show", Long.toString(here)))
                .containsPattern("(?m)^ {4}\\d+ +left +veth +up +1500 +[0-9a-f:]{17} +right +" + there + "$")
                .containsPattern("(?m)^ {4}\\d+ +x +veth +down +1500 +[0-9a-f:]{17} +y +" + here + "$");
        assertThat(ok("ns", "show", "/proc/" + one + "/ns/net"))
                .containsPattern("(?m)^ {4}\\d+ +right +veth +down +1500 +[0-9a-f:]{17} +left +" + here + "$");
        assertThat(ok("ns", "show", "--json", "net:[" + here + "]"))
                .contains("\"other_end\":\"right\",\"other_end_ns\":" + there);
    }

    @Test
    void showsIdMapsAndWhatAUserNamespaceOwns() throws IOException {
        Needs.root();
        int pid = start("", "unshare", "-U", "-r", "-n");
        assertThat(ok("ns", "show", Long.toString(number(NamespaceKind.USER, pid))))
                .containsPattern("(?m)^  uid map:\n +INSIDE +OUTSIDE +COUNT\n +0 +0 +1$")
                .containsPattern("(?m)^  owns:\n.*\n +" + number(NamespaceKind.NET, pid) + " +net +1 +sh -c ");
    }

    @Test
    void aPinKeepsANamespaceUntilItIsTakenAway() throws Exception {
        Needs.root();
        int pid = start("hostname kept", "unshare", "-u", "-m");
        for (String kind : List.of("uts", "mnt")) {
            String label = kind + ":[" + number(NamespaceKind.named(kind).orElseThrow(), pid) + "]";
            assertThat(ok("ns", "pin", kind, Integer.toString(pid), "my-" + kind))
                    .isEqualTo(label + "\n");
        }
        try {
            assertThat(alcoves.run("ns", "pin", "uts", Integer.toString(pid), "my-uts")
                            .err())
                    .startsWith("alcove: the name 'my-uts' is in use");
            assertThat(alcoves.run("ns", "pin", "mnt", Integer.toString(SELF), "own")
                            .err())
                    .startsWith("alcove: cannot keep the mnt namespace: ")
                    .contains("it would keep itself alive");
            end();
            assertThat(ok("ns", "-t", "uts").lines())
                    .anyMatch(line -> line.matches("\\d+ +uts +0 +- .* mount .*my-uts.*"));
            assertThat(ok("ns", "show", "my-uts")).containsPattern("(?m)^ {4}kept +");
            assertThat(ok("run", "--uts", "ns:my-uts", "host", "hostname")).isEqualTo("kept\n");
            assertThat(alcoves.run("run", "--uts", "ns:my-mnt", "host", "hostname")
                            .err())
                    .contains("is not a uts namespace: it is one of kind mnt");
            assertThat(alcoves.run("run", "--uts", "ns:other", "host", "hostname")
                            .err())
                    .startsWith("alcove: --uts: no namespace is pinned by the name 'other'");
        } finally {
            assertThat(ok("ns", "unpin", "my-uts", "my-mnt")).isEqualTo("my-uts\nmy-mnt\n");
        }
        assertThat(alcoves.root().resolve("ns")).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .doesNotContain(alcoves.root().toString());
    }

    @Test
    void namesThatWouldActOnATerminalAreShownAsText() throws IOException {
        Process process = new ProcessBuilder("sh", "-c", "echo ready; read line; : \u001b[31m")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");
        assertThat(ok("ns", "show", Long.toString(process.pid())))
                .contains("?[31m")
                .doesNotContain("\u001b");
    }
}
