package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Link;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.NewLink;
import dev.alcove.spec.ConsoleSize;
import dev.alcove.spec.LinuxNetDevice;
import dev.alcove.spec.LinuxSeccomp;
import dev.alcove.spec.LinuxSeccompArg;
import dev.alcove.spec.LinuxSyscall;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciProcessState;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.Uint64;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Filters of system calls, those who are asked about them, and network interfaces that a container gets. */
final class OciPreparationTest {
    /** Answers every call that it is told of with an error, and says what came with the descriptor. */
    private static final String AGENT = """
            import fcntl, socket, struct, sys
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(sys.argv[1])
            listening.listen(4)
            print('ready', flush=True)
            while True:
                peer, _ = listening.accept()
                text, fds, _, _ = socket.recv_fds(peer, 65536, 4)
                print(text.decode(), flush=True)
                while fds:
                    call = bytearray(80)
                    try:
                        fcntl.ioctl(fds[0], 0xc0502100, call)
                        answer = struct.pack('QqiI', struct.unpack_from('Q', call)[0], 0, -71, 0)
                        fcntl.ioctl(fds[0], 0xc0182101, bytearray(answer))
                    except OSError:
                        break
                    if len(sys.argv) > 2:
                        break
            """;

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

    private static String said(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static LinuxSyscall rule(String action, @Nullable Long errno, List<LinuxSeccompArg> args, String... names) {
        return new LinuxSyscall(List.of(names), action, errno, args);
    }

    private static UnaryOperator<OciSpec> filter(
            String path, String metadata, List<String> flags, LinuxSyscall... rules) {
        return OciConfigTest.linux(l ->
                l.seccomp(new LinuxSeccomp("SCMP_ACT_ALLOW", null, List.of(), flags, path, metadata, List.of(rules))));
    }

    @Test
    void actionsOperatorsAndErrorsAct() throws Exception {
        Uint64 seven = Uint64.of(7);
        UnaryOperator<OciSpec> wanted = filter(
                "",
                "",
                List.of("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"),
                rule("SCMP_ACT_ERRNO", 71L, List.of(), "mkdir", "mkdirat"),
                rule("SCMP_ACT_ERRNO", null, List.of(), "symlink", "symlinkat"),
                rule("SCMP_ACT_TRAP", null, List.of(), "sethostname"),
                rule("SCMP_ACT_KILL_PROCESS", null, List.of(), "setdomainname"),
                rule("SCMP_ACT_LOG", null, List.of(), "sync"),
                // kill(pid, signal): only with this signal
                rule(
                        "SCMP_ACT_ERRNO",
                        28L,
                        List.of(new LinuxSeccompArg(1, seven, Uint64.ZERO, "SCMP_CMP_EQ")),
                        "kill"));
        Path bundle = oci.bundle(
                "bundle",
                "busybox mkdir /x 2>&1; busybox ln -s a /y 2>&1; busybox hostname z; echo $?;"
                        + " busybox sync && echo synced; kill -7 1 2>&1; kill -0 1 && echo passes;"
                        + " busybox grep Seccomp: /proc/self/status",
                wanted);
        Said said = oci.run("run", "--bundle", bundle.toString(), id);
        assertThat(said.text())
                .contains("Protocol error")
                .contains("Operation not permitted")
                .contains("\n159\n")
                .contains("synced")
                .contains("No space left on device")
                .contains("passes")
                .endsWith("Seccomp:\t2");
    }

    @Test
    void whoeverListensIsAskedAndTold() throws Exception {
        Needs.programs("python3", "python3");
        Path socket = folder.resolve("agent");
        Path script = Files.writeString(folder.resolve("agent.py"), AGENT);
        UnaryOperator<OciSpec> wanted = filter(
                socket.toString(),
                "for the agent \"alone\"",
                List.of("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
                rule("SCMP_ACT_NOTIFY", null, List.of(), "mkdir", "mkdirat"));
        Path bundle = oci.bundle("bundle", "busybox mkdir /x 2> /said; sleep 1000", wanted);
        Said nobody = oci.run("create", "--bundle", bundle.toString(), id);
        assertThat(nobody.status()).isEqualTo(1);
        assertThat(nobody.text()).contains("linux.seccomp.listenerPath", socket.toString());
        assertThat(oci.left()).isEmpty();
        Process agent = new ProcessBuilder("python3", script.toString(), socket.toString(), "one call each")
                .redirectErrorStream(true)
                .start();
        try (var said = agent.inputReader()) {
            assertThat(said.readLine()).isEqualTo("ready");
            Path pid = folder.resolve("pid");
            Said made = oci.run("create", "--bundle", bundle.toString(), "--pid-file", pid.toString(), id);
            assertThat(made.status()).as(made.text()).isZero();
            OciProcessState told = OciJson.read(said.readLine(), OciProcessState.class);
            assertThat(told.fds()).containsExactly(OciProcessState.SECCOMP);
            assertThat(told.pid()).hasToString(Files.readString(pid));
            assertThat(told.metadata()).isEqualTo("for the agent \"alone\"");
            assertThat(told.state().id()).isEqualTo(id);
            assertThat(told.state().pid()).isEqualTo(told.pid());
            assertThat(told.state().status()).isEqualTo("creating");
            assertThat(oci.run("start", id).status()).isZero();
            Path answer = bundle.resolve("rootfs/said");
            Wait.until("the call is answered", () -> said(answer).contains("Protocol error"));

            Said more = oci.run("exec", id, "sh", "-c", "busybox mkdir /x 2>&1");
            assertThat(more.text()).contains("Protocol error");
            OciProcessState again = OciJson.read(said.readLine(), OciProcessState.class);
            assertThat(again.pid()).isNotEqualTo(told.pid()).isPositive();
            assertThat(again.state().pid()).isEqualTo(told.pid());
            assertThat(again.state().status()).isEqualTo("running");
        } finally {
            agent.destroyForcibly().waitFor();
        }
    }

    @Test
    void aTerminalOfItsSize() throws Exception {
        Needs.programs("python3", "python3");
        String reader = """
                import os, socket, sys
                listening = socket.socket(socket.AF_UNIX)
                listening.bind(sys.argv[1])
                listening.listen(1)
                print('ready', flush=True)
                peer, _ = listening.accept()
                _, fds, _, _ = socket.recv_fds(peer, 4096, 1)
                try:
                    while True:
                        text = os.read(fds[0], 4096)
                        if not text:
                            break
                        sys.stdout.write(text.decode())
                        sys.stdout.flush()
                except OSError:
                    pass
                """;
        Path socket = folder.resolve("console");
        Path script = Files.writeString(folder.resolve("reader.py"), reader);
        Path bundle = oci.bundle(
                "bundle",
                "busybox stty size; busybox tty; echo > /dev/console",
                OciConfigTest.process(p -> p.terminal(true).consoleSize(new ConsoleSize(33, 77))));
        Said without = oci.run("create", "--bundle", bundle.toString(), id);
        assertThat(without.text()).contains("process.terminal", "--console-socket");
        Process agent = new ProcessBuilder("python3", script.toString(), socket.toString())
                .redirectErrorStream(true)
                .start();
        try (var said = agent.inputReader()) {
            assertThat(said.readLine()).isEqualTo("ready");
            Said made = oci.run("create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), id);
            assertThat(made.status()).as(made.text()).isZero();
            assertThat(oci.run("start", id).status()).isZero();
            assertThat(said.readLine()).isEqualTo("33 77");
            assertThat(said.readLine()).isEqualTo("/dev/pts/0");
        } finally {
            agent.destroyForcibly().waitFor();
        }
    }

    @Test
    void interfacesMoveInWithTheirAddresses() throws Exception {
        UnaryOperator<OciSpec> wanted = OciConfigTest.linux(
                l -> l.netDevices(Map.of("veth-one", new LinuxNetDevice("eth7"), "veth-two", new LinuxNetDevice(""))));
        Path bundle = oci.bundle(
                "bundle",
                "busybox ip -o address show dev eth7; busybox ip -o link show dev veth-two; sleep 0.1",
                wanted);
        Said missing = oci.run("create", "--bundle", bundle.toString(), id);
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.text()).contains("linux.netDevices.veth-", "no such network interface");
        assertThat(oci.left()).isEmpty();
        // The caller's network namespace is one of the test's own.
        NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            try (Netlink net = Netlink.open()) {
                Link one = net.links().addVeth(NewLink.named("veth-one"), NewLink.named("veth-peer"));
                net.addresses().add(one, Cidr.parse("10.99.0.7/24"));
                net.links().addVeth(NewLink.named("veth-two"), NewLink.named("veth-other"));
                Said said = oci.run("run", "--bundle", bundle.toString(), id);
                assertThat(said.status()).as(said.text()).isZero();
                assertThat(said.text())
                        .contains("inet 10.99.0.7/24")
                        .contains("veth-two")
                        .contains("UP");
                assertThat(net.links().find("veth-one")).isEmpty();
            }
            return true;
        });
    }
}
