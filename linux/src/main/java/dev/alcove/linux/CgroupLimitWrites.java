package dev.alcove.linux;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Limits as files to write, each in the hierarchy that has its controller and in the words of that hierarchy's version. */
final class CgroupLimitWrites {
    private static final long DEFAULT_PERIOD = 100_000;

    private final CgroupLayout layout;
    private final String group;
    private final List<CgroupStep> steps = new ArrayList<>();

    CgroupLimitWrites(CgroupLayout layout, String group) {
        this.layout = layout;
        this.group = group;
    }

    /** The controllers these limits need. */
    static List<CgroupController> needed(CgroupLimits limits) {
        EnumSet<CgroupController> needed = EnumSet.noneOf(CgroupController.class);
        if (limits.memory().isPresent()
                || limits.memorySwap().isPresent()
                || limits.memoryReservation().isPresent()) {
            needed.add(CgroupController.MEMORY);
        }
        if (limits.cpuQuota().isPresent()
                || limits.cpuPeriod().isPresent()
                || limits.cpuShares().isPresent()) {
            needed.add(CgroupController.CPU);
        }
        if (!limits.cpusetCpus().isEmpty() || !limits.cpusetMems().isEmpty()) {
            needed.add(CgroupController.CPUSET);
        }
        if (limits.pids().isPresent()) {
            needed.add(CgroupController.PIDS);
        }
        if (limits.ioWeight().isPresent() || !limits.io().isEmpty()) {
            needed.add(CgroupController.BLKIO);
        }
        if (!limits.hugetlb().isEmpty()) {
            needed.add(CgroupController.HUGETLB);
        }
        for (String file : limits.unified().keySet()) {
            Optional<CgroupController> controller = CgroupController.ofV2(file.substring(0, file.indexOf('.')));
            if (controller.isPresent()) {
                needed.add(controller.get());
            }
        }
        for (CgroupSetting setting : limits.settings()) {
            needed.add(setting.controller());
        }
        return List.copyOf(needed);
    }

    List<CgroupStep> of(CgroupLimits limits) {
        memory(limits);
        cpu(limits);
        cpuset(limits);
        if (limits.pids().isPresent()) {
            CgroupHierarchy h = need("pids", CgroupController.PIDS);
            write(h, "pids.max", number("max", limits.pids().getAsLong()), "pids");
        }
        io(limits);
        hugetlb(limits);
        unified(limits);
        devices(limits);
        settings(limits);
        return steps;
    }

    private void memory(CgroupLimits limits) {
        if (limits.memory().isPresent()) {
            CgroupHierarchy h = need("memory", CgroupController.MEMORY);
            long bytes = limits.memory().getAsLong();
            if (h.unified()) {
                write(h, "memory.max", number("max", bytes), "memory");
            } else {
                // before memory.memsw: that one cannot be less than this one, which begins without a limit
                write(h, "memory.limit_in_bytes", Long.toString(bytes), "memory");
            }
        }
        if (limits.memorySwap().isPresent()) {
            CgroupHierarchy h = need("memorySwap", CgroupController.MEMORY);
            long both = limits.memorySwap().getAsLong();
            if (layout.swapLimit() == CgroupLayout.SwapLimit.UNCOUNTED) {
                throw new CgroupUnavailableException(
                        "memorySwap",
                        "this kernel does not count swap by group",
                        "start the machine with the kernel parameter swapaccount=1, or leave this limit out");
            }
            if (layout.swapLimit() == CgroupLayout.SwapLimit.YES) {
                if (h.unified()) {
                    long swap = both < 0 ? both : both - limits.memory().orElse(0);
                    write(h, "memory.swap.max", number("max", swap), "memorySwap");
                } else {
                    write(h, "memory.memsw.limit_in_bytes", Long.toString(both), "memorySwap");
                }
            }
        }
        if (limits.memoryReservation().isPresent()) {
            CgroupHierarchy h = need("memoryReservation", CgroupController.MEMORY);
            long bytes = limits.memoryReservation().getAsLong();
            if (h.unified()) {
                write(h, "memory.low", number("max", bytes), "memoryReservation");
            } else {
                write(h, "memory.soft_limit_in_bytes", Long.toString(bytes), "memoryReservation");
            }
        }
    }

