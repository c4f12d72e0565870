package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.alcove.linux.Kernel;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.runtime.ContainerStore;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code enter} and {@code unshare}, with the flags of nsenter(1) and unshare(1). */
class EnterAndUnshareTest {
    @TempDir
    Path folder;

    private Alcoves alcoves;
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void prepare() {
        alcoves = new Alcoves(folder);
        alcoves.environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private String says(String words, String script) {
        List<String> all = new ArrayList<>(List.of(words.split(" ", -1)));
        all.addAll(List.of("sh", "-c", script));
        Alcoves.Outcome outcome = alcoves.run(all.toArray(String[]::new));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        return outcome.out().strip();
    }

    private static String link(NamespaceKind kind, long pid) {
        return kind.fileName() + ":["
                + Namespace.identity(kind, (int) pid).orElseThrow().number() + "]";
    }

    private static String own(NamespaceKind kind) {
        return link(kind, Kernel.pid());
    }

    /** A process in rooms of its own. */
    private int target(String... unshare) throws IOException {
        List<String> command = new ArrayList<>(List.of(unshare));
        command.addAll(List.of("sh", "-c", "hostname there; cd /usr; echo ready; read line"));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        return process.descendants().mapToInt(p -> (int) p.pid()).max().orElse((int) process.pid());
    }

    @ParameterizedTest
    @EnumSource(NamespaceKind.class)
    void unshareMakesOneOfEachKindAndNoOther(NamespaceKind kind) {
        Needs.root();
        for (KindFlags.KindFlag flag : KindFlags.ALL) {
            if (flag.kind() == kind) {
                String fork = kind == NamespaceKind.PID ? " -f" : "";
                for (String word : new String[] {"-" + flag.letter(), "--" + flag.name()}) {
                    List<String> links = says(
                                    "unshare " + word + fork,
                                    "cd /proc/self/ns; readlink mnt uts ipc pid net user cgroup time")
                            .lines()
                            .toList();
                    assertThat(links).hasSize(8);
                    for (NamespaceKind each : NamespaceKind.values()) {
                        assertThat(links.contains(own(each)))
                                .as("%s of %s", each, links)
                                .isEqualTo(each != kind);
                    }
                }
            }
        }
    }

    @Test
    void unsharesPidNamespaceIsTheChildrensUnlessItForks() {
        Needs.root();
        assertThat(says(
                        "unshare -p -f --mount-proc",
                        "echo $$; cat /proc/self/stat | cut -d' ' -f4; ls /proc | grep -c '^[0-9]'"))
                .startsWith("1\n1\n");
        // The only child it can have: when its PID 1 ends, the namespace does.
        assertThat(says("unshare -p", "sh -c 'echo $$'")).isEqualTo("1");
    }

    /** The caller's ranges are a file's; the machine's own is covered for one thread. */
    @Test
    void unsharesMapsOfTheCallersRanges() throws IOException {
        Needs.root();
        Path ranges = Files.writeString(folder.resolve("ranges"), "root:300000:5000\nroot:400000:10\n");
        for (String file : new String[] {"/etc/subuid", "/etc/subgid"}) {
            assumeTrue(Files.exists(Path.of(file)), "needs " + file + " (Debian: apt-get install -y uidmap)");
        }
        NamespaceThread.create().unshare(NamespaceKind.MOUNT).call(() -> {
            outside("mount", "--make-rprivate", "/");
            outside("mount", "--bind", ranges.toString(), "/etc/subuid");
            outside("mount", "--bind", ranges.toString(), "/etc/subgid");
            String maps = "cat /proc/self/uid_map /proc/self/gid_map";
            for (String flag : new String[] {"--map-auto", "--map-users=auto --map-groups=auto"}) {
                assertThat(says("unshare " + flag, maps).replaceAll(" +", " "))
                        .isEqualTo("0 300000 5000\n 0 300000 5000");
            }
            assertThat(says("unshare --map-subids", maps).replaceAll(" +", " "))
                    .isEqualTo("300000 300000 5000\n 300000 300000 5000");
            return true;
        });
    }

    /** In the calling thread's namespaces. */
    private static void outside(String... command) {
        try {
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                    .isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void unsharesMapsOfIds() {
        Needs.root();
        assertThat(says("unshare -r", "cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups")
                        .replaceAll(" +", " "))
                .isEqualTo("0 0 1\n 0 0 1\ndeny");
        assertThat(says(
                                "unshare --map-users=100000,0,1000 --map-groups=200000,0,1000 -S 7 -G 8",
                                "id -u; id -g; id -G; cat /proc/self/uid_map /proc/self/gid_map")
                        .replaceAll(" +", " "))
                .isEqualTo("7\n8\n8\n 0 100000 1000\n 0 200000 1000");
        // The single id makes a hole in the range, and the outer ids go on behind it.
        assertThat(says(
                                "unshare --map-user=400 --map-users=100000,0,1000 --map-groups=100000,0,1000",
                                "cat /proc/self/uid_map; id -u")
                        .replaceAll(" +", " "))
                .isEqualTo("400 0 1\n 0 100000 400\n 401 100400 599\n400");
        assertThat(says("unshare --user --setgroups deny", "cat /proc/self/setgroups"))
                .isEqualTo("deny");
        // By name, in either order, and all there are.
        assertThat(says("unshare --map-user=daemon --map-group=mail", "id -u; id -g"))
                .isEqualTo("1\n8");
        assertThat(says(
                                "unshare --map-users 0:100000:10 --map-users=70:200000:10 --map-groups=all",
                                "cat /proc/self/uid_map")
                        .replaceAll(" +", " "))
                .isEqualTo("0 100000 10\n 70 200000 10");
        assertThat(says("unshare --map-users=all --map-groups=all", "cat /proc/self/uid_map; id -u")
                        .replaceAll(" +", " "))
                .isEqualTo("0 0 4294967295\n0");
        assertThat(alcoves.run("unshare", "-u", "--clear-env", "env").out()).isEmpty();
    }

    @Test
    void unsharesClocksRootDirectoryAndPropagation() {
        Needs.root();
        for (String user : new String[] {"", " -r"}) {
            assertThat(says("unshare -T --boottime 1000000 --monotonic=5000" + user, "cat /proc/self/timens_offsets")
                            .replaceAll(" +", " "))
                    .isEqualTo("monotonic 5000 0\nboottime 1000000 0");
            long uptime = Long.parseLong(says("unshare -T --boottime 1000000" + user, "cut -d. -f1 /proc/uptime"));
            assertThat(uptime).isGreaterThan(1_000_000);
        }
        assertThat(says("unshare -w /usr", "pwd")).isEqualTo("/usr");
        assertThat(says("unshare", "pwd")).isEqualTo(folder.toString());
        assertThat(alcoves.run("unshare", "-R", "/usr", "-w", "/bin", "/bin/pwd")
                        .out())
                .isEqualTo("/bin\n");
        assertThat(says("unshare -m", "grep -c shared: /proc/self/mountinfo || true"))
                .isEqualTo("0");
        assertThat(Long.parseLong(says("unshare -m --propagation shared", "grep -c shared: /proc/self/mountinfo")))
                .isPositive();
    }

    @Test
    void aFileKeepsWhatWasUnshared() throws Exception {
        Needs.root();
        Path uts = folder.resolve("uts");
        Path mnt = folder.resolve("mnt");
        // The kernel does not let a mount namespace be bound where the mount would travel into it.
        assertThat(new ProcessBuilder(
                                "sh",
                                "-ec",
                                "mount --bind '" + folder + "' '" + folder + "'; mount --make-private '" + folder + "'")
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        try {
            says(
                    "unshare --uts=" + uts + " -m=" + mnt,
                    "hostname stays; mount -t tmpfs inside /media; echo seen > /media/file");
            assertThat(says("enter --uts=" + uts, "hostname")).isEqualTo("stays");
            assertThat(says("enter -u" + uts + " --mount=" + mnt, "hostname; cat /media/file"))
                    .isEqualTo("stays\nseen");
            Alcoves.Outcome failed = alcoves.run("unshare", "--net=" + folder.resolve("net"), "nosuchcommand");
            assertThat(failed.status()).isEqualTo(127);
            assertThat(folder.resolve("net")).doesNotExist();
        } finally {
            new ProcessBuilder("sh", "-c", "umount '" + uts + "' '" + mnt + "'; umount '" + folder + "'")
                    .inheritIO()
                    .start()
                    .waitFor();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder.toString());
    }

    @Test
    void aNamespaceThatCannotBeBoundLetsTheOthersGo() throws IOException {
        Needs.root();
        Path there = Files.writeString(folder.resolve("there"), "before");
        String impossible = folder.resolve("nowhere") + "/net";
        for (String others : new String[] {
            "--uts=" + folder.resolve("uts") + " --ipc=" + there,
            // One before the impossible one, one after it.
            "--uts=" + there + " --time=" + folder.resolve("time")
        }) {
            Alcoves.Outcome outcome =
                    alcoves.run(("unshare " + others + " --net=" + impossible + " sleep 1000").split(" ", -1));
            assertThat(outcome.status()).isEqualTo(125);
            assertThat(outcome.err())
                    .startsWith("alcove: cannot run 'sleep': openat " + impossible + ": ENOENT")
                    .contains("the net namespace stays, bound to this file");
            assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder.toString());
            assertThat(folder.resolve("uts")).doesNotExist();
            assertThat(folder.resolve("time")).doesNotExist();
            // What was there before stays what it was.
            assertThat(there).hasContent("before");
        }
    }

    @Test
    void enterJoinsWhatItIsToldTo() throws IOException {
        Needs.root();
        int pid = target("unshare", "-m", "-u", "-n", "-i", "-C", "-T", "-p", "-f", "--kill-child");
        for (KindFlags.KindFlag flag : KindFlags.ALL) {
            if (flag.kind() != NamespaceKind.USER) {
                assertThat(says(
                                "enter -t " + pid + " -" + flag.letter(),
                                "readlink /proc/self/ns/" + flag.kind().fileName()))
                        .isEqualTo(link(flag.kind(), pid));
            }
        }
        assertThat(says("enter -t " + pid + " -p", "echo $$")).matches("[2-9]|\\d\\d+");
        assertThat(says("enter --target=" + pid + " --all", "hostname")).isEqualTo("there");
        assertThat(says("enter -t " + pid + " -p -F", "readlink /proc/$$/ns/pid; readlink /proc/$$/ns/pid_for_children")
                        .lines())
                .containsExactly(own(NamespaceKind.PID), link(NamespaceKind.PID, pid));
        assertThat(says("enter -t " + pid + " -w", "pwd")).isEqualTo("/usr");
        assertThat(says("enter -t " + pid + " -r -w=/etc", "pwd")).isEqualTo("/etc");
        assertThat(says("enter -t " + pid + " -u -S 33 -G 34", "id -u; id -g; id -G"))
                .isEqualTo("33\n34\n34");
        assertThat(says("enter --uts=/proc/" + pid + "/ns/uts", "hostname")).isEqualTo("there");
    }

    @Test
    void enterAUserNamespaceAsItsRoot() throws IOException {
        Needs.root();
        int pid = target("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "unshare", "-U", "-r", "-u");
        assertThat(says("enter -t " + pid + " -a", "id -u; id -g; hostname; readlink /proc/self/ns/user"))
                .isEqualTo("0\n0\nthere\n" + link(NamespaceKind.USER, pid));
        // Outside it is 0, which is nobody inside.
        assertThat(says("enter -t " + pid + " -U --preserve-credentials", "id -u"))
                .isEqualTo("65534");
    }

    @Test
    void enterTakesMoreOfTheTarget() throws Exception {
        Needs.root();
        alcoves.environment.put("OURS", "here");
        int pid = target("env", "-i", "MARK=there", "PATH=/usr/bin:/bin", "unshare", "-u");
        assertThat(says("enter -t " + pid + " -u", "echo $MARK.$OURS")).isEqualTo(".here");
        assertThat(says("enter -t " + pid + " -u --env", "echo $MARK.$OURS")).isEqualTo("there.");

        int user = target("setpriv", "--reuid=54321", "--regid=54322", "--clear-groups");
        assertThat(says("enter -t " + user + " -S follow --setgid=follow", "id -u; id -g; id -G"))
                .isEqualTo("54321\n54322\n54322");
        int inside = target("setpriv", "--reuid=54321", "--regid=54322", "--clear-groups", "unshare", "-U", "-c", "-u");
        assertThat(says("enter -t " + inside + " -U -S follow -G follow", "id -u; id -g"))
                .isEqualTo("54321\n54322");

        Process mounted = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "sh",
                        "-c",
                        "mount -t tmpfs inside /media; mkdir /media/in; echo ready; read line")
                .start();
        processes.add(mounted);
        assertThat(mounted.inputReader().readLine()).isEqualTo("ready");
        assertThat(says("enter -t " + mounted.pid() + " -m -W /media/in", "pwd"))
                .isEqualTo("/media/in");
        assertThat(says("enter -t " + mounted.pid() + " -m -r -Wmedia/in", "pwd"))
                .isEqualTo("/media/in");
        assertThat(alcoves.run("enter", "-t", Long.toString(mounted.pid()), "-m", "-w=/media/in", "true")
                        .err())
                .startsWith("alcove: cannot run 'true': openat /media/in: ENOENT");
    }

    @Test
    void enterTheOwnerOfANamespace() throws IOException {
        Needs.root();
        int pid = target("unshare", "-U", "-r", "unshare", "-U", "-r", "-u");
        String parent;
        try (Namespace of = Namespace.of(NamespaceKind.USER, pid).orElseThrow();
                Namespace above = of.parent().orElseThrow()) {
            parent = above.toString();
        }
        assertThat(parent).isNotEqualTo(own(NamespaceKind.USER)).isNotEqualTo(link(NamespaceKind.USER, pid));
        String script = "readlink /proc/self/ns/user; id -u";
        assertThat(says("enter -t " + pid + " --user --user-parent", script)).isEqualTo(parent + "\n0");
        assertThat(says("enter --user=/proc/" + pid + "/ns/user --user-parent", script))
                .isEqualTo(parent + "\n0");
        assertThat(says("enter -t " + pid + " -u --user-parent", script + "; hostname"))
                .isEqualTo(link(NamespaceKind.USER, pid) + "\n0\nthere");
    }

    @Test
    void enterTheNetworkOfASocket() throws IOException {
        Needs.root();
        String[] network = {""};
        try (ServerSocket socket = NamespaceThread.create()
                .unshare(NamespaceKind.NET)
                .call(() -> {
                    try (Namespace here = Namespace.ofThread(NamespaceKind.NET).orElseThrow()) {
                        network[0] = here.toString();
                    }
                    return new ServerSocket(0);
                })) {
            assertThat(socket.isBound()).isTrue();
            List<String> found = new ArrayList<>();
            for (String line :
                    alcoves.run("ns", "show", network[0]).out().lines().toList()) {
                if (line.contains("kept by") || line.contains("socket")) {
                    found.add(line);
                }
            }
            String kept = String.join(" ", found);
            assertThat(kept).containsPattern("socket \\d+ of process " + Kernel.pid());
            String number = kept.substring(kept.indexOf("socket ") + 7, kept.indexOf(" of process"));
            assertThat(says("enter -t " + Kernel.pid() + " -N " + number, "readlink /proc/self/ns/net"))
                    .isEqualTo(network[0]);
        }
        Alcoves.Outcome none = alcoves.run("enter", "-t", Integer.toString(Kernel.pid()), "--net-socket", "0", "true");
        assertThat(none.status()).isEqualTo(125);
        assertThat(none.err()).startsWith("alcove: cannot run 'true': ioctl");
    }

    @Test
    void capabilitiesAreKeptIfThatIsAskedFor() throws IOException {
        Needs.root();
        String maps = "unshare --map-users=0:100000:1000 --map-groups=0:100000:1000 -S 5 -G 5";
        String sets = "id -u; grep -E 'Cap(Eff|Amb)' /proc/self/status | tr -s '\\t\\n' ' '";
        assertThat(says(maps, sets)).isEqualTo("5\nCapEff: 0000000000000000 CapAmb: 0000000000000000");
        assertThat(says(maps + " --keep-caps", sets))
                .matches("5\nCapEff: ([0-9a-f]{10,16}) CapAmb: \\1")
                .doesNotContain("CapEff: 0000000000000000");
        // What is asked for with them is what they are for.
        assertThat(says(maps + " --keep-caps -u", "hostname mine; hostname")).isEqualTo("mine");

        int pid = target("unshare", "-U", "-r", "-u");
        assertThat(says(
                        "enter -t " + pid + " -U -u --preserve-credentials --keep-caps",
                        sets + "; hostname anew; hostname"))
                .startsWith("0\nCapEff: 0")
                .doesNotContain("CapEff: 0000000000000000")
                .endsWith("anew");
    }

    @Test
    void formatsOfTheNamespacesOwn() throws Exception {
        Needs.root();
        Path program = Files.writeString(folder.resolve("greeting.alcovetest"), "hello\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        String load = "--load-interp=:alcovetest:E::alcovetest::/bin/cat:";
        Alcoves.Outcome outcome = alcoves.run("unshare", "-r", load, program.toString());
        if (Needs.kernel(6, 7) && Files.readString(Path.of("/proc/filesystems")).contains("binfmt_misc")) {
            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out()).isEqualTo("hello\n");
            assertThat(says("unshare -r -p -f --mount-proc " + load, "ls /proc/sys/fs/binfmt_misc; echo $$"))
                    .contains("alcovetest")
                    .endsWith("1");
            assertThat(says("unshare -r --mount-binfmt", "ls /proc/sys/fs/binfmt_misc"))
                    .contains("register")
                    .doesNotContain("alcovetest");
            Alcoves.Outcome bad = alcoves.run("unshare", "-r", "--load-interp=nonsense", "true");
            assertThat(bad.status()).isEqualTo(125);
            assertThat(bad.err()).contains("EINVAL", ":name:type:offset:magic:mask:interpreter:flags");
        } else {
            assertThat(outcome.status()).isEqualTo(125);
            assertThat(outcome.err()).contains("binfmt_misc", "likely cause: ");
        }
        // Nobody else has it.
        assertThat(Path.of("/proc/sys/fs/binfmt_misc/alcovetest")).doesNotExist();
    }

    @Test
    void enterTheControlGroupsOfAContainer() throws IOException {
        Needs.root();
        assertThat(alcoves.run("run", "-d", "--name", "web", "--pids-limit", "7", "host", "sleep", "1000")
                        .status())
                .isZero();
        try {
            int pid = ContainerStore.at(alcoves.root()).find("web").pid().getAsInt();
            String theirs =
                    Files.readString(Path.of("/proc/" + pid + "/cgroup")).strip();
            assertThat(theirs)
                    .isNotEqualTo(Files.readString(Path.of("/proc/self/cgroup")).strip());
            assertThat(says("enter -t web --join-cgroup", "cat /proc/self/cgroup"))
                    .isEqualTo(theirs);
            // Inside too, as one more of the container's own programs sees it.
            assertThat(says("enter -t web -c -m -C -p", "cat /proc/self/cgroup"))
                    .isEqualTo(alcoves.run("exec", "web", "cat", "/proc/self/cgroup")
                            .out()
                            .strip());
            assertThat(says("enter -t web", "cat /proc/self/cgroup")).isNotEqualTo(theirs);
        } finally {
            alcoves.run("rm", "-f", "web");
        }
    }

    @Test
    void enterAContainer() {
        Needs.root();
        assertThat(alcoves.run("run", "-d", "--name", "web", "--hostname", "webby", "host", "sleep", "1000")
                        .status())
                .isZero();
        try {
            assertThat(says("enter -t web -u", "hostname")).isEqualTo("webby");
            assertThat(says("enter -t web -n", "ls /sys/class/net >/dev/null; cat /proc/net/dev | tail -n +3 | wc -l"))
                    .isEqualTo("1");
            assertThat(says("enter -t web -a", "cat /proc/1/comm")).isEqualTo("sleep");
        } finally {
            alcoves.run("rm", "-f", "web");
        }
    }

    @Test
    void theExitStatusIsTheCommands() {
        Needs.root();
        assertThat(alcoves.run("unshare", "-u", "sh", "-c", "exit 7").status()).isEqualTo(7);
        assertThat(alcoves.run("unshare", "-u", "sh", "-c", "kill -9 $$").status())
                .isEqualTo(137);
        assertThat(alcoves.run("unshare", "-u", "/etc/passwd").status()).isEqualTo(126);
        assertThat(alcoves.run("enter", "--uts=/proc/self/ns/uts", "nosuchcommand")
                        .status())
                .isEqualTo(127);
        assertThat(alcoves.withInput("typed", "unshare", "-u", "cat").out()).isEqualTo("typed");
    }

    @Test
    void theCallersShellIfNoCommandIsGiven() {
        Needs.root();
        alcoves.environment.put("SHELL", "/bin/sh");
        assertThat(alcoves.withInput("echo $((6*7))\n", "unshare", "-u").out()).isEqualTo("42\n");
    }

    @Test
    void explainPrintsTheProgramAndRunsNothing() {
        String unshare = alcoves.run(
                        "unshare",
                        "--explain",
                        "-u",
                        "-n",
                        "touch",
                        folder.resolve("made").toString())
                .out();
        assertThat(unshare)
                .contains("clone3({CLONE_PIDFD|CLONE_NEWUTS|CLONE_NEWNET, SIGCHLD}, 88)", "execve /usr/sbin/touch or ");
        assertThat(folder.resolve("made")).doesNotExist();
        String enter = alcoves.run(
                        "enter",
                        "--explain",
                        "-t",
                        Integer.toString(Kernel.pid()),
                        "-n",
                        "--uts=/proc/1/ns/uts",
                        "true")
                .out();
        assertThat(enter)
                .contains("uts_namespace = openat(AT_FDCWD, \"/proc/1/ns/uts\", O_RDONLY|O_CLOEXEC, 0)")
                .contains("setns(uts_namespace, CLONE_NEWUTS)", "setns(4, CLONE_NEWNET)");
    }

    @Test
    void aContextIsOnlyFollowedWhereThereIsOne() {
        Needs.root();
        Alcoves.Outcome outcome = alcoves.run("enter", "-t", Integer.toString(Kernel.pid()), "-Z", "true");
        if (Files.exists(Path.of("/sys/fs/selinux/enforce"))) {
            assertThat(outcome.status()).isZero();
        } else {
            assertThat(outcome.status()).isEqualTo(125);
            assertThat(outcome.err())
                    .startsWith("alcove: --follow-context: there is no SELinux here, and no context to follow\n")
                    .contains("likely cause: ", "mend: leave --follow-context out");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "enter true | --target: a process or container is needed, or a file for each kind",
                "enter -n true | --target: a process or container is needed, or a file for each kind",
                "enter -t 2147483647 -n true | --target: there is no process 2147483647",
                "enter -t 0 -n true | --target: '0' is not the id of a process",
                "enter -t nobody -n true | no such container: nobody",
                "enter --net=/nowhere true | cannot run 'true': openat /nowhere: ENOENT",
                "enter --net=/etc/passwd true | cannot run 'true': setns: EINVAL",
                "enter --uts=/proc/self/ns/uts -r true | --root: a directory is needed, or a --target",
                "enter --uts=/proc/self/ns/uts -S x true | --setuid: 'x' is not a whole number from 0 to 4294967294",
                "unshare --monotonic 5 true | the clocks' offsets need a new time namespace (--time)",
                "unshare --pid=/tmp/x true | --pid=FILE needs --fork",
                "unshare --setgroups allow true | id maps and setgroups need a new user namespace (--user)",
                "unshare -r --setgroups allow true | --setgroups: allow cannot be had with a single group",
                "unshare -U --setgroups alow true | --setgroups: 'alow' is not allow or deny; did you mean 'allow'?",
                "unshare --propagation sahred true | --propagation: 'sahred' is not a propagation; did you mean 'shared'?",
                "unshare --map-users 1,2 true | --map-users: '1,2' is not a range: OUTER,INNER,COUNT",
                "unshare --map-users 1:2 true | --map-users: '1:2' is not a range: OUTER,INNER,COUNT",
                "unshare --map-user nobody-here true | --map-user: 'nobody-here' is not a whole number from 0 to 4294967294, nor a name",
                "unshare --map-group x:y true | --map-group: 'x:y' is not a whole number",
                "unshare --keep-caps true | --keep-caps needs a new user namespace (--user)",
                "unshare --load-interp :x:E::x::/bin/cat: true | --load-interp and --mount-binfmt need a new user namespace",
                "enter --uts=/proc/self/ns/uts -S follow true | --setuid: a --target is needed to follow",
                "enter --uts=/proc/self/ns/uts -e true | --env: a --target is needed",
                "enter --uts=/proc/self/ns/uts -c true | --join-cgroup: a --target is needed",
                "enter -N 3 true | --net-socket: a --target is needed, whose descriptor is meant",
                "enter -t 1 -N 1000000 true | cannot run 'true': pidfd_getfd",
                "enter -t 1 -w -W /usr true | --wdns: cannot be had together with --wd",
                "enter -t 1 -W /nowhere true | cannot run 'true': chdir /nowhere: ENOENT",
                "enter -t 1 --keep-caps true | --keep-caps needs a user namespace",
                "enter -t 1 --user-parent true | --user-parent needs another namespace, whose owner is joined",
                "unshare --kill-child=KIL true | --kill-child: 'KIL' is not a signal",
                "unshare -u -w /nowhere true | cannot run 'true': chdir /nowhere: ENOENT",
            })
    void refusals(String words, String message) {
        Needs.root();
        Alcoves.Outcome outcome = alcoves.run(words.split(" ", -1));
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("alcove: " + message);
    }
}
