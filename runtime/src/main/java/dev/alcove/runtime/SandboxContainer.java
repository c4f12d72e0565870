package dev.alcove.runtime;

import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupUnavailableException;
import dev.alcove.linux.CgroupWrites;
import dev.alcove.linux.Kernel;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxPids;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.Uint64;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The container that a {@link Sandbox} becomes: what it sees, who it is, what it may take, and the command line of its JVM. */
final class SandboxContainer {
    private static final long NOBODY = 65534;
    private static final long PERIOD = 100_000;
    private static final long MIB = 1 << 20;

    private final Sandbox sandbox;
    private final SandboxSupervisor supervisor;

    SandboxContainer(Sandbox sandbox, SandboxSupervisor supervisor) {
        this.sandbox = sandbox;
        this.supervisor = supervisor;
    }

    /** A builder of it, but for the streams. */
    ContainerBuilder builder() {
        ContainerBuilder b = new ContainerBuilder(command());
        b.rootfs(Rootfs.empty())
                .readOnly(true)
                .directory("/tmp")
                .hostname("sandbox")
                .loopback(false)
                .noNewPrivileges(true)
                .timeout(sandbox.timeout)
                .seccomp(SeccompChoice.filter(SandboxPolicy.filter()))
                .supervisor(supervisor)
                .user(new OciUser(NOBODY, NOBODY, null, List.of(), ""));
        b.capabilities().clear();
        b.maskedPaths().clear();
        b.readOnlyPaths().clear();
        users(b);
        environment(b.environment());
        mounts(b);
        if (Kernel.landlockVersion() > 0) {
            b.landlock(new LandlockRule(false, "/"));
            b.landlock(new LandlockRule(true, "/tmp"));
            b.landlock(new LandlockRule(true, "/dev/null"));
        }
        limits(b);
        return b;
    }

    /** Of a user namespace of its own: for root its users are nobody's outside, for others the caller itself. */
    private static void users(ContainerBuilder b) {
        Caller caller = Caller.read();
        if (caller.hasUnusedIds()) {
            b.idMappings(caller.uidMappings(), caller.gidMappings());
        } else if (!caller.privileged()) {
            b.idMappings(
                    List.of(new LinuxIdMapping(NOBODY, caller.uid(), 1)),
                    List.of(new LinuxIdMapping(
                            NOBODY, ThisProcess.status().gids().get(1), 1)));
        }
    }

    private void environment(Map<String, String> environment) {
        environment.clear();
        environment.put("HOME", "/tmp");
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("MALLOC_ARENA_MAX", "2");
        environment.putAll(sandbox.environment);
    }

    private void mounts(ContainerBuilder b) {
        List<String> readOnly = List.of("rbind", "rro", "rnosuid", "rnodev");
        b.mount(OciMount.of("/proc", "proc", "proc", List.of("ro", "nosuid", "noexec", "nodev", "subset=pid")));
        b.mount(OciMount.of("/dev", "tmpfs", "tmpfs", List.of("nosuid", "noexec", "mode=755", "size=64k")));
        b.mount(OciMount.of(
                "/tmp",
                "tmpfs",
                "tmpfs",
                List.of("nosuid", "nodev", "noexec", "mode=1777", "size=" + sandbox.temp.value())));
        JavaView.own().places().forEach((inside, outside) -> b.mount(OciMount.of(inside, "bind", outside, readOnly)));
        for (int i = 0; i < sandbox.classPath.size(); i++) {
            b.mount(OciMount.of(
                    entry(i), "bind", sandbox.classPath.get(i).toAbsolutePath().toString(), readOnly));
        }
        for (Path path : sandbox.readable) {
            b.mount(OciMount.of(path.toString(), "bind", path.toString(), readOnly));
        }
    }

    /** Where an entry of the class path is inside; a colon in its name would part it in two. */
    private String entry(int i) {
        Path name = sandbox.classPath.get(i).toAbsolutePath().normalize().getFileName();
        return "/app/" + i + "/" + (name == null ? "classes" : name.toString().replace(':', '_'));
    }