    private void cpu(CgroupLimits limits) {
        if (limits.cpuShares().isPresent()) {
            CgroupHierarchy h = need("cpuShares", CgroupController.CPU);
            long shares = limits.cpuShares().getAsLong();
            if (h.unified()) {
                write(h, "cpu.weight", Long.toString(weight(shares)), "cpuShares");
            } else {
                write(h, "cpu.shares", Long.toString(shares), "cpuShares");
            }
        }
        OptionalLong quota = limits.cpuQuota();
        OptionalLong period = limits.cpuPeriod();
        if (quota.isEmpty() && period.isEmpty()) {
            return;
        }
        String limit = quota.isPresent() ? "cpuQuota" : "cpuPeriod";
        CgroupHierarchy h = need(limit, CgroupController.CPU);
        if (h.unified()) {
            write(
                    h,
                    "cpu.max",
                    number("max", quota.orElse(CgroupLimits.UNLIMITED)) + " " + period.orElse(DEFAULT_PERIOD),
                    limit);
            return;
        }
        if (period.isPresent()) {
            write(h, "cpu.cfs_period_us", Long.toString(period.getAsLong()), "cpuPeriod");
        }
        if (quota.isPresent()) {
            write(h, "cpu.cfs_quota_us", Long.toString(quota.getAsLong()), "cpuQuota");
        }
    }

    /**
     * Shares (2 to 262144, usually 1024) as a weight (1 to 10000, usually 100), by the curve that OCI runtimes agreed on: it
     * passes through all three pairs, where the straight line between the ends gives the usual group a weight of 39.
     */
    static long weight(long shares) {
        if (shares <= 2) {
            return 1;
        }
        if (shares >= 262_144) {
            return 10_000;
        }
        double log = Math.log((double) shares) / Math.log(2);
        double exponent = (log * log + 125 * log) / 612.0 - 7.0 / 34.0;
        // a rounding error must not lift a whole number to the next one
        return (long) Math.ceil(Math.pow(10, exponent) - 1e-9);
    }

    private void cpuset(CgroupLimits limits) {
        if (!limits.cpusetCpus().isEmpty()) {
            write(need("cpusetCpus", CgroupController.CPUSET), "cpuset.cpus", limits.cpusetCpus(), "cpusetCpus");
        }
        if (!limits.cpusetMems().isEmpty()) {
            write(need("cpusetMems", CgroupController.CPUSET), "cpuset.mems", limits.cpusetMems(), "cpusetMems");
        }
    }

    private void io(CgroupLimits limits) {
        if (limits.ioWeight().isPresent()) {
            CgroupHierarchy h = need("ioWeight", CgroupController.BLKIO);
            int w = limits.ioWeight().getAsInt();
            String same = Integer.toString(w);
            // the scheduler BFQ has its own file, with the same range in both versions; io.weight has 1 to 10000
            String[][] files = h.unified()
                    ? new String[][] {{"io.bfq.weight", same}, {"io.weight", Long.toString(CgroupLimits.ioWeight(w))}}
                    : new String[][] {{"blkio.bfq.weight", same}, {"blkio.weight", same}};
            List<CgroupStep.WriteFile> alternatives = new ArrayList<>();
            for (String[] file : files) {
                alternatives.add(
                        new CgroupStep.WriteFile(h.directory(group) + "/" + file[0], file[1], "ioWeight", true));
            }
            steps.add(new CgroupStep.WriteFirst(alternatives));
        }
        for (CgroupIoLimit io : limits.io()) {
            CgroupHierarchy h = need("io", CgroupController.BLKIO);
            String device = io.major() + ":" + io.minor();
            if (h.unified()) {
                write(
                        h,
                        "io.max",
                        device
                                + word(" rbps=", io.readBps())
                                + word(" wbps=", io.writeBps())
                                + word(" riops=", io.readIops())
                                + word(" wiops=", io.writeIops()),
                        "io");
            } else {
                throttle(h, "read_bps", device, io.readBps());
                throttle(h, "write_bps", device, io.writeBps());
                throttle(h, "read_iops", device, io.readIops());
                throttle(h, "write_iops", device, io.writeIops());
            }
        }
    }

    private static String word(String name, OptionalLong n) {
        return n.isPresent() ? name + n.getAsLong() : "";
    }

    private void throttle(CgroupHierarchy h, String what, String device, OptionalLong n) {
        if (n.isPresent()) {
            write(h, "blkio.throttle." + what + "_device", device + " " + n.getAsLong(), "io");
        }
    }

    private void hugetlb(CgroupLimits limits) {
        for (Map.Entry<String, Long> e : limits.hugetlb().entrySet()) {
            CgroupHierarchy h = need("hugetlb", CgroupController.HUGETLB);
            String end = h.unified() ? "max" : "limit_in_bytes";
            String file = h.directory(group) + "/hugetlb." + e.getKey();
            String bytes = e.getValue().toString();
            steps.add(new CgroupStep.WriteFile(file + "." + end, bytes, "hugetlb", true));
            // reservations too, so that mmap fails where otherwise the first touch kills; older kernels lack the file
            steps.add(new CgroupStep.WriteFile(file + ".rsvd." + end, bytes, "hugetlb", false));
        }
    }

