package dev.alcove.runtime;

import dev.alcove.spec.CpuSet;
import dev.alcove.spec.LinuxMemoryPolicy;
import dev.alcove.spec.SpecException;
import java.util.List;

/** What set_mempolicy(2) would answer with EINVAL, whatever it was: each said by its name beforehand. */
final class MemoryPolicyCheck {
    static final String NODES = "linux.memoryPolicy.nodes";
    private static final String MODE = "linux.memoryPolicy.mode";
    private static final String FLAGS = "linux.memoryPolicy.flags";

    /** MPOL_WEIGHTED_INTERLEAVE is Linux 6.9's. */
    private static final int WEIGHTED = 6009;

    private static final List<String> WITHOUT_NODES = List.of("MPOL_DEFAULT", "MPOL_LOCAL");

    private MemoryPolicyCheck() {}

    /**
     * Refuses what this kernel does not take.
     *
     * @throws SpecException naming the property
     */
    static void check(LinuxMemoryPolicy policy, HostFacts facts) {
        if (policy.mode().equals("MPOL_WEIGHTED_INTERLEAVE") && facts.kernel() < WEIGHTED) {
            throw SpecException.of(MODE, "MPOL_WEIGHTED_INTERLEAVE needs Linux 6.9 or newer");
        }
        boolean none = WITHOUT_NODES.contains(policy.mode());
        if (none && !policy.nodes().isEmpty()) {
            throw SpecException.of(NODES, policy.mode() + " takes no nodes");
        }
        if (!none && policy.nodes().isEmpty() && !policy.mode().equals("MPOL_PREFERRED")) {
            throw SpecException.of(NODES, "is missing; " + policy.mode() + " needs the nodes, as 0-1");
        }
        boolean fixed = policy.flags().contains("MPOL_F_STATIC_NODES");
        boolean relative = policy.flags().contains("MPOL_F_RELATIVE_NODES");
        if (fixed && relative) {
            throw SpecException.of(FLAGS, "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
        }
        if ((fixed || relative) && policy.nodes().isEmpty()) {
            throw SpecException.of(FLAGS, "are about nodes, and there are none");
        }
        if (policy.flags().contains("MPOL_F_NUMA_BALANCING")
                && !policy.mode().equals("MPOL_BIND")
                && !policy.mode().equals("MPOL_PREFERRED_MANY")) {
            throw SpecException.of(FLAGS, "MPOL_F_NUMA_BALANCING is only for MPOL_BIND and MPOL_PREFERRED_MANY");
        }
        if (!policy.nodes().isEmpty() && !relative && !facts.memoryNodes().isEmpty()) {
            CpuSet.parse(NODES, policy.nodes()).check(NODES, CpuSet.parse(NODES, facts.memoryNodes()));
        }
    }
}
