package dev.alcove.linux;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a control group uses and has used. A part is empty where the group has no such controller.
 *
 * @param cpu    processor time
 * @param memory memory
 * @param pids   processes and threads
 * @param io     block devices that were used
 */
public record CgroupStats(Optional<Cpu> cpu, Optional<Memory> memory, Optional<Pids> pids, List<Io> io) {

    /** Copies the list. */
    public CgroupStats {
        io = List.copyOf(io);
    }

    /**
     * Processor time since the group was made.
     *
     * @param usageNanos       nanoseconds of all processors together
     * @param userNanos        of these in programs
     * @param systemNanos      of these in the kernel
     * @param periods          periods of the quota that went by with something to run
     * @param throttledPeriods of these those in which the quota was used up
     * @param throttledNanos   nanoseconds that something had to wait for the next period
     */
    public record Cpu(
            long usageNanos,
            long userNanos,
            long systemNanos,
            long periods,
            long throttledPeriods,
            long throttledNanos) {}

    /**
     * Memory.
     *
     * @param usage        bytes in use, with the page cache
     * @param inactiveFile bytes of these that are page cache the kernel would give up first
     * @param peak         most bytes ever in use; empty before Linux 5.19 with version 2
     * @param limit        bytes; empty if unlimited
     * @param oomKills     processes killed because the limit was met
     */
    public record Memory(long usage, long inactiveFile, OptionalLong peak, OptionalLong limit, long oomKills) {}

    /**
     * Processes and threads.
     *
     * @param current how many there are
     * @param limit   how many there may be; empty if unlimited
     */
    public record Pids(long current, OptionalLong limit) {}

    /**
     * One block device.
     *
     * @param major      its major number
     * @param minor      its minor number
     * @param readBytes  bytes read
     * @param writeBytes bytes written
     */
    public record Io(int major, int minor, long readBytes, long writeBytes) {}
}
