package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.Uint64;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers on this machine, as root: what was asked for is what is seen inside. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RealContainersTest {
    @TempDir
    Path folder;

    @BeforeEach
    void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    /** Every test uses ids of its own, so that what others leave is not taken for ours. */
    private final String id = "test-real-" + ProcessHandle.current().pid() + "-" + System.identityHashCode(this);

    private ContainerBuilder shell(String script) {
        return new ContainerBuilder("sh", "-c", script).id(id);
    }

    /** What came out, and how it ended. */
    record Ran(int status, String out, String err) {}

    private static Ran run(ContainerBuilder b) {
        try (Container c = b.start()) {
            c.process().getOutputStream().close();
            String out = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(c.process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(c.waitFor(), out, err);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String out(ContainerBuilder b) {
        Ran r = run(b);
        assertThat(r.err()).isEmpty();
        assertThat(r.status()).isZero();
        return r.out().strip();
    }

    /** A root file system to write in: the machine's programs under a directory of the test's. */
    private ContainerBuilder inDirectory(String script, boolean layer) throws IOException {
        Path root = Files.createDirectories(folder.resolve("root"));
        for (String name : List.of("bin", "sbin", "lib", "lib64")) {
            Path host = Path.of("/", name);
            if (Files.isSymbolicLink(host) && !Files.isSymbolicLink(root.resolve(name))) {
                Files.createSymbolicLink(root.resolve(name), Files.readSymbolicLink(host));
            }
        }
        Files.createDirectories(root.resolve("usr"));
        Files.writeString(root.resolve("kept"), "below\n");
        Rootfs.Directory directory = Rootfs.directory(root);
        return shell(script)
                .rootfs(layer ? directory.withThrowAwayLayer() : directory)
                .mount(OciMount.of("/usr", "bind", "/usr", List.of("rbind", "ro")));
    }

    @Test
    void hostImage() {
        assertThat(out(shell("echo $$; hostname; ls /home /root; id -u; test -e /etc/shadow || echo no shadow")
                        .hostname("box")))
                .isEqualTo("1\nbox\n/home:\n\n/root:\n0\nno shadow");
    }

    @Test
    void directoryKeepsWhatIsWritten() throws IOException {
        assertThat(out(inDirectory("cat /kept; echo new > /written; cat /proc/1/comm", false)))
                .isEqualTo("below\nsh");
        assertThat(folder.resolve("root/written")).hasContent("new\n");
    }

    @Test
    void aThrowAwayLayerKeepsNothing() throws IOException {
        assertThat(out(inDirectory("cat /kept; echo changed > /kept; cat /kept; echo x > /written", true)))
                .isEqualTo("below\nchanged");
        assertThat(folder.resolve("root/written")).doesNotExist();
        assertThat(folder.resolve("root/kept")).hasContent("below\n");
    }

    @Test
    void aReadOnlyRootCannotBeWritten() throws IOException {
        Ran r = run(inDirectory("echo x > /written || echo refused; echo y > /dev/shm/ok && echo shm", false)
                .readOnly(true));
        assertThat(r.out()).isEqualTo("refused\nshm\n");
        assertThat(folder.resolve("root/written")).doesNotExist();
    }

    @Test
    void initAsPid1PassesTheStatusOn() {
        assertThat(run(shell("cat /proc/1/comm; exit 11").init(true))).isEqualTo(new Ran(11, "alcove-init\n", ""));
        assertThat(run(shell("kill -KILL $$").init(true)).status()).isEqualTo(128 + 9);
    }

    @Test
    void pid1HoldsNothingOpenThatCouldBeTaken() {
        // A file of init cannot be looked at before it has closed its own end of the handshake: it does so at once.
        assertThat(out(shell("while ls /proc/1/fd | grep -q 3; do :; done; ls -m /proc/1/fd")
                        .init(true)))
                .isEqualTo("0, 1, 2");
    }

    @Test
    void tmpfsAndFiles() {
        String said = out(shell("stat -f -c %T /scratch; stat -c %a /scratch; cat /etc/motd; cat /etc/hosts | head -1")
                .mount(OciMount.of("/scratch", "tmpfs", "tmpfs", List.of("size=1m", "mode=1770")))
                .file("/etc/motd", "hello\n")
                .hostname("box"));
        assertThat(said).isEqualTo("tmpfs\n1770\nhello\n127.0.0.1 localhost box");
    }

    @Test
    void filesOverADirectorysOwn() throws IOException {
        assertThat(out(inDirectory("cat /etc/motd; cat /a/b/c", false)
                        .file("/etc/motd", "hello\n")
                        .file("/a/b/c", "deep\n")))
                .isEqualTo("hello\ndeep");
    }

    @Test
    void maskedAndReadOnlyPaths() {
        assertThat(
                        out(
                                shell(
                                        "cat /proc/interrupts | wc -c; ls /sys/firmware | wc -l; echo x 2>/dev/null > /proc/sysrq-trigger || echo refused")))
                .isEqualTo("0\n0\nrefused");
    }

    @Test
    void rangesOfAUserNamespace() {
        List<LinuxIdMapping> ids = List.of(new LinuxIdMapping(0, 100_000, 65536));
        assertThat(out(shell(
                                "id -u; cat /proc/self/uid_map | tr -s ' '; stat -c %u /dev/null; touch /tmp/x && stat -c %u /tmp/x")
                        .idMappings(ids, ids)))
                .isEqualTo("0\n 0 100000 65536\n65534\n0");
    }

    @Test
    void aTimeLimitEndsIt() throws IOException {
        try (Container c =
                shell("echo up; sleep 1000").timeout(Duration.ofMillis(300)).start()) {
            Exit e = c.end();
            assertThat(e.timedOut()).isTrue();
            assertThat(e.status()).isEqualTo(128 + 9);
        }
    }

    @Test
    void landlockConfines() {
        if (Kernel.landlockVersion() < 1) {
            InitRun.skip("this kernel has no landlock");
        }
        Ran r = run(shell("echo x > /tmp/x && cat /tmp/x; cat /etc/hosts 2>/dev/null || echo refused")
                .landlock(LandlockRule.parse("ro:/usr"))
                .landlock(LandlockRule.parse("ro:/proc"))
                .landlock(LandlockRule.parse("rw:/tmp")));
        assertThat(r.out()).isEqualTo("x\nrefused\n");
    }

    @Test
    void kernelParametersOfItsOwn() throws IOException {
        String host = Files.readString(Path.of("/proc/sys/kernel/msgmax")).strip();
        assertThat(out(shell("cat /proc/sys/kernel/msgmax").sysctl("kernel.msgmax", "4242")))
                .isEqualTo("4242");
        assertThat(Files.readString(Path.of("/proc/sys/kernel/msgmax")).strip()).isEqualTo(host);
        assertThatThrownBy(
                        () -> shell("true").sysctl("kernel.core_pattern", "x").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kernel.core_pattern");
    }

    @Test
    void limitsOfTheProcess() {
        String said = out(shell("ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj; umask; pwd")
                .rlimit(new PosixRlimit("RLIMIT_NOFILE", Uint64.of(300), Uint64.of(200)))
                .oomScoreAdj(700)
                .user(new OciUser(0, 0, 027L, List.of(), ""))
                .directory("/made/for/it"));
        assertThat(said).isEqualTo("200\n300\n700\n0027\n/made/for/it");
    }

    @Test
    void aHardLimitIsClampedWhereItCannotBeRaised() {
        Ran r = run(shell("ulimit -Hl").rlimit(new PosixRlimit("RLIMIT_MEMLOCK", Uint64.MAX, Uint64.ZERO)));
        assertThat(r.status()).isZero();
        assertThat(r.out().strip()).matches("unlimited|[0-9]+");
    }

    private static Map<String, String> status(ContainerBuilder b) {
        Map<String, String> fields = new TreeMap<>();
        for (String line : out(b).split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    private static String mask(Iterable<String> names) {
        long mask = 0;
        for (String n : names) {
            mask |= 1L << Capability.named(n).orElseThrow().number();
        }
        String hex = Long.toHexString(mask);
        return "0".repeat(16 - hex.length()) + hex;
    }

    @Test
    void privilegesAreJustThoseAskedFor() {
        Map<String, String> root = status(new ContainerBuilder("cat", "/proc/self/status").id(id));
        String asked = mask(Defaults.CAPABILITIES);
        assertThat(root)
                .containsEntry("CapEff", asked)
                .containsEntry("CapPrm", asked)
                .containsEntry("CapBnd", asked)
                .containsEntry("CapInh", mask(List.of()))
                .containsEntry("CapAmb", mask(List.of()))
                .containsEntry("NoNewPrivs", "0")
                .containsEntry("Seccomp", "2")
                .containsEntry("SigBlk", "0000000000000000")
                .containsEntry("SigIgn", "0000000000000000");
        ContainerBuilder few =
                new ContainerBuilder("cat", "/proc/self/status").id(id).noNewPrivileges(true);
        few.capabilities().clear();
        few.capabilities().add("CAP_KILL");
        Map<String, String> bare = status(few.seccomp(SeccompChoice.unconfined()));
        assertThat(bare)
                .containsEntry("CapEff", mask(List.of("CAP_KILL")))
                .containsEntry("CapBnd", mask(List.of("CAP_KILL")))
                .containsEntry("NoNewPrivs", "1")
                .containsEntry("Seccomp", "0");
    }

    @Test
    void anotherUserHasItsIdsAndNoPrivileges() {
        Map<String, String> user = status(new ContainerBuilder("cat", "/proc/self/status")
                .id(id)
                .user(new OciUser(1234, 2345, null, List.of(7L, 8L), "")));
        assertThat(user)
                .containsEntry("Uid", "1234\t1234\t1234\t1234")
                .containsEntry("Gid", "2345\t2345\t2345\t2345")
                .containsEntry("Groups", "7 8")
                .containsEntry("CapEff", mask(List.of()))
                .containsEntry("CapBnd", mask(Defaults.CAPABILITIES));
    }

    @Test
    void everyRoomIsItsOwnUnlessItIsTheCallers() throws IOException {
        for (NamespaceKind kind : List.of(NamespaceKind.NET, NamespaceKind.UTS, NamespaceKind.IPC)) {
            String file = kind.fileName();
            String ours = Files.readSymbolicLink(Path.of("/proc/self/ns", file)).toString();
            assertThat(out(shell("readlink /proc/self/ns/" + file))).isNotEqualTo(ours);
            assertThat(out(shell("readlink /proc/self/ns/" + file).room(kind, new ContainerBuilder.Room.Host())))
                    .isEqualTo(ours);
        }
    }

    @Test
    void withoutAPidNamespaceWhatItLeavesIsEnded() throws Exception {
        String mark = "19" + ProcessHandle.current().pid();
        try (Container c = shell("sleep " + mark + " >/dev/null 2>&1 & echo $!; exit 6")
                .room(NamespaceKind.PID, new ContainerBuilder.Room.Host())
                .start()) {
            String pid = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertThat(c.waitFor()).isEqualTo(6);
            Path cmdline = Path.of("/proc", pid, "cmdline");
            assertThat(Files.exists(cmdline) ? Files.readString(cmdline) : "").doesNotContain(mark);
        }
    }

    @Test
    void whatDoesNotExistOrCannotBeExecutedIsSaid() throws IOException {
        assertThatThrownBy(() -> new ContainerBuilder("no-such-program").id(id).start())
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.kind()).isEqualTo(ContainerException.Kind.COMMAND_NOT_FOUND))
                .hasMessageContaining("executable file not found in $PATH");
        assertThatThrownBy(() -> new ContainerBuilder("/no/such").id(id).start())
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.kind()).isEqualTo(ContainerException.Kind.COMMAND_NOT_FOUND))
                .hasMessageContaining("no such file or directory");
        for (String file : List.of("/etc/hosts", "/tmp")) {
            assertThatThrownBy(() -> new ContainerBuilder(file).id(id).start())
                    .isInstanceOfSatisfying(
                            ContainerException.class,
                            e -> assertThat(e.kind()).isEqualTo(ContainerException.Kind.COMMAND_NOT_EXECUTABLE))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void aStartThatFailsInTheMiddleLeavesNothing() throws IOException {
        // The check around every test looks at what is left; each fails at another place.
        List<ContainerBuilder> failing = new ArrayList<>();
        failing.add(shell("true").mount(OciMount.of("/x", "nosuchfs", "none", List.of())));
        failing.add(shell("true").mount(OciMount.of("/x", "tmpfs", "tmpfs", List.of("size=nonsense"))));
        failing.add(inDirectory("true", false).mount(OciMount.of("/kept", "tmpfs", "tmpfs", List.of())));
        failing.add(shell("true").directory("/proc/1/nothing"));
        failing.add(shell("true").sysctl("kernel.msgmax", "nonsense"));
        for (ContainerBuilder b : failing) {
            assertThatThrownBy(b::start)
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("cannot start container")
                    .hasMessageContaining("step ");
        }
    }

    @Test
    void version2ByItselfConfinesDevicesAndHoldsTheChildFromBirth() throws IOException {
        CgroupLayout layout = CgroupLayout.read();
        Optional<CgroupHierarchy> unified = layout.unified();
        if (unified.isEmpty() || unified.get().base().isEmpty()) {
            InitRun.skip("no version 2 hierarchy to make a group in");
        }
        CgroupLayout only =
                new CgroupLayout(CgroupLayout.Mode.V2, List.of(unified.orElseThrow()), CgroupLayout.SwapLimit.NO_SWAP);
        ContainerBuilder b = shell(
                "grep ^0:: /proc/self/cgroup; mknod /tmp/mem c 1 1 && echo made;"
                        + " dd if=/tmp/mem of=/dev/null bs=1 count=1 2>/dev/null || echo refused; echo x > /dev/null && echo null");
        ContainerSpec spec = b.spec();
        HostFacts f = HostProbe.read(spec);
        HostFacts facts = new HostFacts(
                f.arch(),
                f.kernel(),
                f.uid(),
                f.gid(),
                f.capabilities(),
                f.initialUserNamespace(),
                f.lastCapability(),
                f.landlockAbi(),
                only,
                f.limits(),
                f.processors(),
                f.memoryNodes(),
                f.rootLinks(),
                f.etc(),
                f.files(),
                f.modules(),
                f.copies());
        Program program = Planner.plan(spec, facts);
        assertThat(program.text()).contains("BPF_PROG_ATTACH", "CLONE_INTO_CGROUP");
        try (Container c = Container.start(StreamChoice.PIPES, spec, facts, program, Map.of())) {
            String said = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).isEqualTo("0::/\nmade\nrefused\nnull\n");
            assertThat(c.waitFor()).isZero();
        }
    }

    @Test
    void aCpusetGroupHasProcessors() {
        assertThat(out(shell("grep -c ^Cpus_allowed_list /proc/self/status"))).isEqualTo("1");
        assertThat(new TreeSet<>(List.of(out(shell("nproc"))))).isNotEmpty();
    }
}
