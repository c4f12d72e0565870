package dev.alcove.linux;

import java.util.Optional;

/**
 * The cgroup controllers Alcove knows, cgroups(7). {@link #DEVICES} and {@link #FREEZER} are controllers in version 1
 * only; in version 2 freezing is part of the core and devices are filtered by an eBPF program, so every version 2 group
 * has both.
 */
public enum CgroupController {
    /** Shares and quotas of processor time. */
    CPU("cpu", "cpu"),
    /** Counts processor time; part of {@link #CPU} in version 2. */
    CPUACCT("cpuacct", ""),
    /** Which processors and memory nodes. */
    CPUSET("cpuset", "cpuset"),
    /** Memory and swap. */
    MEMORY("memory", "memory"),
    /** Which device nodes may be made, read, written. */
    DEVICES("devices", ""),
    /** Stops and continues a group. */
    FREEZER("freezer", ""),
    /** Block devices; {@code io} in version 2. */
    BLKIO("blkio", "io"),
    /** The number of processes and threads. */
    PIDS("pids", "pids"),
    /** Huge pages by size. */
    HUGETLB("hugetlb", "hugetlb"),
    /** Marks network packets with a class. */
    NET_CLS("net_cls", ""),
    /** Network priorities by interface. */
    NET_PRIO("net_prio", ""),
    /** Groups for perf(1); always there in version 2. */
    PERF_EVENT("perf_event", ""),
    /** Remote direct memory access. */
    RDMA("rdma", "rdma"),
    /** Miscellaneous countable resources. */
    MISC("misc", "misc");

    private final String v1;
    private final String v2;

    CgroupController(String v1, String v2) {
        this.v1 = v1;
        this.v2 = v2;
    }

    /** The name in version 1: {@code blkio}. */
    public String v1Name() {
        return v1;
    }

    /** The name in version 2, {@code io}; empty for a controller that version 2 does not have. */
    public String v2Name() {
        return v2;
    }

    static Optional<CgroupController> ofV1(String name) {
        for (CgroupController c : values()) {
            if (c.v1.equals(name)) {
                return Optional.of(c);
            }
        }
        return Optional.empty();
    }

    static Optional<CgroupController> ofV2(String name) {
        for (CgroupController c : values()) {
            if (!name.isEmpty() && c.v2.equals(name)) {
                return Optional.of(c);
            }
        }
        return Optional.empty();
    }
}
