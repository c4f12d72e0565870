package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capability;
import dev.alcove.spec.LinuxBlockIo;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxIntelRdt;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxMemoryPolicy;
import dev.alcove.spec.LinuxPersonality;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxScheduler;
import dev.alcove.spec.LinuxTimeOffset;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.Uint64;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each thing that cannot be is refused before anything is made, with the field and the value. */
class PlannerRefusalsTest {
    /** Something wanted that cannot be, on a machine, and what the message must hold. */
    record Case(Wanted wanted, HostFacts facts, List<String> said) {
        @Override
        public String toString() {
            return String.join(" ", said);
        }
    }

    private static final List<Case> ALL = new ArrayList<>();

    private static void root(Wanted wanted, String... said) {
        ALL.add(new Case(wanted, Machines.root(Machines.v1()), List.of(said)));
    }

    static List<Case> cases() {
        ALL.clear();
        List<LinuxIdMapping> own = List.of(new LinuxIdMapping(0, 1000, 1));
        root(new Wanted().config(c -> c.process(null)), "process");
        root(new Wanted().process(p -> p.args(List.of())), "process.args");
        root(new Wanted().process(p -> p.args(List.of(""))), "process.args");
        root(new Wanted().process(p -> p.args(List.of("a\0b"))), "NUL");
        root(new Wanted().process(p -> p.cwd("relative/dir")), "process.cwd", "'relative/dir'");
        root(new Wanted().process(p -> p.env(List.of("PATH="))), "process.env", "PATH");
        root(new Wanted().process(p -> p.env(List.of("PATH=/bin", "novalue"))), "process.env[1]", "'novalue'");
        root(new Wanted().process(p -> p.oomScoreAdj(1001)), "process.oomScoreAdj", "1001");
        root(new Wanted().process(p -> p.oomScoreAdj(-1001)), "process.oomScoreAdj", "-1001");
        root(
                new Wanted().process(p -> p.user(new OciUser(0, 0, 01000L, List.of(), ""))),
                "process.user.umask",
                "01000");
        root(
                new Wanted().process(p -> p.rlimits(List.of(new PosixRlimit("RLIMIT_NOPE", Uint64.ZERO, Uint64.ZERO)))),
                "process.rlimits[0].type",
                "'RLIMIT_NOPE'");
        root(
                new Wanted()
                        .process(p -> p.rlimits(List.of(new PosixRlimit("RLIMIT_CPU", Uint64.of(1), Uint64.of(2))))),
                "process.rlimits[0]",
                "soft",
                "'2'");
        root(new Wanted().process(p -> p.capabilities(Wanted.capabilities("CAP_NOPE"))), "capabilities", "CAP_NOPE");
        root(
                new Wanted()
                        .process(p -> p.capabilities(new LinuxCapabilities(
                                List.of(), List.of(), List.of(), List.of(), List.of("CAP_NOPE")))),
                "ambient",
                "CAP_NOPE");
        root(new Wanted().namespaces("mount", "pid", "nope"), "linux.namespaces[2].type", "'nope'");
        root(new Wanted().namespaces("mount", "mount"), "linux.namespaces[1].type", "'mount'", "twice");
        root(new Wanted().namespaces("pid"), "linux.namespaces", "mount namespace");
        root(new Wanted().user(List.of()), "linux.uidMappings");
        root(
                new Wanted().linux(l -> l.timeOffsets(Map.of("monotonic", new LinuxTimeOffset(1, 0)))),
                "linux.timeOffsets");
        root(
                new Wanted()
                        .namespaces("mount", "time")
                        .linux(l -> l.timeOffsets(Map.of("realtime", new LinuxTimeOffset(1, 0)))),
                "linux.timeOffsets",
                "'realtime'");
        root(new Wanted().linux(l -> l.rootfsPropagation("sideways")), "linux.rootfsPropagation", "'sideways'");
        root(
                new Wanted().linux(l -> l.sysctl(Map.of("kernel.core_pattern", "|/x"))),
                "linux.sysctl",
                "kernel.core_pattern",
                "whole machine");
        root(
                new Wanted().linux(l -> l.sysctl(Map.of("net.../../kernel.core_pattern", "|/x"))),
                "linux.sysctl",
                "core_pattern");
        root(
                new Wanted().namespaces("mount", "pid").linux(l -> l.sysctl(Map.of("net.ipv4.ip_forward", "1"))),
                "linux.sysctl",
                "net.ipv4.ip_forward");
        root(
                new Wanted().linux(l -> l.devices(List.of(new LinuxDevice("/dev/x", "q", 1L, 3L, null, null, null)))),
                "linux.devices[0].type",
                "'q'");
        root(
                new Wanted().linux(l -> l.devices(List.of(new LinuxDevice("x", "c", 1L, 3L, null, null, null)))),
                "linux.devices[0].path",
                "'x'");
        root(mounts(OciMount.of("/a", "bind", "/srv", List.of("bind", "size=1"))), "mounts[7].options", "'size=1'");
        root(mounts(OciMount.of("/a", "bind", "/srv", List.of("bind", "idmap"))), "mounts[7].options", "'idmap'");
        configurations();
        root(new Wanted().config(c -> c.hostname("x".repeat(65))), "hostname", "65");
        root(new Wanted().config(c -> c.domainname("y".repeat(65))), "domainname", "65");
        root(
                new Wanted()
                        .resources(LinuxResources.builder()
                                .cpu(LinuxCpu.builder().cpus("0-4").build())
                                .build()),
                "linux.resources.cpu.cpus",
                "'0-4'",
                "this machine has 0-3");
        root(
                new Wanted()
                        .resources(LinuxResources.builder()
                                .cpu(LinuxCpu.builder().mems("1").build())
                                .build()),
                "linux.resources.cpu.mems",
                "'1'",
                "this machine has 0");
        ALL.add(new Case(
                new Wanted().process(p -> p.capabilities(Wanted.capabilities("CAP_SYS_TIME"))),
                Machines.facts(Arch.X86_64, 0, EnumSet.of(Capability.SYS_ADMIN), Machines.v1(), 0, Set.of()),
                List.of("process.capabilities.permitted (--cap-add)", "'CAP_SYS_TIME'", "mend: ")));
        root(new Wanted().timeout(Duration.ofSeconds(-1)), "timeout", "-1");
        ALL.add(new Case(
                new Wanted().landlock("ro:/"),
                Machines.facts(Arch.X86_64, 0, EnumSet.allOf(Capability.class), Machines.v1(), 0, Set.of()),
                List.of("landlock")));
        ALL.add(new Case(new Wanted(), Machines.user(), List.of("CAP_SYS_ADMIN")));
        ALL.add(new Case(
                new Wanted().user(own).process(p -> p.user(new OciUser(0, 0, null, List.of(5L), ""))),
                Machines.user(),
                List.of("process.user.additionalGids")));
        ALL.add(new Case(
                new Wanted().linux(l -> l.cgroupsPath("/../etc")),
                Machines.root(Machines.v2("/", Optional.of("/"))),
                List.of("cgroup", "/../etc")));
        return List.copyOf(ALL);
    }

