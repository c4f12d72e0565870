package dev.alcove.it;

import static dev.alcove.it.Tricks.MEMORY;
import static dev.alcove.it.Tricks.calls;
import static dev.alcove.it.Tricks.failed;
import static dev.alcove.it.Tricks.forbidden;
import static dev.alcove.it.Tricks.pry;
import static dev.alcove.it.Tricks.sandbox;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.it.tricks.Datagram;
import dev.alcove.it.tricks.Greed;
import dev.alcove.it.tricks.SystemCall;
import dev.alcove.runtime.Sandbox;
import dev.alcove.runtime.Verdict;
import dev.alcove.runtime.Verdict.Ending;
import dev.alcove.spec.Bytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Known tricks of code that means harm, each in a sandbox: each ends with a verdict that says what it tried, and nothing
 * outside is changed. What could exhaust the machine is preceded by a small trial of the limit that is to hold it.
 */
class SandboxTricksTest {
    private static final long HUNDRED_GIB = 100L << 30;

    @BeforeAll
    static void once() throws Exception {
        Tricks.warm();
    }

    // ---- programs and processes

    @Test
    void aProgramOfTheHost() throws Exception {
        forbidden(pry("exec", "/bin/ls").run(), "clone");
    }

    @Test
    void aDaemonLeftBehind() throws Exception {
        // fork, then setsid in what would be the child as much as in the parent
        Verdict verdict =
                calls("clone", "17", "0", "0", "0", "0", "--", "setsid").run();
        assertThat(verdict.forbidden()).containsOnlyKeys("clone", "setsid");
        assertThat(verdict.stdout().text().lines()).containsExactly("-1", "-1");
        assertThat(verdict.ending()).isEqualTo(new Ending.ForbiddenCall("setsid"));
    }

