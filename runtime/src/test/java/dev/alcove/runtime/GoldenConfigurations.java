package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.FileStat;
import dev.alcove.linux.FileType;
import dev.alcove.linux.Inode;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.SeccompCompiler;
import dev.alcove.linux.SeccompFlag;
import dev.alcove.spec.ExecCpuAffinity;
import dev.alcove.spec.LinuxBlockIo;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxIntelRdt;
import dev.alcove.spec.LinuxInterfacePriority;
import dev.alcove.spec.LinuxIoPriority;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxMemoryPolicy;
import dev.alcove.spec.LinuxNetwork;
import dev.alcove.spec.LinuxPersonality;
import dev.alcove.spec.LinuxRdma;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxScheduler;
import dev.alcove.spec.LinuxWeightDevice;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.Uint64;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Goldens of what only configurations ask for: the rarer properties of config.json. */
final class GoldenConfigurations {
    private static final List<LinuxIdMapping> RANGE = List.of(new LinuxIdMapping(0, 100_000, 65536));
    private static final List<LinuxIdMapping> OTHER = List.of(new LinuxIdMapping(0, 5000, 10));

    private GoldenConfigurations() {}

    static void add(List<Golden> all) {
        HostFacts root = Machines.root(Machines.v1());
        all.add(new Golden("scheduling", scheduling().spec(), root));
        all.add(new Golden("deadline", deadline().spec(), root));
        all.add(new Golden("labels", labels().spec(), with(root, Set.of("apparmor", "selinux"), Map.of())));
        all.add(new Golden(
                "exec",
                labels().target(target())
                        .linux(l -> l.mountLabel(""))
                        .process(p -> p.oomScoreAdj(5).execCpuAffinity(new ExecCpuAffinity("0-1", "1,65")))
                        .front(front(true, OptionalInt.of(77)))
                        .spec(),
                with(root, Set.of("apparmor", "selinux"), Map.of())));
        LinuxIntelRdt rdt = new LinuxIntelRdt("", List.of("L3:0=f", "MB:0=50"), "", "", true, false, false);
        all.add(new Golden(
                "resctrl", new Wanted().linux(l -> l.intelRdt(rdt)).spec(), with(root, Set.of("resctrl"), Map.of())));
        all.add(new Golden("mapped-mounts", mapped(new Wanted()).spec(), root));
        all.add(new Golden(
                "mapped-mounts-user", mapped(new Wanted().user(RANGE)).spec(), root));
        all.add(new Golden(
                "copied-up",
                new Wanted()
                        .user(RANGE)
                        .mount(OciMount.of("/var/cache", "tmpfs", "tmpfs", List.of("size=64m", "tmpcopyup", "noexec")))
                        .spec(),
                with(root, Set.of(), Map.of("/var/cache", entries()))));
        all.add(new Golden("rare-limits-v1", new Wanted().resources(rare(true)).spec(), Machines.root(rareV1())));
        all.add(new Golden("rare-limits-v2", new Wanted().resources(rare(false)).spec(), Machines.root(rareV2())));
        all.add(new Golden(
                "front-no-pivot",
                new Wanted().front(front(false, OptionalInt.empty())).spec(),
                root));
        all.add(new Golden(
                "front-systemd-v1",
                new Wanted().user(RANGE).front(unit("system.slice:p:golden")).spec(),
                Machines.root(Machines.hybrid())));
        all.add(new Golden(
                "front-systemd-slice",
                new Wanted().front(unit("a.slice::a-golden.slice")).spec(),
                Machines.root(Machines.v2("/", Optional.of("/")))));
        var filter = new SeccompCompiler(Arch.X86_64).compile(SandboxPolicy.policy());
        all.add(new Golden(
                "front-listener",
                new Wanted()
                        .seccomp(filter.with(Set.of(SeccompFlag.LOG, SeccompFlag.WAIT_KILLABLE_RECV)))
                        .supervised()
                        .front(front(true, OptionalInt.empty()))
                        .spec(),
                root));
        all.add(new Golden(
                "seccomp-flags",
                new Wanted()
                        .seccomp(Golden.filter().with(Set.of(SeccompFlag.TSYNC, SeccompFlag.SPEC_ALLOW)))
                        .spec(),
                root));
        all.add(new Golden(
                "device-in-root",
                new Wanted()
                        .onlyMounts(OciMount.of("/proc", "proc", "proc", List.of()))
                        .linux(l -> l.devices(List.of(new LinuxDevice("/dev/fuse", "c", 10L, 229L, 0600L, 5L, 6L))))
                        .spec(),
                root));
    }

    private static Wanted scheduling() {
        return new Wanted()
                .process(p -> p.scheduler(new LinuxScheduler(
                                "SCHED_BATCH", 5, null, List.of("SCHED_FLAG_RESET_ON_FORK"), null, null, null))
                        .ioPriority(new LinuxIoPriority("IOPRIO_CLASS_BE", 6)))
                .linux(l -> l.personality(new LinuxPersonality("LINUX32", List.of()))
                        .memoryPolicy(new LinuxMemoryPolicy("MPOL_BIND", "0", List.of("MPOL_F_STATIC_NODES"))));
    }

    private static Wanted deadline() {
        return new Wanted()
                .process(p -> p.scheduler(new LinuxScheduler(
                        "SCHED_DEADLINE", null, null, List.of(), Uint64.of(10), Uint64.of(20), Uint64.of(30))))
                .linux(l -> l.memoryPolicy(new LinuxMemoryPolicy("MPOL_LOCAL", "", List.of())));
    }

