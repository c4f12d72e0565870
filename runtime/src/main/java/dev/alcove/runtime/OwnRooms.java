package dev.alcove.runtime;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Namespaces that a configuration joins by path and that turn out to be the caller's own: what looks like a room of
 * somebody's is the one that we are in.
 */
final class OwnRooms {
    private OwnRooms() {}

    /**
     * Leaves out the user namespace if it is the caller's own: setns(2) refuses it (EINVAL), though nothing is to be done.
     * An ordinary user's podman asks for it with {@code --userns container:ID}, since it is in that namespace itself.
     *
     * @throws SpecException if a kernel parameter would be set in a namespace of the caller's own, where others use it
     */
    static OciSpec without(OciSpec config) {
        OciLinux linux = config.linux();
        if (linux == null) {
            return config;
        }
        List<LinuxNamespace> kept = new ArrayList<>();
        boolean changed = false;
        for (LinuxNamespace ns : linux.namespaces()) {
            NamespaceKind kind = NamespaceKind.named(ns.type()).orElse(null);
            if (kind == null || ns.path().isEmpty() || !isOwn(kind, ns.path())) {
                kept.add(ns);
                continue;
            }
            refuseSysctls(linux, kind, ns.path());
            if (kind == NamespaceKind.USER) {
                changed = true;
            } else {
                kept.add(ns);
            }
        }
        return changed
                ? config.toBuilder()
                        .linux(linux.toBuilder().namespaces(kept).build())
                        .build()
                : config;
    }

    private static boolean isOwn(NamespaceKind kind, String path) {
        try {
            return Files.isSameFile(Path.of("/proc/self/ns", kind.fileName()), Path.of(path));
        } catch (IOException e) {
            // It is not there, or not to be looked at: joining it will say so.
            return false;
        }
    }

    /** The kernel takes a parameter for the namespace of whoever writes it: here that would be the caller's. */
    private static void refuseSysctls(OciLinux linux, NamespaceKind kind, String path) {
        for (String key : linux.sysctl().keySet()) {
            Sysctl.Scope scope = Sysctl.parse(key + "=0").scope();
            if (kind == (scope == Sysctl.Scope.NETWORK ? NamespaceKind.NET : NamespaceKind.IPC)) {
                throw SpecException.of(
                        "linux.sysctl",
                        "'" + key + "' is not allowed: " + path + " is the caller's own " + kind.fileName()
                                + " namespace, which others use");
            }
        }
    }
}
