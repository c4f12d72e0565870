package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans for machines of every kind, as text. */
class CgroupWritesTest {
    private static final CgroupLimits SOME = CgroupLimits.builder()
            .memory(1 << 20)
            .memorySwap(3 << 20)
            .memoryReservation(1 << 19)
            .cpuQuota(50_000)
            .cpuPeriod(100_000)
            .cpuShares(1024)
            .cpusetCpus("0-1")
            .pids(64)
            .ioWeight(500)
            .io(new CgroupIoLimit(
                    8, 0, OptionalLong.of(1000), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(50)))
            .hugetlb("2MB", 4 << 20)
            .device(DeviceRule.every(true, 'c', "m"))
            .device(DeviceRule.allow('c', 1, 3, "rw"))
            .build();

    @Test
    void versionOne() {
        CgroupWrites writes = CgroupWrites.plan(CgroupLayouts.v1(), "/alcove/web", SOME);

        assertThat(text(writes.steps())).isEqualTo("""
                        mkdir systemd/alcove shared
                        mkdir systemd/alcove/web
                        mkdir cpu,cpuacct/alcove shared
                        mkdir cpu,cpuacct/alcove/web
                        mkdir cpuset/alcove shared
                        inherit cpuset/alcove/cpuset.cpus from cpuset/cpuset.cpus
                        inherit cpuset/alcove/cpuset.mems from cpuset/cpuset.mems
                        mkdir cpuset/alcove/web
                        inherit cpuset/alcove/web/cpuset.mems from cpuset/alcove/cpuset.mems
                        mkdir memory/alcove shared
                        mkdir memory/alcove/web
                        mkdir devices/alcove shared
                        mkdir devices/alcove/web
                        mkdir freezer/alcove shared
                        mkdir freezer/alcove/web
                        mkdir blkio/alcove shared
                        mkdir blkio/alcove/web
                        mkdir pids/alcove shared
                        mkdir pids/alcove/web
                        mkdir hugetlb/alcove shared
                        mkdir hugetlb/alcove/web
                        memory: memory/alcove/web/memory.limit_in_bytes = 1048576
                        memorySwap: memory/alcove/web/memory.memsw.limit_in_bytes = 3145728
                        memoryReservation: memory/alcove/web/memory.soft_limit_in_bytes = 524288
                        cpuShares: cpu,cpuacct/alcove/web/cpu.shares = 1024
                        cpuPeriod: cpu,cpuacct/alcove/web/cpu.cfs_period_us = 100000
                        cpuQuota: cpu,cpuacct/alcove/web/cpu.cfs_quota_us = 50000
                        cpusetCpus: cpuset/alcove/web/cpuset.cpus = 0-1
                        pids: pids/alcove/web/pids.max = 64
                        ioWeight: blkio/alcove/web/blkio.bfq.weight = 500 | blkio/alcove/web/blkio.weight = 500
                        io: blkio/alcove/web/blkio.throttle.read_bps_device = 8:0 1000
                        io: blkio/alcove/web/blkio.throttle.write_iops_device = 8:0 50
                        hugetlb: hugetlb/alcove/web/hugetlb.2MB.limit_in_bytes = 4194304
                        hugetlb: hugetlb/alcove/web/hugetlb.2MB.rsvd.limit_in_bytes = 4194304 ?
                        devices: devices/alcove/web/devices.deny = a
                        devices: devices/alcove/web/devices.allow = c *:* m
                        devices: devices/alcove/web/devices.allow = c 1:3 rwm
                        """);
        assertThat(writes.unified()).isEmpty();
        assertThat(writes.enter()).hasSize(9).first().isEqualTo("/sys/fs/cgroup/systemd/alcove/web/tasks");
        assertThat(writes.remove()).hasSize(9).first().isEqualTo("/sys/fs/cgroup/systemd/alcove/web");
        assertThat(writes.parents()).hasSize(9).first().isEqualTo("/sys/fs/cgroup/systemd/alcove");
    }

