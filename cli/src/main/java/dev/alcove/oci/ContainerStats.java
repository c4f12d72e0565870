package dev.alcove.oci;

import dev.alcove.linux.CgroupStats;
import java.util.Map;

/**
 * What {@code events} tells of a container's use.
 *
 * @param cgroup what its control group counts
 * @param files  what the files of its control group say, by their names
 */
record ContainerStats(CgroupStats cgroup, Map<String, String> files) {}