    @Test
    void aForkBomb() throws Exception {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            words.addAll(List.of(i == 0 ? "clone" : "--", i == 0 ? "17" : "clone"));
            if (i > 0) {
                words.add("17");
            }
        }
        Verdict verdict = calls(words.toArray(String[]::new)).run();
        assertThat(verdict.ending()).isEqualTo(new Ending.ForbiddenCall("clone"));
        assertThat(verdict.forbidden()).containsEntry("clone", 50L);
    }

    @Test
    void aThreadBomb() throws Exception {
        Verdict trial = sandbox(Greed.class, "threads", "100").threads(40).run();
        assertThat(trial.ending()).as(trial.toString()).isEqualTo(new Ending.Pids(40));
        Verdict verdict = sandbox(Greed.class, "threads", "1000000").threads(40).run();
        assertThat(verdict.ending()).isEqualTo(new Ending.Pids(40));
        verdict.used().threads().ifPresent(most -> assertThat(most).isLessThanOrEqualTo(40));
    }

    @Test
    void signalsToProcessesOfTheHost() throws Exception {
        String me = Long.toString(ProcessHandle.current().pid());
        failed(pry("signal", me).run(), "NoSuchElementException");
        forbidden(calls("kill", me, "0").run(), "kill");
        assertThat(pry("list").run().stdout().text().lines()).containsExactly("1", "got it");
    }

    @Test
    void tracingItsParent() throws Exception {
        // PTRACE_ATTACH
        forbidden(
                calls("ptrace", "16", Long.toString(ProcessHandle.current().pid()))
                        .run(),
                "ptrace");
    }

    // ---- files

    @Test
    void readingKeysAndPasswords(@TempDir Path home) throws Exception {
        Path key = Files.createDirectory(home.resolve(".ssh")).resolve("id_ed25519");
        Files.writeString(key, "secret");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        failed(pry("read", key.toString()).run(), "NoSuchFileException");
        failed(pry("read", System.getProperty("user.home") + "/.ssh/id_rsa").run(), "NoSuchFileException");
        failed(pry("read", "/etc/shadow").run(), "NoSuchFileException");
        failed(pry("read", "/etc/passwd").run(), "NoSuchFileException");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc/self/root/etc/shadow", "/proc/1/root/etc/shadow", "/proc/1/cwd/../etc/shadow"})
    void waysAroundTheRoot(String path) throws Exception {
        failed(pry("read", path).run(), "NoSuchFileException");
        failed(pry("link", path).run(), "NoSuchFileException");
    }

    @Test
    void aLinkToTheHostsFiles() throws Exception {
        failed(pry("link", "/etc/shadow").run(), "NoSuchFileException");
    }

    @Test
    void changingTheKernel() throws Exception {
        Path parameter = Path.of("/proc/sys/kernel/core_pattern");
        String before = Files.readString(parameter);
        failed(pry("write", parameter.toString(), "|/tmp/shell").run(), "NoSuchFileException");
        failed(pry("write", "/proc/sysrq-trigger", "h").run(), "NoSuchFileException");
        failed(pry("write", "/proc/self/oom_score_adj", "-1000").run(), "/proc/self/oom_score_adj");
        failed(pry("create", "/sys/fs/cgroup/escape").run(), "NoSuchFileException");
        assertThat(parameter).hasContent(before.strip());
    }

    @Test
    void changingTheJdk() throws Exception {
        Path modules = Path.of(System.getProperty("java.home"), "lib", "modules");
        var before = Files.getLastModifiedTime(modules);
        failed(pry("write", "/jdk/lib/modules", "x").run(), "/jdk/lib/modules");
        failed(pry("delete", "/jdk/release").run(), "/jdk/release");
        failed(pry("create", "/jdk/lib/own").run(), "/jdk/lib/own");
        failed(pry("create", "/app/own").run(), "/app/own");
        assertThat(Files.getLastModifiedTime(modules)).isEqualTo(before);
        assertThat(Path.of(System.getProperty("java.home"), "release")).exists();
    }

    @Test
    void becomingSomebodyElse() throws Exception {
        forbidden(pry("chmod").run(), "chmod");
        forbidden(calls("setuid", "0").run(), "setuid");
        forbidden(calls("setresgid", "0", "0", "0").run(), "setresgid");
    }

    @Test
    void fillingTheDisk() throws Exception {
        Sandbox small = sandbox(Greed.class, "disk", Long.toString(8L << 20)).temp(Bytes.mebi(4));
        failed(small.run(), "No space left on device");
        failed(
                sandbox(Greed.class, "disk", Long.toString(HUNDRED_GIB))
                        .temp(Bytes.mebi(4))
                        .run(),
                "No space left on device");
        assertThat(Path.of("/tmp/full")).doesNotExist();
    }

    // ---- the network

    @Test
    void aTcpConnection() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            forbidden(pry("tcp", Integer.toString(server.getLocalPort())).run(), "connect");
            forbidden(pry("listen", "0").run(), "bind");
            server.setSoTimeout(1);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(server::accept))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void aDatagram() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            forbidden(pry("udp", Integer.toString(server.getLocalPort())).run(), "bind");
            // sendto(2) of a socket that is bound to nothing
            int inet = 2;
            int datagram = 2;
            forbidden(
                    calls("socket", "" + inet, "" + datagram, "0", "--", "sendto", "4", "z:8", "8", "0", "z:16", "16")
                            .run(),
                    "sendto");
        }
    }

    @Test
    void socketsOfTheHost(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("socket");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            server.configureBlocking(false);
            // Even where it was given the folder.
            forbidden(pry("unix", path.toString()).read(folder).run(), "connect");
            assertThat(server.accept()).isNull();
        }
        // The families that no network namespace holds: AF_VSOCK, AF_ALG, AF_NETLINK.
        forbidden(calls("socket", "40", "1", "0").run(), "socket");
        forbidden(calls("socket", "38", "5", "0").run(), "socket");
        forbidden(calls("socket", "16", "3", "0").run(), "socket");
    }

    /**
     * By the one sendmsg(2) that the filter lets pass, a datagram socket could write to any other, whoever's, below a path
     * that may be read: none is to be had, of a pair neither. Abstract names end at the network namespace besides.
     */
    @ParameterizedTest
    @ValueSource(strings = {"path", "abstract"})
    void aDatagramSocketOfTheHost(String kind, @TempDir Path folder) throws Throwable {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path path = folder.resolve("datagrams");
        String name = kind.equals("path") ? path.toString() : "@alcove-test-" + folder.getFileName();
        int datagram = 2;
        int nonBlocking = 0x800;
        long socket = SystemCall.call(Tricks.number("socket"), 1, datagram | nonBlocking, 0, 0, 0, 0);
        try {
            MemorySegment address = Datagram.address(name);
            assertThat(SystemCall.call(Tricks.number("bind"), socket, address.address(), address.byteSize(), 0, 0, 0))
                    .isZero();
            if (kind.equals("path")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
            forbidden(datagram(datagram, name).read(folder).run(), "socketpair");
            // The kernel makes a datagram socket of SOCK_RAW.
            forbidden(datagram(3, name).read(folder).run(), "socketpair");
            Verdict stream = datagram(1, name).read(folder).run();
            assertThat(stream.stdout().text()).contains("pair 0").doesNotContain("sent 1");
            MemorySegment into = Arena.global().allocate(8);
            assertThat(SystemCall.call(Tricks.number("recvfrom"), socket, into.address(), 8, 0, 0, 0))
                    .as("nothing came: EAGAIN")
                    .isEqualTo(-11);
        } finally {
            SystemCall.call(Tricks.number("close"), socket, 0, 0, 0, 0, 0);
        }
    }

    private static Sandbox datagram(int type, String name) {
        return sandbox(
                        Datagram.class,
                        Integer.toString(Tricks.number("socketpair")),
                        Integer.toString(Tricks.number("dup3")),
                        Integer.toString(Tricks.number("sendmsg")),
                        "4",
                        Integer.toString(type),
                        name)
                .nativeAccess(true);
    }

    // ---- memory, time, output

    @ParameterizedTest
    @ValueSource(strings = {"heap", "direct", "native"})
    void aHundredGibibytes(String kind) throws Exception {
        Verdict trial = sandbox(Greed.class, kind, Long.toString(300L << 20)).run();
        assertThat(trial.ending()).as(trial.toString()).isEqualTo(new Ending.Memory(MEMORY));
        Verdict verdict = sandbox(Greed.class, kind, Long.toString(HUNDRED_GIB)).run();
        assertThat(verdict.ending()).as(verdict.toString()).isEqualTo(new Ending.Memory(MEMORY));
        assertThat(verdict.used().memory()).isLessThanOrEqualTo(MEMORY);
    }

    @Test
    void anEndlessLoop() throws Exception {
        Duration limit = Duration.ofMillis(500);
        Verdict verdict = sandbox(Greed.class, "time", "0").timeout(limit).run();
        assertThat(verdict.ending()).isEqualTo(new Ending.Time(limit));
        assertThat(verdict.used().wall()).isGreaterThanOrEqualTo(limit);
    }

    @Test
    void endlessOutput() throws Exception {
        Bytes limit = Bytes.kibi(100);
        Verdict verdict = sandbox(Greed.class, "output", Long.toString(HUNDRED_GIB))
                .output(limit)
                .run();
        assertThat(verdict.ending()).isEqualTo(new Ending.TooMuchOutput(limit));
        assertThat(verdict.stdout().truncated()).isTrue();
        assertThat(verdict.stdout().bytes()).hasSize((int) limit.value());
        assertThat(verdict.stdout().text()).startsWith("more and more\n");
    }

    // ---- the kernel's other doors

    @ParameterizedTest
    @CsvSource({
        "mount, s:none s:/tmp s:tmpfs 0 0",
        "umount2, s:/proc 2",
        "open_tree, -100 s:/ 1",
        "fsopen, s:tmpfs 0",
        "pivot_root, s:/tmp s:/tmp",
        "chroot, s:/tmp",
        "setns, 0 0",
        "unshare, 0x10000000",
        "clone, 0x10000011",
        "keyctl, 0 -3 0",
        "add_key, s:user s:a s:b 1 -3",
        "bpf, 5 z:128 128",
        "userfaultfd, 1",
        "io_uring_setup, 8 z:120",
        "perf_event_open, z:128 0 -1 -1 0",
        "process_vm_readv, 1 0 0 0 0 0",
        "pidfd_open, 1 0",
        "open_by_handle_at, -100 z:128 0",
        "init_module, z:8 8 s:x",
        "reboot, 0xfee1dead 672274793 0",
        "swapon, s:/tmp 0",
        "sethostname, s:x 1",
        "mknodat, -100 s:/tmp/disk 0060666 0x800",
        "seccomp, 0 0 0",
        "prctl, 1 0",
        "ioctl, 0 0x5412 s:x",
        "personality, 0x0040000",
        "syslog, 3 z:128 128",
        "shmget, 0 4096 0666",
        "execve, s:/jdk/bin/java 0 0",
        "execveat, -100 s:/jdk/bin/java 0 0 0",
    })
    void aForbiddenCall(String call, String arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(call));
        words.addAll(List.of(arguments.split(" ", -1)));
        Verdict verdict = calls(words.toArray(String[]::new)).run();
        forbidden(verdict, call);
        assertThat(verdict.stdout().text()).isEqualTo("-1\n");
        assertThat(verdict.status()).isOne();
    }

    @Test
    void aThreadIsNoUserNamespace() throws Exception {
        // CLONE_THREAD with CLONE_NEWUSER: what the filter lets pass is the first without the second.
        forbidden(calls("clone", "0x10010000").run(), "clone");
        Verdict clone3 = calls("clone3", "z:88", "88").run();
        assertThat(clone3.stdout().text()).as("not there").isEqualTo("-38\n");
    }

    @Test
    void nativeCodeIsNotCalledUnlessAllowed() throws Exception {
        Verdict verdict = calls("mount", "s:none", "s:/tmp", "s:tmpfs")
                .nativeAccess(false)
                .run();
        failed(verdict, "IllegalCallerException");
        assertThat(verdict.forbidden()).isEmpty();
    }

    @Test
    void aLibraryThatMounts(@TempDir Path folder) throws Exception {
        Needs.programs("gcc", "gcc");
        Path source = folder.resolve("trick.c");
        Files.writeString(
                source,
                "#include <sys/mount.h>\n#include <stdlib.h>\n"
                        + "__attribute__((constructor)) static void in(void) "
                        + "{ if (mount(\"none\", \"/tmp\", \"tmpfs\", 0, 0)) exit(7); }\n");
        Path library = folder.resolve("libtrick.so");
        Shell.run("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Verdict refused = pry("library", library.toString()).read(folder).run();
        failed(refused, "IllegalCallerException");
        Verdict verdict = pry("library", library.toString())
                .read(folder)
                .nativeAccess(true)
                .run();
        forbidden(verdict, "mount");
        assertThat(verdict.status()).isEqualTo(7);
    }
}
