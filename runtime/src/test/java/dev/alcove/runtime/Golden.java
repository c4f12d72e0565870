package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capability;
import dev.alcove.linux.SeccompCompiler;
import dev.alcove.linux.SeccompFilter;
import dev.alcove.spec.ConsoleSize;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxPids;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxTimeOffset;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.Uint64;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A container on a machine whose program is kept as a file; each covers another piece of the planner. */
record Golden(String name, ContainerSpec spec, HostFacts facts) {
    private static final List<LinuxIdMapping> RANGE = List.of(new LinuxIdMapping(0, 100_000, 65536));
    private static final List<LinuxIdMapping> OWN = List.of(new LinuxIdMapping(0, 1000, 1));
    private static final List<LinuxIdMapping> OWN_AND_RANGE =
            List.of(new LinuxIdMapping(0, 1000, 1), new LinuxIdMapping(1, 100_000, 65536));

    Program program() {
        return Planner.plan(spec, facts);
    }

    static List<Golden> all() {
        List<Golden> all = new java.util.ArrayList<>();
        for (Map.Entry<String, Wanted> e : asRoot().entrySet()) {
            all.add(new Golden(e.getKey(), e.getValue().spec(), Machines.root(Machines.v1())));
        }
        cgroups(all);
        users(all);
        volumes(all);
        GoldenConfigurations.add(all);
        HostFacts arm = Machines.facts(Arch.AARCH64, 0, EnumSet.allOf(Capability.class), Machines.v1(), 4, Set.of());
        all.add(new Golden("aarch64", new Wanted().init().spec(), arm));
        return all;
    }

    private static Map<String, Wanted> asRoot() {
        Map<String, Wanted> m = new LinkedHashMap<>();
        m.put("directory", new Wanted());
        m.put("host", new Wanted().rootfs(Rootfs.host()).files(new TextFile("/etc/hostname", "box\n")));
        m.put(
                "overlay",
                new Wanted().rootfs(Rootfs.directory(Path.of("/srv/root")).withThrowAwayLayer()));
        m.put(
                "inherited",
                new Wanted()
                        .rootfs(Rootfs.inherited())
                        .onlyMounts()
                        .linux(l -> l.maskedPaths(List.of()).readonlyPaths(List.of())));
        m.put("read-only", new Wanted().readOnly());
        m.put("root-shared", new Wanted().linux(l -> l.rootfsPropagation("rshared")));
        m.put("root-slave", new Wanted().linux(l -> l.rootfsPropagation("rslave")));
        m.put("root-unbindable", new Wanted().rootfs(Rootfs.host()).linux(l -> l.rootfsPropagation("unbindable")));
        m.put("init", new Wanted().init());
        m.put("init-terminal", new Wanted().init().process(p -> p.terminal(true).consoleSize(new ConsoleSize(24, 80))));
        m.put("terminal", new Wanted().process(p -> p.terminal(true)));
        m.put("detached", new Wanted().detached(Path.of("/run/alcove/golden")));
        m.put(
                "detached-terminal",
                new Wanted().detached(Path.of("/run/alcove/golden")).process(p -> p.terminal(true)));
        MonitorDuties duties = new MonitorDuties(
                List.of(Path.of("/run/alcove/alive")),
                Optional.of(new MonitorDuties.Command(
                        List.of("/usr/bin/give-back", "golden"), Map.of("PATH", "/usr/bin", "HOME", "/root"))));
        m.put(
                "detached-duties",
                new Wanted().detached(Path.of("/run/alcove/golden")).duties(duties));
        m.put(
                "detached-duties-joined",
                new Wanted()
                        .namespaces("mount", "uts", "ipc", "cgroup", "pid=/proc/7/ns/pid")
                        .detached(Path.of("/run/alcove/golden"))
                        .duties(duties));
        m.put("timeout", new Wanted().timeout(Duration.ofSeconds(90)));
        m.put("no-pid-namespace", new Wanted().init().namespaces("mount", "uts", "ipc", "cgroup"));
        m.put(
                "joined",
                new Wanted()
                        .namespaces(
                                "mount",
                                "network=/proc/7/ns/net",
                                "ipc=/proc/7/ns/ipc",
                                "uts=/proc/7/ns/uts",
                                "pid=/proc/7/ns/pid"));
        m.put("joined-user", new Wanted().namespaces("mount", "pid", "user=/proc/7/ns/user", "network=/proc/7/ns/net"));
        m.put(
                "time",
                new Wanted()
                        .namespaces("mount", "pid", "time")
                        .linux(l -> l.timeOffsets(Map.of("boottime", new LinuxTimeOffset(86_400, 5)))));
        m.put("user-range", new Wanted().user(RANGE));
        m.put(
                "identity",
                new Wanted()
                        .config(c -> c.domainname("example"))
                        .process(p -> p.user(new OciUser(7, 8, 027L, List.of(9L, 10L), ""))
                                .cwd("/work/here")
                                .noNewPrivileges(true)
                                .oomScoreAdj(500)
                                .rlimits(List.of(new PosixRlimit("RLIMIT_NOFILE", Uint64.of(9000), Uint64.of(8000))))
                                .capabilities(new LinuxCapabilities(
                                        List.of("CAP_KILL"),
                                        List.of("CAP_KILL"),
                                        List.of("CAP_KILL"),
                                        List.of("CAP_KILL"),
                                        List.of("CAP_KILL")))));
        m.put("seccomp", new Wanted().seccomp(filter()));
        m.put("seccomp-no-new-privileges", new Wanted().seccomp(filter()).process(p -> p.noNewPrivileges(true)));
        m.put(
                "supervised",
                new Wanted()
                        .rootfs(Rootfs.empty())
                        .onlyMounts(OciMount.of("/proc", "proc", "proc", List.of("ro", "subset=pid")))
                        .seccomp(new SeccompCompiler(Arch.X86_64).compile(SandboxPolicy.policy()))
                        .supervised()
                        .process(p -> p.noNewPrivileges(true)));
        m.put("landlock", new Wanted().landlock("ro:/usr", "rw:/tmp"));
        m.put("sysctl", new Wanted().linux(l -> l.sysctl(Map.of("kernel.shm_rmid_forced", "1"))));
        m.put("files", new Wanted().files(new TextFile("/etc/hosts", "::1 box\n"), new TextFile("/etc/empty", "")));
        m.put(
                "privileged",
                new Wanted()
                        .linux(l -> l.maskedPaths(List.of()).readonlyPaths(List.of()))
                        .devices(new LinuxDeviceCgroup(true, "a", null, null, "rwm"))
                        .process(p -> p.capabilities(Wanted.capabilities(EnumSet.allOf(Capability.class).stream()
                                .map(Capability::kernelName)
                                .toArray(String[]::new)))));
        m.put(
                "device",
                new Wanted()
                        .linux(l ->
                                l.devices(List.of(new LinuxDevice("/dev/net/tun", "c", 10L, 200L, 0660L, 0L, 44L)))));
        return m;
    }