    /** What only configurations ask for. */
    private static void configurations() {
        scheduler(new LinuxScheduler("SCHED_ISO", null, null, List.of(), null, null, null), "policy");
        scheduler(new LinuxScheduler("SCHED_FIFO", 3, 5, List.of(), null, null, null), "nice");
        scheduler(new LinuxScheduler("SCHED_OTHER", null, 5, List.of(), null, null, null), "priority");
        scheduler(new LinuxScheduler("SCHED_RR", null, 100, List.of(), null, null, null), "priority");
        scheduler(new LinuxScheduler("SCHED_IDLE", null, null, List.of(), Uint64.of(1), null, null), "runtime");
        scheduler(new LinuxScheduler("SCHED_DEADLINE", null, null, List.of(), null, null, null), "runtime");
        memoryPolicy(new LinuxMemoryPolicy("MPOL_LOCAL", "0", List.of()), "nodes", "MPOL_LOCAL");
        memoryPolicy(new LinuxMemoryPolicy("MPOL_BIND", "", List.of()), "nodes", "MPOL_BIND");
        memoryPolicy(new LinuxMemoryPolicy("MPOL_BIND", "7", List.of()), "nodes", "'7'");
        memoryPolicy(
                new LinuxMemoryPolicy("MPOL_BIND", "0", List.of("MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES")),
                "flags");
        memoryPolicy(new LinuxMemoryPolicy("MPOL_LOCAL", "", List.of("MPOL_F_STATIC_NODES")), "flags");
        memoryPolicy(new LinuxMemoryPolicy("MPOL_INTERLEAVE", "0", List.of("MPOL_F_NUMA_BALANCING")), "flags");
        root(
                new Wanted().linux(l -> l.personality(new LinuxPersonality("LINUX", List.of("ADDR_NO_RANDOMIZE")))),
                "linux.personality.flags",
                "ADDR_NO_RANDOMIZE");
        root(new Wanted().process(p -> p.apparmorProfile("x")), "process.apparmorProfile", "AppArmor", "mend:");
        root(new Wanted().process(p -> p.selinuxLabel("x")), "process.selinuxLabel", "SELinux");
        root(new Wanted().linux(l -> l.mountLabel("x")), "linux.mountLabel", "SELinux");
        root(
                new Wanted().linux(l -> l.intelRdt(new LinuxIntelRdt("a", List.of(), "", "", false, false, false))),
                "linux.intelRdt",
                "/sys/fs/resctrl");
        root(new Wanted().linux(l -> l.cgroupsPath("system.slice:oci:box")), "linux.cgroupsPath", "systemd");
        root(mounts(OciMount.of("/a", "tmpfs", "tmpfs", List.of("remount"))), "mounts[7].options", "'remount'");
        root(mounts(OciMount.of("/a", "bind", "/srv", List.of("bind", "tmpcopyup"))), "mounts[7].options", "tmpfs");
        var ids = List.of(new LinuxIdMapping(0, 1000, 1));
        ALL.add(new Case(
                new Wanted().user(ids).mount(new OciMount("/a", "bind", "/srv", List.of("bind", "idmap"), ids, ids)),
                Machines.user(),
                List.of("mounts[7]", "CAP_SYS_ADMIN")));
        memory(LinuxMemory.builder().kernel(1L << 20).build(), "kernel");
        memory(LinuxMemory.builder().useHierarchy(false).build(), "useHierarchy");
        root(
                new Wanted()
                        .resources(LinuxResources.builder()
                                .blockIo(new LinuxBlockIo(
                                        null, 500, List.of(), List.of(), List.of(), List.of(), List.of()))
                                .build()),
                "linux.resources.blockIO.leafWeight");
    }

