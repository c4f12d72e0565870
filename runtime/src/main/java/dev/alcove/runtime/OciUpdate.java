package dev.alcove.runtime;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupStats;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.SpecException;
import java.util.Optional;

/** New limits for a group that is in use: what they leave out is what the group has. */
final class OciUpdate {
    private OciUpdate() {}

    /**
     * The limits as they are to be set.
     *
     * @throws SpecException if memory is to be limited below its use, and that was to be looked at before
     */
    static LinuxResources of(LinuxResources wanted, Cgroup group) {
        LinuxMemory memory = wanted.memory();
        if (memory == null) {
            return wanted;
        }
        Optional<CgroupStats.Memory> now = group.stats().memory();
        long limit = memory.limit() == null ? 0 : memory.limit();
        if (Boolean.TRUE.equals(memory.checkBeforeUpdate())
                && limit > 0
                && now.isPresent()
                && now.get().usage() > limit) {
            throw SpecException.of(
                    "linux.resources.memory.limit",
                    "unable to set memory limit to " + limit + " (current usage: "
                            + now.get().usage() + "), which checkBeforeUpdate is to refuse");
        }
        boolean swapAlone = memory.swap() != null && memory.swap() > 0 && limit == 0;
        if (swapAlone && now.isPresent() && now.get().limit().isPresent()) {
            // Swap counts together with memory, whose limit stays.
            memory = memory.toBuilder().limit(now.get().limit().getAsLong()).build();
            return wanted.toBuilder().memory(memory).build();
        }
        if (limit < 0 && memory.swap() == null && CgroupLayout.read().swapLimit() == CgroupLayout.SwapLimit.YES) {
            // Memory without a limit, and one for both together: none can be meant.
            return wanted.toBuilder()
                    .memory(memory.toBuilder().swap(-1L).build())
                    .build();
        }
        return wanted;
    }
}
