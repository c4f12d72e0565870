package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.MountAttribute;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStatus;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What criu does not bring back of a container's protection, measured with criu 3.17: that the root and some mounts from
 * outside are read-only, and that execve(2) grants nothing. The first is done again before the processes go on; the second
 * only they could do, so a container that is to have it does not go on without.
 *
 * @param place      a mount's place in the container
 * @param attributes what is set on it
 * @param recursive  and on all below
 */
record RestoredProtection(String place, Set<MountAttribute> attributes, boolean recursive) {
    RestoredProtection {
        attributes = Set.copyOf(attributes);
    }

    /** What a configuration says of its mounts: a pure function. */
    static List<RestoredProtection> of(OciSpec config) {
        List<RestoredProtection> all = new ArrayList<>();
        if (config.root() != null && config.root().readonly()) {
            all.add(new RestoredProtection("/", Set.of(MountAttribute.READ_ONLY), false));
        }
        for (OciMount m : config.mounts()) {
            if (CriuPlan.isBind(m)) {
                MountOptions options = MountOptions.parse("mounts", m.options());
                add(all, m.destination(), options.set(), false);
                add(all, m.destination(), options.recursiveSet(), true);
            }
        }
        OciLinux linux = config.linux();
        for (String path : linux == null ? List.<String>of() : linux.maskedPaths()) {
            all.add(new RestoredProtection(
                    path, Set.of(MountAttribute.READ_ONLY, MountAttribute.NOSUID, MountAttribute.NOEXEC), false));
        }
        return all;
    }

    private static void add(List<RestoredProtection> all, String place, List<String> names, boolean recursive) {
        Set<MountAttribute> attributes = new java.util.TreeSet<>();
        for (String name : names) {
            switch (name) {
                case "MOUNT_ATTR_RDONLY" -> attributes.add(MountAttribute.READ_ONLY);
                case "MOUNT_ATTR_NOSUID" -> attributes.add(MountAttribute.NOSUID);
                case "MOUNT_ATTR_NODEV" -> attributes.add(MountAttribute.NODEV);
                case "MOUNT_ATTR_NOEXEC" -> attributes.add(MountAttribute.NOEXEC);
                case "MOUNT_ATTR_NOSYMFOLLOW" -> attributes.add(MountAttribute.NOSYMFOLLOW);
                default -> {
                    // A way of access times protects nothing.
                }
            }
        }
        if (!attributes.isEmpty()) {
            all.add(new RestoredProtection(place, attributes, recursive));
        }
    }

    /**
     * Protects a container whose processes are there again and stand still.
     *
     * @param config with places in which there is no link
     * @param pid    its first process
     * @throws ContainerException if that cannot be
     */
    static void apply(OciSpec config, int pid) {
        List<RestoredProtection> all = of(config);
        // In another mount namespace no class is found: what is needed is loaded by a try that changes nothing.
        new RestoredProtection("/proc/self/no-such-file", Set.of(MountAttribute.READ_ONLY), true).apply();
        try (Namespace mounts = Namespace.of(NamespaceKind.MOUNT, pid).orElseThrow()) {
            NamespaceThread.create().join(mounts).call(() -> {
                for (int i = 0; i < all.size(); i++) {
                    all.get(i).apply();
                }
                return true;
            });
        }
        OciProcess process = config.process();
        boolean kept = Proc.status(pid).map(ProcStatus::noNewPrivs).orElse(false);
        if (process != null && process.noNewPrivileges() && !kept) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    "process.noNewPrivileges: criu has not restored it: the processes could get privileges by execve"
                            + "\n  likely cause: criu keeps it from version 3.18 on"
                            + "\n  mend: a newer criu; or noNewPrivileges false, if the container may do without");
        }
    }

    /** A place that is no mount is one that was not hidden, as there was nothing. */
    private void apply() {
        MountChange change = MountChange.create().set(attributes.toArray(MountAttribute[]::new));
        try {
            (recursive ? change.recursive() : change).apply(Path.of(place));
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR && e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
    }
}
