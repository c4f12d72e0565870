package dev.alcove.runtime;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.linux.CgroupSetting;
import dev.alcove.spec.LinuxBlockIo;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxInterfacePriority;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxNetwork;
import dev.alcove.spec.LinuxRdma;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxWeightDevice;
import dev.alcove.spec.SpecException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The resources of a configuration that few ask for: each is a file of one controller, or is refused by its name. */
final class RareLimits {
    private static final String RESOURCES = "linux.resources.";

    private final CgroupLimits.Builder limits;

    RareLimits(CgroupLimits.Builder limits) {
        this.limits = limits;
    }

    void add(LinuxResources r) {
        cpu(r.cpu());
        memory(r.memory());
        weights(r.blockIo());
        network(r.network());
        for (Map.Entry<String, LinuxRdma> e : r.rdma().entrySet()) {
            rdma(e.getKey(), e.getValue());
        }
    }

    private void set(String property, CgroupController controller, String v1, String v2, Object value) {
        limits.setting(CgroupSetting.of(RESOURCES + property, controller, v1, v2, value.toString()));
    }

    private void cpu(@Nullable LinuxCpu cpu) {
        if (cpu == null) {
            return;
        }
        if (cpu.burst() != null) {
            set(
                    "cpu.burst",
                    CgroupController.CPU,
                    "cpu.cfs_burst_us",
                    "cpu.max.burst",
                    decimal(cpu.burst().bits()));
        }
        if (cpu.realtimePeriod() != null && cpu.realtimePeriod().bits() != 0) {
            set(
                    "cpu.realtimePeriod",
                    CgroupController.CPU,
                    "cpu.rt_period_us",
                    "",
                    decimal(cpu.realtimePeriod().bits()));
        }
        if (cpu.realtimeRuntime() != null && cpu.realtimeRuntime() != 0) {
            set("cpu.realtimeRuntime", CgroupController.CPU, "cpu.rt_runtime_us", "", cpu.realtimeRuntime());
        }
        if (cpu.idle() != null) {
            set("cpu.idle", CgroupController.CPU, "cpu.idle", "cpu.idle", cpu.idle());
        }
    }

    private static String decimal(long bits) {
        return Long.toUnsignedString(bits);
    }

    private void memory(@Nullable LinuxMemory memory) {
        if (memory == null) {
            return;
        }
        if (memory.kernel() != null && memory.kernel() > 0) {
            throw SpecException.of(
                    RESOURCES + "memory.kernel",
                    "cannot be limited: no kernel counts its own memory apart any more\n  mend: leave it out");
        }
        if (Boolean.FALSE.equals(memory.useHierarchy())) {
            throw SpecException.of(
                    RESOURCES + "memory.useHierarchy",
                    "cannot be false: since Linux 5.11 the groups below always count\n  mend: leave it out");
        }
        if (memory.kernelTcp() != null && memory.kernelTcp() != 0) {
            set("memory.kernelTCP", CgroupController.MEMORY, "memory.kmem.tcp.limit_in_bytes", "", memory.kernelTcp());
        }
        if (memory.swappiness() != null) {
            set(
                    "memory.swappiness",
                    CgroupController.MEMORY,
                    "memory.swappiness",
                    "",
                    decimal(memory.swappiness().bits()));
        }
        if (Boolean.TRUE.equals(memory.disableOomKiller())) {
            set("memory.disableOOMKiller", CgroupController.MEMORY, "memory.oom_control", "", 1);
        }
    }

    private void weights(@Nullable LinuxBlockIo io) {
        if (io == null) {
            return;
        }
        leaf("blockIO.leafWeight", io.leafWeight());
        for (int i = 0; i < io.weightDevice().size(); i++) {
            LinuxWeightDevice d = io.weightDevice().get(i);
            String property = "blockIO.weightDevice[" + i + "]";
            leaf(property + ".leafWeight", d.leafWeight());
            if (d.weight() == null || d.weight() == 0) {
                continue;
            }
            if (d.weight() < 10 || d.weight() > 1000) {
                throw SpecException.of(RESOURCES + property + ".weight", d.weight() + " is not from 10 to 1000");
            }
            String device = d.major() + ":" + d.minor() + " ";
            String same = device + d.weight();
            limits.setting(new CgroupSetting(
                    RESOURCES + property,
                    CgroupController.BLKIO,
                    List.of(
                            new CgroupSetting.Entry("blkio.bfq.weight_device", same),
                            new CgroupSetting.Entry("blkio.weight_device", same)),
                    // io.weight has 1 to 10000, the scheduler BFQ the older range in both versions.
                    List.of(
                            new CgroupSetting.Entry("io.bfq.weight", same),
                            new CgroupSetting.Entry("io.weight", device + (1 + (d.weight() - 10) * 9999L / 990)))));
        }
    }

    private static void leaf(String property, @Nullable Integer weight) {
        if (weight != null && weight != 0) {
            throw SpecException.of(
                    RESOURCES + property, "cannot be set: leaf weights went from Linux 5.0 on\n  mend: leave it out");
        }
    }

    private void network(@Nullable LinuxNetwork network) {
        if (network == null) {
            return;
        }
        if (network.classId() != null && network.classId() != 0) {
            set("network.classID", CgroupController.NET_CLS, "net_cls.classid", "", network.classId());
        }
        for (LinuxInterfacePriority p : network.priorities()) {
            set(
                    "network.priorities",
                    CgroupController.NET_PRIO,
                    "net_prio.ifpriomap",
                    "",
                    p.name() + " " + p.priority());
        }
    }

    private void rdma(String device, LinuxRdma limit) {
        String handles = limit.hcaHandles() == null ? "" : " hca_handle=" + limit.hcaHandles();
        String objects = limit.hcaObjects() == null ? "" : " hca_object=" + limit.hcaObjects();
        if (!(handles + objects).isEmpty()) {
            set("rdma[" + device + "]", CgroupController.RDMA, "rdma.max", "rdma.max", device + handles + objects);
        }
    }
}
