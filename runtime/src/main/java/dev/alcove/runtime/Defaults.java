package dev.alcove.runtime;

import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.OciMount;
import java.util.ArrayList;
import java.util.List;

/** What a container has when nobody says otherwise: docker's defaults, nowhere weaker. */
final class Defaults {
    /** docker's default capabilities. */
    static final List<String> CAPABILITIES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_MKNOD",
            "CAP_NET_RAW",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETFCAP",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_CHROOT",
            "CAP_KILL",
            "CAP_AUDIT_WRITE");

    static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware");

    static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Defaults() {}

    static LinuxCapabilities capabilities(List<String> names) {
        return new LinuxCapabilities(names, names, List.of(), names, List.of());
    }

    /**
     * docker's default mounts.
     *
     * @param shm      bytes of /dev/shm; negative for none
     * @param ttyGroup whether group 5, tty, exists in the container's user namespace
     * @param sysfs    whether the network is the container's own: only then can sysfs be mounted
     */
    static List<OciMount> mounts(long shm, boolean ttyGroup, boolean sysfs, boolean mqueue, boolean writableSystem) {
        List<OciMount> m = new ArrayList<>();
        String access = writableSystem ? "rw" : "ro";
        m.add(OciMount.of("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")));
        m.add(OciMount.of("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")));
        List<String> pts = new ArrayList<>(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
        if (ttyGroup) {
            pts.add("gid=5");
        }
        m.add(OciMount.of("/dev/pts", "devpts", "devpts", pts));
        if (sysfs) {
            m.add(OciMount.of("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", access)));
            m.add(OciMount.of("/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", access)));
        } else {
            m.add(OciMount.of("/sys", "bind", "/sys", List.of("rbind", "rnosuid", "rnoexec", "rnodev", "rro")));
        }
        if (mqueue) {
            m.add(OciMount.of("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")));
        }
        if (shm >= 0) {
            m.add(OciMount.of(
                    "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + shm)));
        }
        return m;
    }

    /** docker's default device rules: the harmless nodes, terminals, and that any node may be made. */
    static final List<LinuxDeviceCgroup> DEVICE_RULES = deviceRules();

    private static List<LinuxDeviceCgroup> deviceRules() {
        List<LinuxDeviceCgroup> rules = new ArrayList<>();
        rules.add(new LinuxDeviceCgroup(false, "a", null, null, "rwm"));
        rules.add(new LinuxDeviceCgroup(true, "c", null, null, "m"));
        rules.add(new LinuxDeviceCgroup(true, "b", null, null, "m"));
        for (long[] d : new long[][] {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 1}, {5, 2}}) {
            rules.add(new LinuxDeviceCgroup(true, "c", d[0], d[1], "rwm"));
        }
        rules.add(new LinuxDeviceCgroup(true, "c", 136L, null, "rwm"));
        return rules;
    }
}
