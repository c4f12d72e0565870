package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.FsContext;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import dev.alcove.linux.Propagation;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciMount;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a start needs is used up, or taken away while it runs: an error that says what failed, why and what mends it, or
 * no failure at all; and in either case nothing is left.
 */
@Timeout(300)
class ExhaustionTest {
    private static final String MEMORY =
            "the memory limit is too small for the start itself\n  mend: allow more memory; 4 MiB are enough to start";
    private static final String PROCESSES =
            "likely cause: no more processes can be made: a pids limit, RLIMIT_NPROC, or memory";
    private static final String DISK = "likely cause: the file system is full, of bytes or of files";

    @TempDir
    Path folder;

    private String mounts = "";
    private final String id = "test-exhaustion-" + ProcessHandle.current().pid() + "-" + System.identityHashCode(this);

    @BeforeEach
    void needsRoot() throws IOException {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
        mounts = Files.readString(Path.of("/proc/self/mountinfo"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).isEqualTo(mounts);
        for (Path group : groups()) {
            assertThat(group).doesNotExist();
        }
        assertThat(ProcessHandle.current()
                        .descendants()
                        .filter(p -> p.info().arguments().stream()
                                .flatMap(java.util.Arrays::stream)
                                .anyMatch(id::equals)))
                .isEmpty();
    }

    private List<Path> groups() {
        List<Path> groups = new ArrayList<>();
        for (CgroupHierarchy h : CgroupLayout.read().hierarchies()) {
            groups.add(Path.of(h.directory("alcove-" + id)));
        }
        return groups;
    }

    private static CgroupHierarchy versionOne(CgroupController controller) {
        Optional<CgroupHierarchy> found = CgroupLayout.read().of(controller);
        if (found.isEmpty() || found.get().unified()) {
            InitRun.skip("needs the controller " + controller + " in a version 1 hierarchy");
        }
        return found.orElseThrow();
    }

    private static void wellFormed(String message, String cause) {
        assertThat(message)
                .startsWith("cannot ")
                .contains("\n  likely cause: ")
                .contains("\n  mend: ")
                .contains(cause);
    }

    // ---- memory

    /** A limit is set before the child enters its group; what it is then is read where the child would go on. */
    private static ContainerBuilder withMemory(String id, long bytes) {
        return new ContainerBuilder("true").id(id).memory(new Bytes(bytes));
    }

    @Test
    void aMemoryLimitTooSmallForTheStart() throws IOException {
        Path limit = Path.of(versionOne(CgroupController.MEMORY).directory("alcove-" + id), "memory.limit_in_bytes");
        for (long bytes : List.of(65_536L, 131_072L)) {
            ContainerBuilder b = withMemory(id, bytes).prepare(pid -> {
                try {
                    assertThat(Files.readString(limit).strip()).as("in force").isEqualTo(Long.toString(bytes));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThatThrownBy(b::start)
                    .isInstanceOfSatisfying(
                            ContainerException.class, e -> wellFormed(String.valueOf(e.getMessage()), MEMORY));
            assertThatThrownBy(() -> withMemory(id, bytes).start())
                    .isInstanceOfSatisfying(
                            ContainerException.class, e -> wellFormed(String.valueOf(e.getMessage()), MEMORY));
        }
    }

    @Test
    void aMemoryLimitThatIsNearlyEnough() {
        versionOne(CgroupController.MEMORY);
        for (int i = 3; i <= 16; i++) {
            try (Container c = withMemory(id, i * 65_536L).start()) {
                assertThat(c.waitFor()).as(i + " x 64 KiB").isIn(0, 137);
            } catch (ContainerException e) {
                wellFormed(String.valueOf(e.getMessage()), MEMORY);
            }
        }
        try (Container c = withMemory(id, 4L << 20).start()) {
            assertThat(c.waitFor()).as("as the message says, enough").isZero();
        }
    }

    @Test
    void aMemoryLimitTooSmallWithUsersOfItsOwn() {
        versionOne(CgroupController.MEMORY);
        List<LinuxIdMapping> ids = List.of(new LinuxIdMapping(0, 100_000, 65_536));
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(withMemory(id, 65_536).idMappings(ids, ids)::start)
                    .isInstanceOfSatisfying(
                            ContainerException.class, e -> wellFormed(String.valueOf(e.getMessage()), MEMORY));
        }
    }

    // ---- descriptors

    @Test
    void fewDescriptorsLeft() throws IOException {
        for (String how : List.of("warm", "cold")) {
            List<String> said = starving("descriptors", how);
            assertThat(said).hasSize(Starving.MOST + 5);
            assertThat(said.getFirst()).startsWith("first cannot ").contains("EMFILE");
            for (int left = 0; left <= Starving.MOST; left++) {
                String line = said.get(left + 2);
                assertThat(line).startsWith(left + " ");
                if (!line.endsWith(" ended 0")) {
                    assertThat(line)
                            .contains("cannot start container '" + id + "'")
                            .contains("EMFILE (too many open files)")
                            .contains("|  likely cause: this process has as many files open as it may (RLIMIT_NOFILE)")
                            .contains("|  mend: close what is not needed, or raise the limit (ulimit -n)");
                }
            }
            assertThat(said.get(2)).contains("EMFILE");
            assertThat(said.get(Starving.MOST + 2)).endsWith(" ended 0");
            assertThat(said.get(1)).as("after the first").isEqualTo("then ended 0");
            assertThat(said.get(Starving.MOST + 3)).as("after all").isEqualTo("then ended 0");
            assertThat(said.getLast()).as("what it has open more than before").isEqualTo("open 0");
        }
    }

    @Test
    void aDescriptorThatCannotBeReceived() throws IOException {
        List<String> said = starving("handover", "");
        assertThat(said).hasSize(7);
        assertThat(said.get(0)).isEqualTo("ended 0");
        assertThat(said.get(1)).isEqualTo("listened ended 0");
        for (String line : List.of(said.get(2), said.get(3), said.get(5))) {
            assertThat(line)
                    .startsWith("cannot start container 'test-exhaust")
                    .contains("a descriptor that it sends", "could not be received")
                    .contains("|  likely cause: this process has as many files open as it may (RLIMIT_NOFILE)")
                    .contains("|  mend: close what is not needed, or raise the limit (ulimit -n)");
        }
        assertThat(said.get(6)).as("after one more").isEqualTo(said.get(4));
    }

    @Test
    void newgidmapThatCannotBeRun() throws IOException {
        if (Caller.onPath("newgidmap").isEmpty()) {
            InitRun.skip("needs newgidmap (apt-get install uidmap)");
        }
        List<String> said = starving("mapper", "");
        assertThat(said).hasSize(Starving.MOST + 2);
        assertThat(said.getFirst()).contains("newgidmap", " ended with 1");
        assertThat(said.get(1))
                .startsWith("cannot start container '" + id + "'")
                .contains("EMFILE (too many open files)")
                .contains("|  likely cause: this process has as many files open as it may (RLIMIT_NOFILE)");
        assertThat(said.getLast()).isEqualTo(said.getFirst());
        assertThat(said)
                .noneMatch(line -> line.contains("installed"))
                .allMatch(line -> line.contains("EMFILE") || line.equals(said.getFirst()));
    }

    private ProcessBuilder helper(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UseDynamicNumberOfCompilerThreads",
                "-XX:-UsePerfData",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Starving.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    private List<String> starving(String what, String how) throws IOException {
        Process process = helper(what, id, how).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue()).as(said).isZero();
        return said.lines().toList();
    }

    // ---- processes

    @Test
    void noRoomForTheProgramBesideInit() {
        versionOne(CgroupController.PIDS);
        assertThatThrownBy(() ->
                        new ContainerBuilder("true").id(id).init(true).pids(1).start())
                .isInstanceOfSatisfying(ContainerException.class, e -> {
                    wellFormed(String.valueOf(e.getMessage()), PROCESSES);
                    assertThat(e).hasMessageContaining("clone: EAGAIN");
                    assertThat(e.kind()).isEqualTo(ContainerException.Kind.BUSY);
                });
        try (Container c =
                new ContainerBuilder("true").id(id).init(true).pids(2).start()) {
            assertThat(c.waitFor()).isZero();
        }
    }

    @Test
    void noRoomForAnotherProcess() throws IOException {
        Path group = Path.of(
                versionOne(CgroupController.PIDS).mountPoint(),
                "alcove-test-" + ProcessHandle.current().pid());
        Files.createDirectory(group);
        try {
            Process jvm = helper("processes", id).start();
            try (BufferedReader said = jvm.inputReader();
                    var go = jvm.getOutputStream()) {
                assertThat(said.readLine()).isEqualTo("ready");
                Files.writeString(group.resolve("cgroup.procs"), Long.toString(jvm.pid()));
                int now = Integer.parseInt(
                        Files.readString(group.resolve("pids.current")).strip());
                assertThat(now).as("its threads").isGreaterThan(5);
                // Its monitor, its program, and from the second start on what the monitors are copied from.
                for (int more = 0; more <= 3; more++) {
                    Files.writeString(group.resolve("pids.max"), Integer.toString(now + more));
                    assertThat(Files.readString(group.resolve("pids.max")).strip())
                            .as("in force")
                            .isEqualTo(Integer.toString(now + more));
                    go.write(1);
                    go.flush();
                    String line = said.readLine();
                    if (more == 3) {
                        assertThat(line).isEqualTo("ended 0");
                    } else {
                        assertThat(line)
                                .startsWith("cannot start container 'test-exhaust")
                                .contains(more == 0 ? "posix_spawn" : "clone3")
                                .contains("EAGAIN")
                                .contains(PROCESSES)
                                .contains("|  mend: raise the limit");
                    }
                }
            } finally {
                jvm.destroyForcibly().onExit().join();
            }
        } finally {
            // What its JVM left to itself ends a moment after it.
            for (int i = 0;
                    i < 10_000
                            && !Files.readString(group.resolve("cgroup.procs")).isEmpty();
                    i++) {
                LockSupport.parkNanos(1_000_000);
            }
            Files.delete(group);
        }
    }

    // ---- file systems

    private interface Action {
        void run(Path at) throws IOException;
    }

    /** With a tmpfs of a few pages or a few files, in a mount namespace of the test's own. */
    private void onTmpfs(String option, String value, Action action) throws IOException {
        Path at = Files.createDirectories(folder.resolve("small"));
        NamespaceThread.create().unshare(NamespaceKind.MOUNT).call(() -> {
            MountChange.create().propagation(Propagation.PRIVATE).recursive().apply(Path.of("/"));
            try (FsContext context = FsContext.open("tmpfs")
                            .string(option, value)
                            .string("mode", "0755")
                            .create();
                    var mount = context.mount();
                    var place = Open.path().at(at)) {
                mount.attach(place);
            }
            action.run(at);
            return true;
        });
    }

    private static void fill(Path at) {
        try (var out = Files.newOutputStream(at)) {
            byte[] page = new byte[4096];
            while (true) {
                out.write(page);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    @Test
    void aStateFolderOnAFullDisk() throws IOException {
        onTmpfs("size", "64k", at -> {
            fill(at.resolve("filling"));
            fullState(at);
        });
    }

    @Test
    void aStateFolderWithNoRoomForFiles() throws IOException {
        // One of them is the root; the record needs a dozen.
        for (int files = 2; files <= 12; files++) {
            onTmpfs("nr_inodes", Integer.toString(files), this::fullState);
        }
    }

    private void fullState(Path at) throws IOException {
        ContainerStore store = ContainerStore.at(at.resolve("state"));
        // What a JVM keeps from its first start on is there.
        new ContainerBuilder("true").id(id).start().close();
        int before = descriptors();
        for (boolean detached : List.of(true, false)) {
            ContainerBuilder b = new ContainerBuilder("true").id(id).redirectOutput(ProcessBuilder.Redirect.INHERIT);
            try (ContainerStore.NewContainer record = store.create(b, "", "host", "", true, detached);
                    Container c = b.start()) {
                record.close();
                if (!detached) {
                    assertThat(c.waitFor()).isZero();
                } else {
                    assertThat(endOf(record.container())).isZero();
                }
            } catch (ContainerException e) {
                wellFormed(String.valueOf(e.getMessage()), DISK);
                assertThat(e).hasMessageContaining("ENOSPC");
            }
        }
        assertThat(store.list()).isEmpty();
        assertThat(descriptors()).isEqualTo(before);
        if (Files.exists(at.resolve("state/containers"))) {
            try (var left = Files.list(at.resolve("state/containers"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    /** Of one that is removed at its end, and so may not be there any more: then it has ended well. */
    private static int endOf(StoredContainer container) {
        try {
            return container.waitFor();
        } catch (ContainerException e) {
            assertThat(e.kind()).isEqualTo(ContainerException.Kind.NOT_FOUND);
            return 0;
        }
    }

    private static int descriptors() {
        String[] names = Path.of("/proc/self/fd").toFile().list();
        return names == null ? -1 : names.length;
    }

    @Test
    void aRootWithNoRoomForMountPoints() throws IOException {
        for (int files = 1; files <= 6; files++) {
            onTmpfs("nr_inodes", Integer.toString(files), at -> {
                ContainerBuilder b = new ContainerBuilder("/usr/bin/true")
                        .id(id)
                        .rootfs(Rootfs.directory(at))
                        .mount(OciMount.of("/usr", "bind", "/usr", List.of("rbind", "ro")));
                assertThatThrownBy(b::start).isInstanceOfSatisfying(ContainerException.class, e -> {
                    wellFormed(String.valueOf(e.getMessage()), DISK);
                    assertThat(e).hasMessageContaining("ENOSPC").hasMessageContaining("\n  step ");
                });
            });
        }
    }

    @Test
    void aLogAndAnExitOnAFullDisk() throws IOException {
        for (boolean terminal : List.of(false, true)) {
            onTmpfs("size", "256k", at -> {
                ContainerStore store = ContainerStore.at(at.resolve("state"));
                String script = "i=0; while [ $i -lt 200 ]; do head -c 4096 /dev/zero; i=$((i+1)); done 2>/dev/null;"
                        + " echo x > /tmp/still-here; exit 7";
                ContainerBuilder b =
                        new ContainerBuilder("sh", "-c", script).id(id).terminal(terminal);
                try (ContainerStore.NewContainer record = store.create(b, "", "host", "", false, true);
                        Container c = b.start()) {
                    record.close();
                    assertThat(c.pid()).isPositive();
                    StoredContainer stored = record.container();
                    assertThat(stored.waitFor()).as("terminal: " + terminal).isEqualTo(7);
                    assertThat(stored.status()).isEqualTo(StoredContainer.Status.EXITED);
                    assertThat(Files.size(stored.log())).as("the disk was full").isBetween(100_000L, 262_144L);
                }
                assertThat(store.list())
                        .singleElement()
                        .satisfies(c -> assertThat(c.exit()).hasValue(7));
                store.find(id).remove(false);
                assertThat(store.list()).isEmpty();
            });
        }
    }

    @Test
    void aMonitorKilledOnAFullDisk() throws IOException {
        onTmpfs("size", "64k", at -> {
            ContainerStore store = ContainerStore.at(at.resolve("state"));
            ContainerBuilder b = new ContainerBuilder("sleep", "1000").id(id);
            try (ContainerStore.NewContainer record = store.create(b, "", "host", "", false, true);
                    Container c = b.start()) {
                record.close();
                assertThat(record.container().status()).isEqualTo(StoredContainer.Status.RUNNING);
                fill(at.resolve("filling"));
                ProcessHandle monitor =
                        ProcessHandle.of(c.pid()).orElseThrow().parent().orElseThrow();
                monitor.destroyForcibly();
                assertThat(record.container().waitFor()).isEqualTo(137);
            }
            assertThat(store.list())
                    .singleElement()
                    .satisfies(c -> assertThat(c.exit()).hasValue(137));
            store.find(id).remove(false);
        });
    }

    // ---- control groups

    @Test
    void aGroupRemovedBeforeItIsEntered() {
        CgroupHierarchy pids = versionOne(CgroupController.PIDS);
        String directory = pids.directory("alcove-" + id);
        ContainerBuilder b = new ContainerBuilder("true").id(id);
        ContainerSpec spec = b.spec();
        HostFacts facts = HostProbe.read(spec);
        Program plan = Planner.plan(spec, facts);
        int entering = -1;
        for (int i = 0; i < plan.steps().size(); i++) {
            if (plan.steps().get(i) instanceof Step.Call c
                    && c.call() == Syscall.OPENAT
                    && c.args().get(1).text().contains(directory + "/tasks")) {
                entering = i;
            }
        }
        assertThat(entering).isPositive();
        Step removal = new Step.Call(
                Syscall.UNLINKAT,
                List.of(Arg.CWD, Arg.string(directory), Arg.num(0x200)),
                null,
                List.of(),
                false,
                Integer.MIN_VALUE,
                "removed under us");
        Program program = Deaths.before(plan, entering, List.of(removal), 0);
        assertThatThrownBy(() -> Container.start(b.streams, spec, facts, program, Map.of()))
                .isInstanceOfSatisfying(ContainerException.class, e -> {
                    wellFormed(
                            String.valueOf(e.getMessage()),
                            "likely cause: the container's control group was removed while it started");
                    assertThat(e).hasMessageContaining("ENOENT").hasMessageContaining("\n  step ");
                });
    }

    @Test
    void groupsRemovedWhileItRuns() throws IOException {
        for (boolean pidNamespace : List.of(true, false)) {
            ContainerBuilder b = new ContainerBuilder("sleep", "1000").id(id);
            if (!pidNamespace) {
                b.room(NamespaceKind.PID, new ContainerBuilder.Room.Host());
            }
            try (Container c = b.start()) {
                int removed = 0;
                for (Path group : groups()) {
                    if (!Files.isDirectory(group)) {
                        continue;
                    }
                    String pids = Files.readString(group.resolve("cgroup.procs"));
                    assertThat(pids.strip()).isEqualTo(Integer.toString(c.pid()));
                    Files.writeString(group.resolveSibling("cgroup.procs"), pids.strip());
                    Files.delete(group);
                    removed++;
                }
                assertThat(removed).isPositive();
                assertThat(c.signal(dev.alcove.linux.Signal.KILL)).isTrue();
                assertThat(c.end().status()).isEqualTo(137);
            }
        }
    }

    /** A JVM in a mount namespace of its own, where these hierarchies are read-only. */
    private List<String> withReadOnly(List<CgroupHierarchy> hierarchies) throws IOException {
        StringBuilder script = new StringBuilder("set -e\n");
        for (CgroupHierarchy h : hierarchies) {
            String at = h.mountPoint();
            script.append("mount --bind ")
                    .append(at)
                    .append(' ')
                    .append(at)
                    .append("; mount -o remount,bind,ro ")
                    .append(at)
                    .append("; ! mkdir ")
                    .append(at)
                    .append("/alcove-test-read-only 2>&-\n");
        }
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", script + "exec \"$@\"", "sh"));
        command.addAll(helper("groups", id).command());
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue()).as(said).isZero();
        return said.lines().toList();
    }

    @Test
    void groupsThatRootCannotWriteTo() throws IOException {
        CgroupHierarchy memory = versionOne(CgroupController.MEMORY);
        String refused = "limits: %s cannot be limited here|  likely cause: the groups below %s are not this user's to"
                + " change|  mend: run as root with /sys/fs/cgroup writable, or leave the limit out";
        List<String> one = withReadOnly(List.of(memory));
        assertThat(one).containsExactly(refused.formatted("memory", memory.mountPoint()), "ended 0", "ended 0");
        CgroupHierarchy pids = versionOne(CgroupController.PIDS);
        CgroupHierarchy devices = versionOne(CgroupController.DEVICES);
        assertThat(withReadOnly(CgroupLayout.read().hierarchies()))
                .containsExactly(
                        refused.formatted("memory", memory.mountPoint()),
                        refused.formatted("pids", pids.mountPoint()),
                        // Root's container has rules of devices, or it would have the machine's.
                        refused.formatted("devices", devices.mountPoint()));
    }
}
