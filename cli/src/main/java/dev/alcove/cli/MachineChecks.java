package dev.alcove.cli;

import dev.alcove.linux.Arch;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.NamespaceKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the kernel has. */
final class MachineChecks {
    /** 5.15. */
    private static final int OLDEST = 5015;

    private MachineChecks() {}

    static void kernel(List<Finding> findings) {
        int version = Kernel.version();
        String text =
                version / 1000 + "." + version % 1000 + " on " + Arch.host().machine();
        findings.add(
                version >= OLDEST
                        ? Finding.ok("kernel", text)
                        : Finding.missing("kernel", text, "install Linux 5.15 or newer"));
    }

    static void namespaces(List<Finding> findings) {
        for (NamespaceKind kind : NamespaceKind.values()) {
            String name = kind.fileName();
            String what = name + " namespaces";
            String limit = "max_" + (kind == NamespaceKind.MOUNT ? "mnt" : name) + "_namespaces";
            Optional<String> most = line("/proc/sys/user/" + limit);
            boolean needed = kind != NamespaceKind.TIME && kind != NamespaceKind.USER;
            if (!Files.exists(Path.of("/proc/self/ns", name))) {
                String mend = "use a kernel with CONFIG_" + name.toUpperCase(Locale.ROOT) + "_NS";
                findings.add(
                        needed
                                ? Finding.missing(what, "not in this kernel", mend)
                                : Finding.partly(what, "not in this kernel", mend));
            } else if (most.isPresent() && most.get().equals("0")) {
                String mend = "sysctl -w user." + limit + "=15000";
                findings.add(
                        needed
                                ? Finding.missing(what, "user." + limit + " is 0", mend)
                                : Finding.partly(what, "user." + limit + " is 0", mend));
            } else {
                findings.add(Finding.ok(what, most.isPresent() ? "up to " + most.get() : "there"));
            }
        }
    }

    static void cgroups(List<Finding> findings) {
        CgroupLayout layout = CgroupLayout.read();
        String mode = layout.mode().name().toLowerCase(Locale.ROOT);
        if (layout.hierarchies().isEmpty()) {
            findings.add(Finding.partly(
                    "control groups", "none mounted", "mount -t cgroup2 cgroup2 /sys/fs/cgroup; limits need them"));
            return;
        }
        findings.add(Finding.ok("control groups", mode));
        for (CgroupController c : new CgroupController[] {
            CgroupController.CPU,
            CgroupController.CPUSET,
            CgroupController.MEMORY,
            CgroupController.PIDS,
            CgroupController.BLKIO,
            CgroupController.DEVICES,
            CgroupController.FREEZER
        }) {
            String what = "  " + c.v1Name();
            Optional<CgroupHierarchy> hierarchy = layout.of(c);
            if (hierarchy.isEmpty()) {
                findings.add(Finding.partly(what, "not there", "boot with it; its limits are refused until then"));
            } else if (hierarchy.get().base().isEmpty()) {
                findings.add(Finding.partly(
                        what,
                        "not this user's to change",
                        "run as root, or systemd-run --user --scope -p Delegate=yes alcove …"));
            } else {
                findings.add(Finding.ok(
                        what,
                        "v" + hierarchy.get().version() + " at "
                                + hierarchy.get().mountPoint()));
            }
        }
    }

    static void security(List<Finding> findings) {
        Optional<String> actions = line("/proc/sys/kernel/seccomp/actions_avail");
        findings.add(
                actions.isPresent()
                        ? Finding.ok("seccomp", actions.get())
                        : Finding.missing("seccomp", "not in this kernel", "use a kernel with CONFIG_SECCOMP_FILTER"));
        int landlock = Kernel.landlockVersion();
        findings.add(
                landlock > 0
                        ? Finding.ok("landlock", "version " + landlock)
                        : Finding.partly(
                                "landlock",
                                "not in this kernel, or not enabled",
                                "boot with lsm=landlock,…; --landlock needs it"));
        boolean overlay = false;
        for (String entry : lines("/proc/filesystems")) {
            overlay |= entry.strip().equals("nodev\toverlay") || entry.endsWith("\toverlay");
        }
        findings.add(
                overlay
                        ? Finding.ok("overlay file system", "there")
                        : Finding.partly("overlay file system", "not loaded", "modprobe overlay; --overlay needs it"));
    }

    /** A file's first line, if it can be read. */
    static Optional<String> line(String file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? Optional.empty() : Optional.of(lines.getFirst().strip());
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return new ArrayList<>();
        }
    }
}
