package dev.alcove.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a {@link LinuxResources} step by step. Not for several threads. */
public final class LinuxResourcesBuilder {
    private List<LinuxDeviceCgroup> devices = List.of();
    private @Nullable LinuxMemory memory;
    private @Nullable LinuxCpu cpu;
    private @Nullable LinuxPids pids;
    private @Nullable LinuxBlockIo blockIo;
    private List<LinuxHugepageLimit> hugepageLimits = List.of();
    private @Nullable LinuxNetwork network;
    private Map<String, LinuxRdma> rdma = Map.of();
    private Map<String, String> unified = Map.of();

    LinuxResourcesBuilder() {}

    LinuxResourcesBuilder(LinuxResources from) {
        devices = from.devices();
        memory = from.memory();
        cpu = from.cpu();
        pids = from.pids();
        blockIo = from.blockIo();
        hugepageLimits = from.hugepageLimits();
        network = from.network();
        rdma = from.rdma();
        unified = from.unified();
    }

    /** Which devices may be used; the last rule that matches counts. */
    public LinuxResourcesBuilder devices(List<LinuxDeviceCgroup> value) {
        devices = value;
        return this;
    }

    /** Memory. */
    public LinuxResourcesBuilder memory(@Nullable LinuxMemory value) {
        memory = value;
        return this;
    }

    /** Processor time and placement. */
    public LinuxResourcesBuilder cpu(@Nullable LinuxCpu value) {
        cpu = value;
        return this;
    }

    /** Number of processes. */
    public LinuxResourcesBuilder pids(@Nullable LinuxPids value) {
        pids = value;
        return this;
    }

    /** Block devices. */
    public LinuxResourcesBuilder blockIo(@Nullable LinuxBlockIo value) {
        blockIo = value;
        return this;
    }

    /** Huge pages, by size. */
    public LinuxResourcesBuilder hugepageLimits(List<LinuxHugepageLimit> value) {
        hugepageLimits = value;
        return this;
    }

    /** Marks of network packets, cgroup v1 only. */
    public LinuxResourcesBuilder network(@Nullable LinuxNetwork value) {
        network = value;
        return this;
    }

    /** RDMA, by device. */
    public LinuxResourcesBuilder rdma(Map<String, LinuxRdma> value) {
        rdma = value;
        return this;
    }

    /** Cgroup v2 files and what is written to them. */
    public LinuxResourcesBuilder unified(Map<String, String> value) {
        unified = value;
        return this;
    }

    /**
     * The finished record.
     *
     * @throws SpecException if a number is out of its range
     */
    public LinuxResources build() {
        return new LinuxResources(devices, memory, cpu, pids, blockIo, hugepageLimits, network, rdma, unified);
    }
}