    private void unified(CgroupLimits limits) {
        for (Map.Entry<String, String> e : limits.unified().entrySet()) {
            String file = e.getKey();
            String controller = file.substring(0, file.indexOf('.'));
            String limit = "unified[" + file + "]";
            if (controller.equals("cgroup")) {
                write(needUnified(limit), file, e.getValue(), limit);
                continue;
            }
            Optional<CgroupController> known = CgroupController.ofV2(controller);
            Optional<CgroupHierarchy> h = known.isPresent() ? layout.of(known.get()) : Optional.empty();
            if (h.isEmpty() || !h.get().unified()) {
                throw new CgroupUnavailableException(
                        limit,
                        "the cgroup version 2 controller " + controller + " is not there",
                        "start the machine with cgroup version 2 (systemd.unified_cgroup_hierarchy=1), or leave"
                                + " this limit out");
            }
            write(own(limit, h.get()), file, e.getValue(), limit);
        }
    }

    private void devices(CgroupLimits limits) {
        if (limits.devices().isEmpty()) {
            return;
        }
        CgroupHierarchy h = need("devices", CgroupController.DEVICES);
        if (h.unified()) {
            steps.add(new CgroupStep.FilterDevices(h.directory(group), DeviceFilter.compile(limits.devices())));
        } else {
            for (DeviceLines.Line line : DeviceLines.of(limits.devices())) {
                write(h, line.file(), line.content(), "devices");
            }
        }
    }

    private void settings(CgroupLimits limits) {
        for (CgroupSetting s : limits.settings()) {
            CgroupHierarchy h = need(s.limit(), s.controller());
            List<CgroupSetting.Entry> entries = h.unified() ? s.v2() : s.v1();
            if (entries.isEmpty()) {
                throw new CgroupUnavailableException(
                        s.limit(),
                        "cgroup version " + (h.unified() ? 2 : 1) + " has no such limit",
                        "leave this limit out");
            }
            List<CgroupStep.WriteFile> files = new ArrayList<>();
            for (CgroupSetting.Entry e : entries) {
                files.add(new CgroupStep.WriteFile(h.directory(group) + "/" + e.file(), e.content(), s.limit(), true));
            }
            steps.add(files.size() == 1 ? files.getFirst() : new CgroupStep.WriteFirst(files));
        }
    }

    private static String number(String unlimited, long n) {
        return n == CgroupLimits.UNLIMITED ? unlimited : Long.toString(n);
    }

    private void write(CgroupHierarchy h, String file, String content, String limit) {
        steps.add(new CgroupStep.WriteFile(h.directory(group) + "/" + file, content, limit, true));
    }

    private CgroupHierarchy needUnified(String limit) {
        Optional<CgroupHierarchy> h = layout.unified();
        if (h.isEmpty()) {
            throw new CgroupUnavailableException(
                    limit,
                    "cgroup version 2 is not mounted",
                    "start the machine with systemd.unified_cgroup_hierarchy=1, or leave this limit out");
        }
        return own(limit, h.get());
    }

    private CgroupHierarchy need(String limit, CgroupController controller) {
        Optional<CgroupHierarchy> h = layout.of(controller);
        if (h.isPresent()) {
            return own(limit, h.get());
        }
        boolean two = layout.mode() == CgroupLayout.Mode.V2;
        String name = two && !controller.v2Name().isEmpty() ? controller.v2Name() : controller.v1Name();
        throw new CgroupUnavailableException(
                limit,
                "the cgroup controller " + name + " is not there",
                two
                        ? "let " + name + " be delegated to you (for a user of systemd: Delegate=" + name
                                + " for user@.service), or leave this limit out"
                        : "mount it (see /proc/cgroups for what the kernel has), or leave this limit out");
    }

    private CgroupHierarchy own(String limit, CgroupHierarchy h) {
        if (!h.writable(group)) {
            throw new CgroupUnavailableException(
                    limit,
                    "the groups below " + h.mountPoint() + " are not this user's to change",
                    h.base().isPresent()
                            ? "name the group without a leading slash, which puts it below "
                                    + h.base().get()
                            : h.unified()
                                    ? "run as root with /sys/fs/cgroup writable, or in a login session of systemd"
                                    : "run as root with /sys/fs/cgroup writable, or leave the limit out");
        }
        return h;
    }
}