    private static LinuxResources limits() {
        return LinuxResources.builder()
                .memory(LinuxMemory.builder().limit(64L << 20).build())
                .cpu(new LinuxCpu(null, 50_000L, null, Uint64.of(100_000), null, null, "0", "", null))
                .pids(new LinuxPids(20L))
                .devices(Defaults.DEVICE_RULES)
                .build();
    }

    private static void cgroups(List<Golden> all) {
        all.add(new Golden("limits-v1", new Wanted().resources(limits()).spec(), Machines.root(Machines.v1())));
        all.add(new Golden("limits-hybrid", new Wanted().resources(limits()).spec(), Machines.root(Machines.hybrid())));
        all.add(new Golden(
                "limits-v2",
                new Wanted().resources(limits()).spec(),
                Machines.root(Machines.v2("/", Optional.of("/")))));
        all.add(new Golden(
                "group-named",
                new Wanted().linux(l -> l.cgroupsPath("/shared/rooms/one")).spec(),
                Machines.root(Machines.v1())));
    }

    private static void users(List<Golden> all) {
        Wanted one = new Wanted()
                .user(OWN)
                .onlyMounts(Defaults.mounts(1 << 20, false, true, true, false).toArray(OciMount[]::new));
        all.add(new Golden("user-one-id", one.spec(), Machines.user()));
        List<LinuxIdMapping> nobody = List.of(new LinuxIdMapping(65534, 1000, 1));
        all.add(new Golden("user-nobody", new Wanted().user(nobody).spec(), Machines.user()));
        all.add(new Golden(
                "user-of-root",
                new Wanted()
                        .user(RANGE)
                        .mount(
                                OciMount.of("/data", "bind", "/srv/data", List.of("rbind", "ro")),
                                OciMount.of("/peer", "bind", "/srv/data", List.of("rbind", "slave")))
                        .spec(),
                Machines.root(Machines.v1())));
        all.add(new Golden("user-ranges", new Wanted().user(OWN_AND_RANGE).spec(), Machines.user()));
        all.add(new Golden(
                "user-time",
                new Wanted()
                        .linux(l -> l.namespaces(Wanted.kinds(List.of("mount", "pid", "user", "time")))
                                .uidMappings(OWN)
                                .gidMappings(OWN)
                                .timeOffsets(Map.of("monotonic", new LinuxTimeOffset(10, 0))))
                        .spec(),
                Machines.user()));
    }

    private static void volumes(List<Golden> all) {
        Wanted w = new Wanted();
        for (String propagation : List.of(
                "", "private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable")) {
            w.mount(OciMount.of(
                    "/data/" + (propagation.isEmpty() ? "plain" : propagation),
                    "bind",
                    "/srv/data",
                    propagation.isEmpty() ? List.of("rbind") : List.of("rbind", propagation)));
        }
        all.add(new Golden("volumes-propagation", w.spec(), Machines.root(Machines.v1())));
        Wanted options = new Wanted()
                .mount(
                        OciMount.of("/ro", "bind", "/srv/data", List.of("bind", "ro", "nosuid", "nodev", "noexec")),
                        OciMount.of("/rro", "bind", "/srv/data", List.of("rbind", "rro", "noatime")),
                        OciMount.of("/etc/settings", "bind", "/srv/settings", List.of("bind", "ro")),
                        OciMount.of("/scratch", "tmpfs", "tmpfs", List.of("size=64m", "mode=1777", "noexec")));
        all.add(new Golden(
                "volumes-options",
                options.spec(),
                Machines.facts(
                        Arch.X86_64, 0, EnumSet.allOf(Capability.class), Machines.v1(), 0, Set.of("/srv/settings"))));
    }

    static SeccompFilter filter() {
        return new SeccompCompiler(Arch.X86_64, SeccompCompiler.NewerCalls.ENOSYS)
                .compile(SeccompProfile.standard().policy(Arch.X86_64, new TreeSet<>(Defaults.CAPABILITIES), 6, 12));
    }

    @Override
    public String toString() {
        return name;
    }
}
