package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Rlimit;
import dev.alcove.linux.RlimitValue;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Made-up machines for the planner. */
final class Machines {
    private static final int LAST_CAPABILITY = 40;

    private Machines() {}

    private static CgroupHierarchy one(String name, CgroupController... controllers) {
        return new CgroupHierarchy(1, Set.of(controllers), "", "/sys/fs/cgroup/" + name, "/", Optional.of("/"));
    }

    static CgroupLayout v1() {
        return new CgroupLayout(
                CgroupLayout.Mode.V1,
                List.of(
                        one("cpu,cpuacct", CgroupController.CPU, CgroupController.CPUACCT),
                        one("cpuset", CgroupController.CPUSET),
                        one("memory", CgroupController.MEMORY),
                        one("devices", CgroupController.DEVICES),
                        one("freezer", CgroupController.FREEZER),
                        one("pids", CgroupController.PIDS)),
                CgroupLayout.SwapLimit.YES);
    }

    static CgroupLayout hybrid() {
        List<CgroupHierarchy> all = new java.util.ArrayList<>(v1().hierarchies());
        all.add(new CgroupHierarchy(
                2, Set.of(CgroupController.HUGETLB), "", "/sys/fs/cgroup/unified", "/", Optional.of("/")));
        return new CgroupLayout(CgroupLayout.Mode.HYBRID, all, CgroupLayout.SwapLimit.YES);
    }

    static CgroupLayout v2(String own, Optional<String> base) {
        return new CgroupLayout(
                CgroupLayout.Mode.V2,
                List.of(new CgroupHierarchy(
                        2,
                        EnumSet.of(
                                CgroupController.CPU,
                                CgroupController.CPUSET,
                                CgroupController.MEMORY,
                                CgroupController.PIDS,
                                CgroupController.BLKIO),
                        "",
                        "/sys/fs/cgroup",
                        own,
                        base)),
                CgroupLayout.SwapLimit.YES);
    }

    static HostFacts root(CgroupLayout cgroups) {
        return facts(Arch.X86_64, 0, EnumSet.allOf(Capability.class), cgroups, 4, Set.of());
    }

    /** An ordinary user of a machine with systemd. */
    static HostFacts user() {
        String slice = "/user.slice/user-1000.slice/user@1000.service";
        return facts(Arch.X86_64, 1000, Set.of(), v2(slice + "/app.slice/run.scope", Optional.of(slice)), 4, Set.of());
    }

    static HostFacts facts(
            Arch arch, long uid, Set<Capability> capabilities, CgroupLayout cgroups, int landlock, Set<String> files) {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("usr", "");
        links.put("bin", "usr/bin");
        links.put("sbin", "usr/sbin");
        links.put("lib", "usr/lib");
        links.put("lib64", "usr/lib64");
        return new HostFacts(
                arch,
                6012,
                uid,
                uid,
                capabilities,
                true,
                LAST_CAPABILITY,
                landlock,
                cgroups,
                Map.of(Rlimit.NOFILE, new RlimitValue(1024, 4096)),
                "0-3",
                "0",
                links,
                List.of("ld.so.cache", "ssl/certs/"),
                files,
                Set.of(),
                Map.of());
    }
}