    private List<String> command() {
        List<String> c = new ArrayList<>(List.of(JavaView.HOME + "/bin/java"));
        boolean collector = false;
        for (String option : sandbox.options) {
            collector |= option.startsWith("-XX:+Use") && option.endsWith("GC");
        }
        if (!collector) {
            c.add("-XX:+UseSerialGC");
        }
        if (sandbox.shortLived()) {
            c.add("-XX:TieredStopAtLevel=1");
        }
        c.add("-XX:-UsePerfData");
        c.add("-XX:-UseContainerSupport");
        c.add("-XX:+DisableAttachMechanism");
        c.add("-XX:-CreateCoredumpOnCrash");
        c.add("-XX:+ErrorFileToStderr");
        c.add("-XX:+DisplayVMOutputToStderr");
        c.add("-XX:+ExitOnOutOfMemoryError");
        c.add("-XX:ActiveProcessorCount=" + (int) Math.ceil(sandbox.cpus));
        c.add("-Xmx" + heap(sandbox.memory) / MIB + "m");
        c.add("-XX:MaxDirectMemorySize=" + sandbox.memory.value());
        c.add("-Dstdout.encoding=UTF-8");
        c.add("-Dstderr.encoding=UTF-8");
        c.add("-Duser.name=sandbox");
        c.add("-Duser.home=/tmp");
        c.add(sandbox.nativeAccess ? "--enable-native-access=ALL-UNNAMED" : "--illegal-native-access=deny");
        c.addAll(sandbox.options);
        sandbox.properties.forEach((name, value) -> c.add("-D" + name + "=" + value));
        if (sandbox.mainClass.isEmpty()) {
            c.add("-jar");
            c.add(entry(0));
        } else {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < sandbox.classPath.size(); i++) {
                path.append(i == 0 ? "" : ":").append(entry(i));
            }
            c.add("-cp");
            c.add(path.toString());
            c.add(sandbox.mainClass);
        }
        c.addAll(sandbox.arguments);
        return c;
    }

    /** What the JVM's own code, stacks and compiled code leave: a quarter goes to them, 40 to 256 MiB. */
    static long heap(Bytes memory) {
        long own = Math.min(256 * MIB, Math.max(40 * MIB, memory.value() / 4));
        return memory.value() - own;
    }

    private void limits(ContainerBuilder b) {
        CgroupLayout layout = ThisProcess.cgroups();
        LinuxMemory memory = layout.swapLimit() == CgroupLayout.SwapLimit.YES
                ? LinuxMemory.builder()
                        .limit(sandbox.memory.value())
                        .swap(sandbox.memory.value())
                        .build()
                : LinuxMemory.builder().limit(sandbox.memory.value()).build();
        LinuxResources wanted = LinuxResources.builder()
                .memory(memory)
                .pids(new LinuxPids((long) sandbox.threads))
                .cpu(LinuxCpu.builder()
                        .quota(Math.round(sandbox.cpus * PERIOD))
                        .period(Uint64.of(PERIOD))
                        .build())
                .build();
        try {
            CgroupWrites.plan(layout, "alcove-" + b.id(), Limits.of(wanted));
            b.limits(r -> r.memory(wanted.memory()).pids(wanted.pids()).cpu(wanted.cpu()));
            supervisor.group("alcove-" + b.id());
        } catch (CgroupUnavailableException e) {
            if (!sandbox.withoutCgroups) {
                throw new ContainerException(
                        ContainerException.Kind.UNSUPPORTED,
                        "the sandbox cannot be limited: " + e.limit() + ": " + e.missing()
                                + "\n  likely cause: this user may not make control groups here"
                                + "\n  mend: " + e.mend()
                                + "; or call withoutCgroups(true), by which the process itself is limited",
                        e);
            }
            b.rlimit(rlimit("RLIMIT_DATA", sandbox.memory.value()));
            b.rlimit(rlimit("RLIMIT_NPROC", sandbox.threads));
        }
        b.rlimit(rlimit("RLIMIT_CORE", 0));
    }

    private static PosixRlimit rlimit(String type, long value) {
        return new PosixRlimit(type, Uint64.of(value), Uint64.of(value));
    }
}
