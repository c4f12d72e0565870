package dev.alcove.lens;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Inode;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Handles of namespaces that a snapshot showed, and short visits in them. */
final class Entered {
    private Entered() {}

    /**
     * Runs something inside, on a thread of its own, unless the namespace is this process's anyway.
     *
     * @return its result, or empty if the caller may not go there, or the namespace is gone
     */
    static <T> Optional<T> in(Snapshot now, SeenNamespace ns, NamespaceThread.Action<T, RuntimeException> action) {
        Optional<Inode> own = Namespace.identity(ns.kind(), Kernel.pid());
        if (own.isPresent() && own.get().number() == ns.number()) {
            return Optional.of(action.call());
        }
        try (Namespace handle = open(now, ns).orElse(null)) {
            if (handle == null) {
                return Optional.empty();
            }
            return Optional.of(NamespaceThread.create().join(handle).call(action));
        } catch (LinuxException e) {
            unlessRefused(e);
            return Optional.empty();
        }
    }

    /** A handle by one of the things that keep it. */
    static Optional<Namespace> open(Snapshot now, SeenNamespace ns) {
        Optional<Inode> own = Namespace.identity(NamespaceKind.USER, Kernel.pid());
        if (own.isEmpty()) {
            return Optional.empty();
        }
        Inode expected = new Inode(own.get().device(), ns.number());
        for (String place : places(now, ns)) {
            try {
                Optional<Namespace> handle = Namespace.find(Path.of(place), ns.kind(), expected);
                if (handle.isPresent()) {
                    return handle;
                }
            } catch (LinuxException e) {
                // Of another user's nothing is opened: the next place may be open to us.
                unlessRefused(e);
            }
        }
        return Found.ofSocket(ns.pins(), expected);
    }

    /** Passes on what is not a plain refusal. */
    static void unlessRefused(LinuxException e) {
        if (e.errno() != Errno.EPERM && e.errno() != Errno.EACCES) {
            throw e;
        }
    }

    private static boolean isSafe(Snapshot now, Pin.BindMount bound) {
        List<MountInfo> all = now.mounts().getOrDefault(bound.mountNamespace(), List.of());
        for (MountInfo mount : all) {
            if (mount.mountPoint().equals(bound.path()) && !Ways.isSafe(mount, all)) {
                return false;
            }
        }
        return true;
    }

    private static List<String> places(Snapshot now, SeenNamespace ns) {
        List<String> places = new ArrayList<>();
        for (Pin pin : ns.pins()) {
            switch (pin) {
                case Pin.Member p ->
                    places.add("/proc/" + p.pid() + "/ns/" + ns.kind().fileName());
                case Pin.LoneThread t ->
                    places.add("/proc/" + t.pid() + "/task/" + t.tid() + "/ns/"
                            + ns.kind().fileName());
                case Pin.Children c ->
                    places.add("/proc/" + c.pid() + "/ns/"
                            + ns.kind().childrenFileName().orElse(""));
                case Pin.Descriptor d -> places.add("/proc/" + d.pid() + "/fd/" + d.number());
                case Pin.BindMount b -> {
                    OptionalInt pid = now.find(b.mountNamespace())
                            .map(SeenNamespace::first)
                            .orElse(OptionalInt.empty());
                    if (pid.isPresent() && isSafe(now, b)) {
                        places.add("/proc/" + pid.getAsInt() + "/root" + b.path());
                    }
                }
                case Pin.Socket s -> {}
                case Pin.Related r -> {}
            }
        }
        return places;
    }
}
