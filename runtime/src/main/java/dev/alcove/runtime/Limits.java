package dev.alcove.runtime;

import dev.alcove.linux.CgroupIoLimit;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.linux.DeviceRule;
import dev.alcove.spec.LinuxBlockIo;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxHugepageLimit;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxThrottleDevice;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The configuration's resources as limits of a control group. Callers in Go write a 0 for what is not set, and no such limit
 * can be 0.
 */
final class Limits {
    private Limits() {}

    static CgroupLimits of(LinuxResources r) {
        CgroupLimits.Builder b = CgroupLimits.builder();
        memory(b, r.memory());
        cpu(b, r.cpu());
        new RareLimits(b).add(r);
        if (r.pids() != null && r.pids().limit() != null) {
            // The first process is there: 0 and 1 mean the same, and into a group of 0 nothing could be born.
            b.pids(r.pids().limit() == 0 ? 1 : r.pids().limit());
        }
        blockIo(b, r.blockIo());
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

    private static void blockIo(CgroupLimits.Builder b, @Nullable LinuxBlockIo io) {
        if (io == null) {
            return;
        }
        if (io.weight() != null && io.weight() != 0) {
            b.ioWeight(io.weight());
        }
        io.throttleReadBpsDevice().forEach(d -> b.io(limit(d, rate(d), NONE, NONE, NONE)));
        io.throttleWriteBpsDevice().forEach(d -> b.io(limit(d, NONE, rate(d), NONE, NONE)));
        io.throttleReadIopsDevice().forEach(d -> b.io(limit(d, NONE, NONE, rate(d), NONE)));
        io.throttleWriteIopsDevice().forEach(d -> b.io(limit(d, NONE, NONE, NONE, rate(d))));
    }

    private static final OptionalLong NONE = OptionalLong.empty();

    private static OptionalLong rate(LinuxThrottleDevice d) {
        return OptionalLong.of(d.rate().bits());
    }

    private static CgroupIoLimit limit(
            LinuxThrottleDevice d,
            OptionalLong readBps,
            OptionalLong writeBps,
            OptionalLong readIops,
            OptionalLong writeIops) {
        return new CgroupIoLimit((int) d.major(), (int) d.minor(), readBps, writeBps, readIops, writeIops);
    }

    private static OptionalInt number(@Nullable Long n) {
        return n == null || n < 0 ? OptionalInt.empty() : OptionalInt.of(n.intValue());
    }

    /** Callers in Go write a 0 for what is not set, and no such limit can be 0. */
    private static void memory(CgroupLimits.Builder b, @Nullable LinuxMemory m) {
        if (m == null) {
            return;
        }
        if (m.limit() != null && m.limit() != 0) {
            b.memory(m.limit());
        }
        if (m.swap() != null && m.swap() != 0) {
            b.memorySwap(m.swap());
        }
        if (m.reservation() != null && m.reservation() != 0) {
            b.memoryReservation(m.reservation());
        }
    }

    private static void cpu(CgroupLimits.Builder b, @Nullable LinuxCpu c) {
        if (c == null) {
            return;
        }
        if (c.quota() != null && c.quota() != 0) {
            b.cpuQuota(c.quota());
        }
        if (c.period() != null && c.period().bits() != 0) {
            b.cpuPeriod(c.period().bits());
        }
        if (c.shares() != null && c.shares().bits() != 0) {
            b.cpuShares(c.shares().bits());
        }
        b.cpusetCpus(c.cpus());
        b.cpusetMems(c.mems());
    }
}
