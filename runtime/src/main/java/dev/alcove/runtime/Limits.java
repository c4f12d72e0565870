package dev.alcove.runtime;

import dev.alcove.linux.CgroupLimits;
import dev.alcove.linux.DeviceRule;
import dev.alcove.spec.LinuxBlockIo;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxHugepageLimit;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxResources;
import java.util.Map;
import java.util.OptionalInt;

/** The configuration's resources as limits of a control group. */
final class Limits {
    private Limits() {}

    static CgroupLimits of(LinuxResources r) {
        CgroupLimits.Builder b = CgroupLimits.builder();
        memory(b, r.memory());
        cpu(b, r.cpu());
        if (r.pids() != null && r.pids().limit() != null) {
            b.pids(r.pids().limit());
        }
        LinuxBlockIo io = r.blockIo();
        if (io != null) {
            if (io.weight() != null) {
                b.ioWeight(io.weight());
            }
            if (!io.throttleReadBpsDevice().isEmpty()
                    || !io.throttleWriteBpsDevice().isEmpty()
                    || !io.throttleReadIopsDevice().isEmpty()
                    || !io.throttleWriteIopsDevice().isEmpty()
                    || !io.weightDevice().isEmpty()) {
                throw new IllegalArgumentException(
                        "linux.resources.blockIO: limits of single devices are not planned yet");
            }
        }
        for (LinuxHugepageLimit h : r.hugepageLimits()) {
            b.hugetlb(h.pageSize(), h.limit().bits());
        }
        for (Map.Entry<String, String> e : r.unified().entrySet()) {
            b.unified(e.getKey(), e.getValue());
        }
        for (LinuxDeviceCgroup d : r.devices()) {
            b.device(new DeviceRule(
                    d.allow(),
                    d.type().isEmpty() ? 'a' : d.type().charAt(0),
                    number(d.major()),
                    number(d.minor()),
                    d.access().isEmpty() ? "rwm" : d.access()));
        }
        return b.build();
    }

    private static OptionalInt number(@org.jspecify.annotations.Nullable Long n) {
        return n == null || n < 0 ? OptionalInt.empty() : OptionalInt.of(n.intValue());
    }

    private static void memory(CgroupLimits.Builder b, @org.jspecify.annotations.Nullable LinuxMemory m) {
        if (m == null) {
            return;
        }
        if (m.limit() != null) {
            b.memory(m.limit());
        }
        if (m.swap() != null) {
            b.memorySwap(m.swap());
        }
        if (m.reservation() != null) {
            b.memoryReservation(m.reservation());
        }
    }

    private static void cpu(CgroupLimits.Builder b, @org.jspecify.annotations.Nullable LinuxCpu c) {
        if (c == null) {
            return;
        }
        if (c.quota() != null) {
            b.cpuQuota(c.quota());
        }
        if (c.period() != null) {
            b.cpuPeriod(c.period().bits());
        }
        if (c.shares() != null) {
            b.cpuShares(c.shares().bits());
        }
        b.cpusetCpus(c.cpus());
        b.cpusetMems(c.mems());
    }
}
