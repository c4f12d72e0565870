package dev.alcove.spec;

import org.jspecify.annotations.Nullable;

/** Makes a {@link LinuxMemory} step by step. Not for several threads. */
public final class LinuxMemoryBuilder {
    private @Nullable Long limit;
    private @Nullable Long reservation;
    private @Nullable Long swap;
    private @Nullable Long kernel;
    private @Nullable Long kernelTcp;
    private @Nullable Uint64 swappiness;
    private @Nullable Boolean disableOomKiller;
    private @Nullable Boolean useHierarchy;
    private @Nullable Boolean checkBeforeUpdate;

    LinuxMemoryBuilder() {}

    LinuxMemoryBuilder(LinuxMemory from) {
        limit = from.limit();
        reservation = from.reservation();
        swap = from.swap();
        kernel = from.kernel();
        kernelTcp = from.kernelTcp();
        swappiness = from.swappiness();
        disableOomKiller = from.disableOomKiller();
        useHierarchy = from.useHierarchy();
        checkBeforeUpdate = from.checkBeforeUpdate();
    }

    /** Memory. */
    public LinuxMemoryBuilder limit(@Nullable Long value) {
        limit = value;
        return this;
    }

    /** Memory kept when the machine runs short. */
    public LinuxMemoryBuilder reservation(@Nullable Long value) {
        reservation = value;
        return this;
    }

    /** Memory and swap together. */
    public LinuxMemoryBuilder swap(@Nullable Long value) {
        swap = value;
        return this;
    }

    /** The kernel's memory; no longer in any supported kernel. */
    public LinuxMemoryBuilder kernel(@Nullable Long value) {
        kernel = value;
        return this;
    }

    /** TCP buffers, cgroup v1 only. */
    public LinuxMemoryBuilder kernelTcp(@Nullable Long value) {
        kernelTcp = value;
        return this;
    }

    /** 0 to 100. */
    public LinuxMemoryBuilder swappiness(@Nullable Uint64 value) {
        swappiness = value;
        return this;
    }

    /** Whether processes wait instead of being killed, cgroup v1 only. */
    public LinuxMemoryBuilder disableOomKiller(@Nullable Boolean value) {
        disableOomKiller = value;
        return this;
    }

    /** Whether descendants count, cgroup v1 only. */
    public LinuxMemoryBuilder useHierarchy(@Nullable Boolean value) {
        useHierarchy = value;
        return this;
    }

    /** Whether a limit below the present use is refused. */
    public LinuxMemoryBuilder checkBeforeUpdate(@Nullable Boolean value) {
        checkBeforeUpdate = value;
        return this;
    }

    /**
     * The finished record.
     *
     * @throws SpecException if a number is out of its range
     */
    public LinuxMemory build() {
        return new LinuxMemory(
                limit,
                reservation,
                swap,
                kernel,
                kernelTcp,
                swappiness,
                disableOomKiller,
                useHierarchy,
                checkBeforeUpdate);
    }
}