    private static Wanted labels() {
        return new Wanted()
                .process(p -> p.apparmorProfile("acme").selinuxLabel("system_u:system_r:box_t:s0"))
                .linux(l -> l.mountLabel("system_u:object_r:box_file_t:s0"));
    }

    private static Wanted mapped(Wanted wanted) {
        return wanted.mount(
                new OciMount("/one", "bind", "/srv/one", List.of("bind", "idmap"), OTHER, OTHER),
                new OciMount("/all", "bind", "/srv/all", List.of("rbind", "ridmap", "rro"), OTHER, OTHER),
                new OciMount("/memory", "tmpfs", "tmpfs", List.of("idmap"), RANGE, RANGE));
    }

    /** One whose control groups systemd makes. */
    private static FrontCall unit(String path) {
        return front(true, OptionalInt.empty(), Optional.of(SystemdUnit.of(path, "golden", false, "")));
    }

    static FrontCall front(boolean pivot, OptionalInt target) {
        return front(pivot, target, Optional.empty());
    }

    private static FrontCall front(boolean pivot, OptionalInt target, Optional<SystemdUnit> unit) {
        return new FrontCall(
                200,
                0,
                target.isPresent() ? Optional.empty() : Optional.of(Path.of("/run/oci/golden/exec.fifo")),
                target.isPresent(),
                true,
                false,
                target,
                pivot,
                true,
                unit,
                List.of());
    }

    private static ExecTarget target() {
        return new ExecTarget(
                EnumSet.of(NamespaceKind.MOUNT, NamespaceKind.PID),
                List.of("/sys/fs/cgroup/pids/box/tasks"),
                Optional.empty(),
                true);
    }

    private static List<TreeEntry> entries() {
        List<TreeEntry> all = new ArrayList<>();
        all.add(new TreeEntry(".", stat(FileType.DIRECTORY, 01777, 100_000, 0), ""));
        all.add(new TreeEntry("sub", stat(FileType.DIRECTORY, 0750, 100_007, 0), ""));
        all.add(new TreeEntry("sub/file", stat(FileType.REGULAR, 0640, 100_007, 12), ""));
        all.add(new TreeEntry("sub/empty", stat(FileType.REGULAR, 04755, 100_000, 0), ""));
        all.add(new TreeEntry("link", stat(FileType.SYMBOLIC_LINK, 0777, 100_000, 8), "sub/file"));
        all.add(new TreeEntry("pipe", stat(FileType.FIFO, 0600, 7, 0), ""));
        return all;
    }

    private static FileStat stat(FileType type, int permissions, long owner, long size) {
        return new FileStat(new Inode(1, 1), type, permissions, 1, owner, owner, size, 0, 0);
    }

    private static HostFacts with(HostFacts f, Set<String> modules, Map<String, List<TreeEntry>> copies) {
        return new HostFacts(
                f.arch(),
                f.kernel(),
                f.uid(),
                f.gid(),
                f.capabilities(),
                f.initialUserNamespace(),
                f.lastCapability(),
                f.landlockAbi(),
                f.cgroups(),
                f.limits(),
                f.processors(),
                f.memoryNodes(),
                f.rootLinks(),
                f.etc(),
                f.files(),
                modules,
                copies);
    }

    private static LinuxResources rare(boolean one) {
        LinuxCpu cpu = LinuxCpu.builder()
                .quota(20_000L)
                .burst(Uint64.of(5000))
                .idle(1L)
                .realtimeRuntime(one ? 1000L : null)
                .realtimePeriod(one ? Uint64.of(500_000) : null)
                .build();
        LinuxMemory memory = LinuxMemory.builder()
                .swappiness(one ? Uint64.of(7) : null)
                .disableOomKiller(one)
                .kernelTcp(one ? 1L << 20 : null)
                .useHierarchy(true)
                .build();
        var io = new LinuxBlockIo(
                null,
                null,
                List.of(new LinuxWeightDevice(8, 0, 500, null)),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        var builder = LinuxResources.builder()
                .cpu(cpu)
                .memory(memory)
                .blockIo(io)
                .rdma(Map.of("mlx5_0", new LinuxRdma(3L, 10_000L)));
        if (one) {
            builder.network(new LinuxNetwork(0x100001L, List.of(new LinuxInterfacePriority("eth0", 5))));
        }
        return builder.build();
    }

    private static CgroupLayout rareV1() {
        List<CgroupHierarchy> all = new ArrayList<>(Machines.v1().hierarchies());
        for (CgroupController c : List.of(
                CgroupController.BLKIO, CgroupController.RDMA, CgroupController.NET_CLS, CgroupController.NET_PRIO)) {
            all.add(new CgroupHierarchy(1, Set.of(c), "", "/sys/fs/cgroup/" + c.v1Name(), "/", Optional.of("/")));
        }
        return new CgroupLayout(CgroupLayout.Mode.V1, all, CgroupLayout.SwapLimit.YES);
    }

    private static CgroupLayout rareV2() {
        Set<CgroupController> controllers = EnumSet.of(
                CgroupController.CPU,
                CgroupController.CPUACCT,
                CgroupController.MEMORY,
                CgroupController.PIDS,
                CgroupController.BLKIO,
                CgroupController.RDMA);
        return new CgroupLayout(
                CgroupLayout.Mode.V2,
                List.of(new CgroupHierarchy(2, controllers, "", "/sys/fs/cgroup", "/", Optional.of("/"))),
                CgroupLayout.SwapLimit.YES);
    }
}
