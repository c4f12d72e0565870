package dev.alcove.oci;

import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciLinuxBuilder;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.Uint64;
import java.util.ArrayList;
import java.util.List;

/** The configuration that {@code spec} writes: a shell with a terminal, on a read-only root file system. */
final class StarterSpec {
    private static final List<String> CAPABILITIES = List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
    private static final int OPEN_FILES = 1024;

    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/sys/devices/virtual/powercap",
            "/sys/firmware",
            "/proc/scsi");

    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private StarterSpec() {}

    /**
     * Makes it.
     *
     * @param rootless for an ordinary user: with a user namespace in which the caller is root, with the caller's network,
     *     and without what only root may do
     * @param caller   the caller's ids
     */
    static OciSpec of(boolean rootless, OciContext.Caller caller) {
        OciProcess process = OciProcess.builder()
                .terminal(true)
                .user(OciUser.root())
                .args(List.of("sh"))
                .env(List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"))
                .cwd("/")
                .capabilities(new LinuxCapabilities(CAPABILITIES, CAPABILITIES, List.of(), CAPABILITIES, List.of()))
                .rlimits(List.of(new PosixRlimit("RLIMIT_NOFILE", Uint64.of(OPEN_FILES), Uint64.of(OPEN_FILES))))
                .noNewPrivileges(true)
                .build();
        return OciSpec.builder()
                .ociVersion(OciCommands.SPEC_VERSION)
                .process(process)
                .root(new OciRoot("rootfs", true))
                .hostname(OciCommands.NAME)
                .mounts(mounts(rootless))
                .linux(linux(rootless, caller))
                .build();
    }

    private static List<OciMount> mounts(boolean rootless) {
        List<String> terminals =
                new ArrayList<>(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
        if (!rootless) {
            // Group 5, tty, is not among the ids of an ordinary user's namespace.
            terminals.add("gid=5");
        }
        return List.of(
                OciMount.of("/proc", "proc", "proc", List.of()),
                OciMount.of("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
                OciMount.of("/dev/pts", "devpts", "devpts", terminals),
                OciMount.of(
                        "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")),
                OciMount.of("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")),
                // sysfs can only be mounted by whoever made the network namespace.
                rootless
                        ? OciMount.of("/sys", "none", "/sys", List.of("rbind", "nosuid", "noexec", "nodev", "ro"))
                        : OciMount.of("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")),
                OciMount.of(
                        "/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "relatime", "ro")));
    }

    private static OciLinux linux(boolean rootless, OciContext.Caller caller) {
        List<LinuxNamespace> namespaces = new ArrayList<>();
        for (String kind : List.of("pid", "network", "ipc", "uts", "mount", "cgroup", "user")) {
            boolean left = rootless ? kind.equals("network") : kind.equals("user");
            if (!left) {
                namespaces.add(new LinuxNamespace(kind, ""));
            }
        }
        OciLinuxBuilder linux =
                OciLinux.builder().namespaces(namespaces).maskedPaths(MASKED).readonlyPaths(READ_ONLY);
        if (rootless) {
            linux.uidMappings(List.of(new LinuxIdMapping(0, caller.uid(), 1)))
                    .gidMappings(List.of(new LinuxIdMapping(0, caller.gid(), 1)));
        } else {
            LinuxDeviceCgroup none = new LinuxDeviceCgroup(false, "", null, null, "rwm");
            linux.resources(LinuxResources.builder().devices(List.of(none)).build());
        }
        return linux.build();
    }
}