    @Test
    void versionTwo() {
        CgroupWrites writes = CgroupWrites.plan(CgroupLayouts.v2(), "/alcove/web", SOME);

        assertThat(text(writes.steps())).isEqualTo("""
                        cgroup.subtree_control = +cpu +cpuset +memory +io +pids +hugetlb
                        cgroup.subtree_control = +rdma ?
                        cgroup.subtree_control = +misc ?
                        mkdir alcove shared
                        alcove/cgroup.subtree_control = +cpu +cpuset +memory +io +pids +hugetlb
                        alcove/cgroup.subtree_control = +rdma ?
                        alcove/cgroup.subtree_control = +misc ?
                        mkdir alcove/web
                        memory: alcove/web/memory.max = 1048576
                        memorySwap: alcove/web/memory.swap.max = 2097152
                        memoryReservation: alcove/web/memory.low = 524288
                        cpuShares: alcove/web/cpu.weight = 100
                        cpuQuota: alcove/web/cpu.max = 50000 100000
                        cpusetCpus: alcove/web/cpuset.cpus = 0-1
                        pids: alcove/web/pids.max = 64
                        ioWeight: alcove/web/io.bfq.weight = 500 | alcove/web/io.weight = 4950
                        io: alcove/web/io.max = 8:0 rbps=1000 wiops=50
                        hugetlb: alcove/web/hugetlb.2MB.max = 4194304
                        hugetlb: alcove/web/hugetlb.2MB.rsvd.max = 4194304 ?
                        devices: filter alcove/web
                        """);
        assertThat(writes.enter()).isEmpty();
        assertThat(writes.unified()).contains("/sys/fs/cgroup/alcove/web");
        assertThat(writes.remove()).containsExactly("/sys/fs/cgroup/alcove/web");
        assertThat(writes.parents()).containsExactly("/sys/fs/cgroup/alcove");
    }

    @Test
    void hybridWritesEachLimitWhereItsControllerIs() {
        CgroupLimits limits = CgroupLimits.builder()
                .memory(CgroupLimits.UNLIMITED)
                .hugetlb("1GB", 0)
                .build();
        CgroupWrites writes = CgroupWrites.plan(CgroupLayouts.hybrid(), "/web", limits);

        assertThat(text(writes.steps())).isEqualTo("""
                        mkdir memory/web
                        mkdir freezer/web
                        unified/cgroup.subtree_control = +hugetlb
                        mkdir unified/web
                        memory: memory/web/memory.limit_in_bytes = -1
                        hugetlb: unified/web/hugetlb.1GB.max = 0
                        hugetlb: unified/web/hugetlb.1GB.rsvd.max = 0 ?
                        """);
        assertThat(writes.enter())
                .containsExactly("/sys/fs/cgroup/memory/web/tasks", "/sys/fs/cgroup/freezer/web/tasks");
        assertThat(writes.unified()).contains("/sys/fs/cgroup/unified/web");
        assertThat(writes.parents()).isEmpty();
    }

    @Test
    void anOrdinaryUserWorksBelowTheDelegatedSubtree() {
        CgroupWrites writes = CgroupWrites.plan(
                CgroupLayouts.v2User(),
                "alcove/web",
                CgroupLimits.builder().pids(9).unified("memory.high", "5").build());

        String base = "user.slice/user-1000.slice/user@1000.service";
        assertThat(text(writes.steps())).isEqualTo("""
                        B/cgroup.subtree_control = +memory +pids
                        mkdir B/alcove shared
                        B/alcove/cgroup.subtree_control = +memory +pids
                        mkdir B/alcove/web
                        pids: B/alcove/web/pids.max = 9
                        unified[memory.high]: B/alcove/web/memory.high = 5
                        """.replace("B/", base + "/"));
    }

