package dev.alcove.oci;

import dev.alcove.linux.CgroupStats;
import java.util.Map;

/**
 * What {@code events} tells of a container's use.
 *
 * @param cgroup    what its control group counts
 * @param memoryRaw the numbers of {@code memory.stat}, by their names
 */
record ContainerStats(CgroupStats cgroup, Map<String, Long> memoryRaw) {}