    private static void scheduler(LinuxScheduler scheduler, String property) {
        root(new Wanted().process(p -> p.scheduler(scheduler)), "process.scheduler." + property);
    }

    private static void memoryPolicy(LinuxMemoryPolicy policy, String property, String... more) {
        root(new Wanted().linux(l -> l.memoryPolicy(policy)), "linux.memoryPolicy." + property, String.join("", more));
    }

    private static void memory(LinuxMemory memory, String property) {
        root(
                new Wanted().resources(LinuxResources.builder().memory(memory).build()),
                "linux.resources.memory." + property);
    }

    private static Wanted mounts(OciMount mount) {
        return new Wanted().mount(mount);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedByName(Case c) {
        assertThatThrownBy(() -> ProgramEncoder.encode(Planner.plan(c.wanted().spec(), c.facts())))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> org.assertj.core.api.Assertions.assertThat(e.getMessage())
                        .contains(c.said()));
    }

    @Test
    void aLimitWithoutItsControllerIsRefused() {
        Wanted wanted = new Wanted()
                .resources(LinuxResources.builder()
                        .blockIo(new LinuxBlockIo(
                                null,
                                null,
                                List.of(),
                                List.of(new dev.alcove.spec.LinuxThrottleDevice(8, 0, Uint64.of(1))),
                                List.of(),
                                List.of(),
                                List.of()))
                        .build());
        assertThatThrownBy(() -> Planner.plan(wanted.spec(), Machines.root(Machines.v1())))
                .isInstanceOf(dev.alcove.linux.CgroupUnavailableException.class)
                .hasMessageContaining("blkio");
    }

    @Test
    void builderRefusesWhatNeedsNoMachine() {
        assertThatThrownBy(() -> new ContainerBuilder(List.of()).explain())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("command");
        assertThatThrownBy(() -> new ContainerBuilder("true").file("relative", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'relative'");
        assertThatThrownBy(() -> new ContainerBuilder("true").id("a/b").explain())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a/b'");
        assertThatThrownBy(() ->
                        new ContainerBuilder("true").hostname("x".repeat(65)).explain())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hostname");
    }
}