    @Test
    void unlimitedIsMaxInVersionTwo() {
        CgroupLimits limits = CgroupLimits.builder()
                .memory(-1)
                .memorySwap(-1)
                .cpuQuota(-1)
                .pids(-1)
                .build();

        assertThat(text(CgroupWrites.limits(CgroupLayouts.v2(), "web", limits))).isEqualTo("""
                        memory: web/memory.max = max
                        memorySwap: web/memory.swap.max = max
                        cpuQuota: web/cpu.max = max 100000
                        pids: web/pids.max = max
                        """);
    }

    @Test
    void withoutGroupsToWriteToAndWithoutLimitsThereIsNothingToDo() {
        CgroupWrites writes = CgroupWrites.plan(CgroupLayouts.v1User(), "web", CgroupLimits.none());

        assertThat(writes.steps()).isEmpty();
        assertThat(writes.enter()).isEmpty();
    }

    @Test
    void aLimitThatCannotBeSaysWhatIsMissingAndHowToMendIt() {
        CgroupLimits pids = CgroupLimits.builder().pids(5).build();
        CgroupLimits swap = CgroupLimits.builder().memory(5).memorySwap(5).build();
        CgroupLimits memory = CgroupLimits.builder().memory(5).build();
        CgroupLimits cpu = CgroupLimits.builder().cpuQuota(5000).build();
        CgroupLimits high = CgroupLimits.builder().unified("memory.high", "5").build();

        assertThatThrownBy(() -> CgroupWrites.plan(CgroupLayouts.hybrid(), "web", pids))
                .hasMessageStartingWith("pids: the cgroup controller pids is not there; mount it");
        assertThatThrownBy(() -> CgroupWrites.plan(CgroupLayouts.hybrid(), "web", swap))
                .hasMessageStartingWith("memorySwap: this kernel does not count swap by group; ");
        assertThatThrownBy(() -> CgroupWrites.plan(CgroupLayouts.v1User(), "web", memory))
                .hasMessageStartingWith(
                        "memory: the groups below /sys/fs/cgroup/memory are not this user's to change; run as root");
        assertThatThrownBy(() -> CgroupWrites.plan(CgroupLayouts.v2User(), "web", cpu))
                .hasMessageStartingWith("cpuQuota: the cgroup controller cpu is not there; let cpu be delegated");
        assertThatThrownBy(() -> CgroupWrites.plan(CgroupLayouts.v2User(), "/web", memory))
                .hasMessageContaining("without a leading slash");
        assertThatThrownBy(() -> CgroupWrites.plan(CgroupLayouts.hybrid(), "web", high))
                .hasMessageStartingWith("unified[memory.high]: the cgroup version 2 controller memory is not there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a//b", "../x", "/a/./b", "a/", "cgroup.procs", "x/tasks", "a\nb"})
    void notANameOfAGroup(String name) {
        assertThatThrownBy(() -> CgroupWrites.plan(CgroupLayouts.v1(), name, CgroupLimits.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cgroup: '" + name + "'");
    }

    private static String text(List<CgroupStep> steps) {
        StringBuilder text = new StringBuilder();
        for (CgroupStep step : steps) {
            text.append(
                            switch (step) {
                                case CgroupStep.MakeDirectory d -> "mkdir " + d.path() + (d.shared() ? " shared" : "");
                                case CgroupStep.WriteFile w -> prefix(w) + line(w);
                                case CgroupStep.WriteFirst f ->
                                    prefix(f.alternatives().getFirst())
                                            + String.join(
                                                    " | ",
                                                    f.alternatives().stream()
                                                            .map(CgroupWritesTest::line)
                                                            .toList());
                                case CgroupStep.InheritFile i -> "inherit " + i.to() + " from " + i.from();
                                case CgroupStep.FilterDevices d -> "devices: filter " + d.directory();
                            })
                    .append('\n');
        }
        return text.toString().replace("/sys/fs/cgroup/", "");
    }

    private static String prefix(CgroupStep.WriteFile w) {
        return w.limit().isEmpty() ? "" : w.limit() + ": ";
    }

    private static String line(CgroupStep.WriteFile w) {
        return w.path() + " = " + w.content() + (w.required() ? "" : " ?");
    }
}
