package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.spec.LinuxBlockIo;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxHugepageLimit;
import dev.alcove.spec.LinuxInterfacePriority;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxNetwork;
import dev.alcove.spec.LinuxPids;
import dev.alcove.spec.LinuxRdma;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxResourcesBuilder;
import dev.alcove.spec.LinuxScheduler;
import dev.alcove.spec.LinuxThrottleDevice;
import dev.alcove.spec.LinuxWeightDevice;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.Uint64;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code linux.resources} of config.json: each property is in the files of the container's control group, or is refused by
 * its path because the machine lacks the controller or the kernel the limit.
 */
final class OciResourcesTest {
    @TempDir
    Path folder;

    private OciProgram oci;
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);
    private final CgroupLayout layout = CgroupLayout.read();

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

    private static UnaryOperator<OciSpec> resources(UnaryOperator<LinuxResourcesBuilder> change) {
        return OciConfigTest.linux(
                l -> l.resources(change.apply(LinuxResources.builder()).build()));
    }

    private Said create(UnaryOperator<OciSpec> change) throws IOException {
        Path bundle = folder.resolve("bundle");
        if (Files.exists(bundle)) {
            try (Stream<Path> files = Files.walk(bundle)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return oci.run(
                "create", "--bundle", oci.bundle("bundle", "sleep 1000", change).toString(), id);
    }

    private void made(UnaryOperator<OciSpec> change) throws IOException {
        Said said = create(change);
        assertThat(said.status()).as(said.text()).isZero();
    }

    private boolean one(CgroupController controller) {
        return layout.of(controller).map(h -> !h.unified()).orElse(false);
    }

    private Optional<String> file(CgroupController controller, String v1, String v2) throws IOException {
        Optional<CgroupHierarchy> h = layout.of(controller);
        if (h.isEmpty()) {
            return Optional.empty();
        }
        Path file = Path.of(h.get().directory("alcove-" + id), h.get().unified() ? v2 : v1);
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    private void holds(CgroupController controller, String v1, String v2, String content) throws IOException {
        assertThat(file(controller, v1, v2)).as(v1).contains(content);
    }

    @Test
    void memoryProcessorsAndProcesses() throws Exception {
        Needs.that(
                one(CgroupController.MEMORY) && one(CgroupController.CPU),
                "needs cgroup version 1's memory and cpu; version 2 is tested in a guest");
        long mib = 1L << 20;
        made(resources(r -> r.memory(LinuxMemory.builder()
                        .limit(64 * mib)
                        .reservation(32 * mib)
                        .swap(96 * mib)
                        .kernelTcp(8 * mib)
                        .swappiness(Uint64.of(7))
                        .disableOomKiller(true)
                        .useHierarchy(true)
                        .checkBeforeUpdate(true)
                        .build())
                .cpu(LinuxCpu.builder()
                        .shares(Uint64.of(512))
                        .quota(40_000L)
                        .period(Uint64.of(50_000))
                        .burst(Uint64.of(10_000))
                        .cpus("0")
                        .mems("0")
                        .build())
                .pids(new LinuxPids(33L))));
        CgroupController memory = CgroupController.MEMORY;
        holds(memory, "memory.limit_in_bytes", "memory.max", Long.toString(64 * mib));
        holds(memory, "memory.soft_limit_in_bytes", "memory.low", Long.toString(32 * mib));
        holds(memory, "memory.memsw.limit_in_bytes", "memory.swap.max", Long.toString(96 * mib));
        holds(memory, "memory.kmem.tcp.limit_in_bytes", "", Long.toString(8 * mib));
        holds(memory, "memory.swappiness", "", "7");
        assertThat(file(memory, "memory.oom_control", "").orElse("")).contains("oom_kill_disable 1");
        holds(CgroupController.CPU, "cpu.shares", "cpu.weight", "512");
        holds(CgroupController.CPU, "cpu.cfs_quota_us", "", "40000");
        holds(CgroupController.CPU, "cpu.cfs_period_us", "", "50000");
        holds(CgroupController.CPU, "cpu.cfs_burst_us", "cpu.max.burst", "10000");
        holds(CgroupController.CPUSET, "cpuset.cpus", "cpuset.cpus", "0");
        holds(CgroupController.CPUSET, "cpuset.mems", "cpuset.mems", "0");
        holds(CgroupController.PIDS, "pids.max", "pids.max", "33");

        // What update leaves out stays; 0 is a value for processes and for what is on or off, -1 is no limit.
        Path file = folder.resolve("update.json");
        Files.writeString(
                file,
                "{\"memory\":{\"limit\":-1,\"swap\":-1,\"reservation\":0},\"cpu\":{\"shares\":0,\"burst\":0,\"idle\":0,"
                        + "\"quota\":-1},\"pids\":{\"limit\":0}}");
        Said updated = oci.run("update", "-r", file.toString(), id);
        assertThat(updated.status()).as(updated.text()).isZero();
        assertThat(file(memory, "memory.limit_in_bytes", "").orElse("")).hasSizeGreaterThan(15);
        holds(memory, "memory.soft_limit_in_bytes", "memory.low", Long.toString(32 * mib));
        holds(CgroupController.CPU, "cpu.shares", "cpu.weight", "512");
        holds(CgroupController.CPU, "cpu.cfs_burst_us", "cpu.max.burst", "0");
        holds(CgroupController.CPU, "cpu.cfs_quota_us", "", "-1");
        holds(CgroupController.PIDS, "pids.max", "pids.max", "1");
        assertThat(oci.run("update", "--pids-limit", "-1", id).status()).isZero();
        holds(CgroupController.PIDS, "pids.max", "pids.max", "max");
        Files.writeString(file, "{\"memory\":{\"limit\":4096,\"checkBeforeUpdate\":true}}");
        assertThat(oci.run("update", "-r", file.toString(), id).text())
                .contains("linux.resources.memory.limit", "current usage");
        assertThat(oci.run("update", "--memory-swap", "200m", "--memory", "100m", id)
                        .status())
                .isZero();
        assertThat(oci.run("update", "--memory-swap", "300m", id).status()).isZero();
        holds(memory, "memory.memsw.limit_in_bytes", "memory.swap.max", Long.toString(300 * mib));
        assertThat(oci.run("events", "--stats", id).text())
                .contains("\"percpu\":[", "\"cpuset\":{\"cpus\":[0],", "\"kernelTCP\":{\"limit\":" + 8 * mib);
    }

    @Test
    void anIdleGroupAndOneWithRealTime() throws Exception {
        Needs.that(one(CgroupController.CPU), "needs cgroup version 1's cpu");
        made(resources(r -> r.cpu(LinuxCpu.builder().idle(1L).build())));
        holds(CgroupController.CPU, "cpu.idle", "cpu.idle", "1");
        oci.run("delete", "--force", id);

        Path root = Path.of(layout.of(CgroupController.CPU).orElseThrow().mountPoint(), "cpu.rt_runtime_us");
        Needs.that(Files.exists(root), "needs a kernel with real-time groups");
        UnaryOperator<OciSpec> fifo = OciConfigTest.process(
                p -> p.scheduler(new LinuxScheduler("SCHED_FIFO", null, 3, List.of(), null, null, null)));
        UnaryOperator<OciSpec> time = resources(r -> r.cpu(LinuxCpu.builder()
                .realtimeRuntime(10_000L)
                .realtimePeriod(Uint64.of(500_000))
                .build()));
        made(OciConfigTest.both(fifo, time));
        holds(CgroupController.CPU, "cpu.rt_runtime_us", "", "10000");
        holds(CgroupController.CPU, "cpu.rt_period_us", "", "500000");
        assertThat(oci.run("exec", id, "sh", "-c", "set -- $(cat /proc/self/stat); echo ${40} ${41}")
                        .text())
                .isEqualTo("3 1");
    }

    @Test
    void blockDevices() throws Exception {
        Needs.that(one(CgroupController.BLKIO), "needs cgroup version 1's blkio");
        List<String> disks = disks();
        Needs.that(!disks.isEmpty(), "needs a block device");
        String[] number = disks.getFirst().split(":", -1);
        var rate = new LinuxThrottleDevice(Long.parseLong(number[0]), Long.parseLong(number[1]), Uint64.of(1_000_000));
        made(resources(r -> r.blockIo(
                new LinuxBlockIo(null, null, List.of(), List.of(rate), List.of(rate), List.of(rate), List.of(rate)))));
        for (String what : List.of("read_bps", "write_bps", "read_iops", "write_iops")) {
            holds(CgroupController.BLKIO, "blkio.throttle." + what + "_device", "", disks.getFirst() + " 1000000");
        }
    }

    private static List<String> disks() throws IOException {
        List<String> numbers = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/sys/block"))) {
            for (Path disk : all.sorted().toList()) {
                if (!disk.toString().contains("/loop")) {
                    numbers.add(Files.readString(disk.resolve("dev")).strip());
                }
            }
        }
        return numbers;
    }

    @Test
    void devicesThatMayBeUsed() throws Exception {
        UnaryOperator<OciSpec> wanted = resources(r -> r.devices(List.of(
                new LinuxDeviceCgroup(false, "a", null, null, "rwm"), new LinuxDeviceCgroup(true, "c", 1L, 7L, "r"))));
        Path bundle = oci.bundle(
                "bundle",
                "busybox mknod /dev/mem c 1 1 2>&1; echo x > /dev/null && echo null; echo y > /dev/full 2>/dev/null || echo full",
                wanted);
        Said said = oci.run("run", "--bundle", bundle.toString(), id);
        assertThat(said.text()).contains("Operation not permitted", "null\n").endsWith("full");
    }

    /** What this machine may have or not: the file says so, or the refusal names the property. */
    @Test
    void whatTheMachineLacksIsRefusedByItsPath() throws Exception {
        actsOrIsRefused(
                resources(r -> r.hugepageLimits(List.of(new LinuxHugepageLimit("2MB", Uint64.of(4 << 20))))),
                "linux.resources.hugepageLimits",
                CgroupController.HUGETLB,
                "hugetlb.2MB.limit_in_bytes",
                "hugetlb.2MB.max",
                "4194304");
        actsOrIsRefused(
                resources(r -> r.network(new LinuxNetwork(0x100001L, List.of()))),
                "linux.resources.network.classID",
                CgroupController.NET_CLS,
                "net_cls.classid",
                "",
                "1048577");
        actsOrIsRefused(
                resources(r -> r.network(new LinuxNetwork(null, List.of(new LinuxInterfacePriority("lo", 5))))),
                "linux.resources.network.priorities",
                CgroupController.NET_PRIO,
                "net_prio.ifpriomap",
                "",
                "lo 5");
        actsOrIsRefused(
                resources(r -> r.rdma(Map.of("mlx5_0", new LinuxRdma(3L, 10L)))),
                "linux.resources.rdma[mlx5_0]",
                CgroupController.RDMA,
                "rdma.max",
                "rdma.max",
                "mlx5_0 hca_handle=3 hca_object=10");
        actsOrIsRefused(
                resources(r -> r.unified(Map.of("memory.high", "1073741824"))),
                "linux.resources.unified[memory.high]",
                CgroupController.MEMORY,
                "memory.high",
                "memory.high",
                "1073741824");
        List<String> disks = disks();
        for (LinuxBlockIo io : List.of(
                new LinuxBlockIo(500, null, List.of(), List.of(), List.of(), List.of(), List.of()),
                new LinuxBlockIo(
                        null,
                        null,
                        List.of(new LinuxWeightDevice(
                                Long.parseLong(disks.getFirst().split(":", -1)[0]), 0, 500, null)),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of()))) {
            Said said = create(resources(r -> r.blockIo(io)));
            assertThat(said.status() == 0
                            || said.text().contains("ioWeight")
                            || said.text().contains("linux.resources.blockIO"))
                    .as(said.text())
                    .isTrue();
            oci.run("delete", "--force", id);
        }
        refused(
                resources(r -> r.memory(LinuxMemory.builder().kernel(1L << 20).build())),
                "linux.resources.memory.kernel");
        refused(
                resources(r ->
                        r.blockIo(new LinuxBlockIo(null, 9, List.of(), List.of(), List.of(), List.of(), List.of()))),
                "linux.resources.blockIO.leafWeight");
    }

    private void refused(UnaryOperator<OciSpec> change, String path) throws IOException {
        Said said = create(change);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.text()).contains(path).contains("mend:");
        assertThat(oci.left()).isEmpty();
    }

    private void actsOrIsRefused(
            UnaryOperator<OciSpec> change,
            String path,
            CgroupController controller,
            String v1,
            String v2,
            String content)
            throws IOException {
        Said said = create(change);
        if (said.status() == 0) {
            assertThat(file(controller, v1, v2).orElse("")).contains(content);
        } else {
            assertThat(said.text()).contains(path);
            assertThat(oci.left()).isEmpty();
        }
        oci.run("delete", "--force", id);
    }

    @Test
    void withoutGroupsThereAreNoneAndNoLimits() throws Exception {
        String bundle = oci.bundle("bundle", "cat /proc/self/cgroup; sleep 1000", UnaryOperator.identity())
                .toString();
        Said said = oci.run("--cgroup-manager", "disabled", "create", "--bundle", bundle, id);
        assertThat(said.status()).as(said.text()).isZero();
        assertThat(file(CgroupController.PIDS, "pids.max", "pids.max")).isEmpty();
        assertThat(oci.run("pause", id).text()).contains("it has no control group");
        assertThat(oci.run("exec", id, "true").status()).isZero();
        assertThat(oci.run("delete", "--force", id).status()).isZero();
        Path limited = oci.bundle("limited", "true", resources(r -> r.pids(new LinuxPids(9L))));
        assertThat(oci.run("--cgroup-manager", "disabled", "run", "--bundle", limited.toString(), id)
                        .text())
                .contains("linux.resources", "--cgroup-manager disabled");
        assertThat(oci.run("--systemd-cgroup", "run", "--bundle", bundle, id).text())
                .contains("--systemd-cgroup", "mend: use --cgroup-manager cgroupfs");
    }

    @Test
    void aGroupByItsPathAndOneBelowForExec() throws Exception {
        for (String path : List.of("/alcove-" + id + "/inner", "alcove-" + id + "/inner")) {
            made(OciConfigTest.linux(l -> l.cgroupsPath(path)));
            assertThat(file(CgroupController.PIDS, "inner/pids.max", "inner/pids.max"))
                    .isPresent();
            Path pids =
                    Path.of(layout.of(CgroupController.PIDS).orElseThrow().directory("alcove-" + id), "inner", "below");
            Files.createDirectory(pids);
            String name = one(CgroupController.PIDS) ? "pids:below" : "below";
            assertThat(oci.run("exec", "--cgroup", name, id, "cat", "/proc/self/cgroup")
                            .text())
                    .contains("/below");
            assertThat(oci.run("exec", "--cgroup", "../..", id, "true").text()).contains("bad sub cgroup path");
            assertThat(oci.run("exec", "--cgroup", "nosuch:below", id, "true").text())
                    .contains("unknown controller 'nosuch'");
            Files.deleteIfExists(pids);
            assertThat(oci.run("delete", "--force", id).status()).isZero();
            for (CgroupHierarchy h : layout.hierarchies()) {
                Files.deleteIfExists(Path.of(h.directory("alcove-" + id)));
            }
        }
        refused(OciConfigTest.linux(l -> l.cgroupsPath("system.slice:alcove:" + id)), "linux.cgroupsPath");
    }
}
