package dev.alcove.lens;

import dev.alcove.linux.Errno;
import dev.alcove.linux.FileStat;
import dev.alcove.linux.Inode;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * One pass over /proc: the namespaces of processes and threads, then those that only a descriptor, a
 * socket or a bind mount keeps,
 * then owners and parents, which may bring up more. Processes come and go meanwhile: what is not there any more is
 * passed over.
 */
final class Scan {
    /** Those that a thread can be in while its process is elsewhere: the others need a process of one thread. */
    private static final NamespaceKind[] OF_THREADS = {
        NamespaceKind.MOUNT, NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.NET, NamespaceKind.CGROUP
    };

    /** By their numbers. */
    final Map<Long, Found> found = new TreeMap<>();

    /** The mounts of each mount namespace by their ids; a process with a root of its own sees some of them only. */
    final Map<Long, Map<Integer, MountInfo>> mounts = new HashMap<>();

    int processes;
    int refused;

    /** Mount namespaces together with the roots from which they have been read. */
    private final Set<String> read = new HashSet<>();

    /** The file system of all namespaces. */
    private final long device;

    Scan() {
        device = Namespace.identity(NamespaceKind.USER, Kernel.pid())
                .map(Inode::device)
                .orElseThrow(() -> new LinuxException("stat", Errno.ENOENT, "/proc/self/ns/user"));
    }

    void run() {
        List<Integer> pids = Proc.pids();
        List<Integer> open = new ArrayList<>(pids.size());
        for (int pid : pids) {
            try {
                if (process(pid)) {
                    open.add(pid);
                }
            } catch (LinuxException e) {
                Entered.unlessRefused(e);
                processes++;
                refused++;
            }
        }
        for (int pid : open) {
            descriptors(pid);
            mounts(pid);
        }
        new Relations(this).find();
        MemberlessMounts.read(this);
    }

    /** Where the process is; whether there is one. */
    private boolean process(int pid) {
        Map<NamespaceKind, Inode> own = new EnumMap<>(NamespaceKind.class);
        for (NamespaceKind kind : NamespaceKind.values()) {
            Optional<Inode> identity = Namespace.identity(kind, pid);
            if (identity.isPresent()) {
                own.put(kind, identity.get());
                Found ns = seen(kind, identity.get());
                if (ns.members.isEmpty()) {
                    ns.pins.addFirst(new Pin.Member(pid));
                }
                ns.members.add(pid);
                place(ns, "/proc/" + pid + "/ns/" + kind.fileName());
            }
        }
        if (own.isEmpty()) {
            return false;
        }
        processes++;
        children(pid, own);
        List<Integer> threads = Proc.threads(pid);
        for (int tid : threads) {
            if (tid != pid) {
                thread(pid, tid, own);
            }
        }
        return true;
    }

    private void children(int pid, Map<NamespaceKind, Inode> own) {
        for (NamespaceKind kind : new NamespaceKind[] {NamespaceKind.PID, NamespaceKind.TIME}) {
            String place = "/proc/" + pid + "/ns/" + kind.childrenFileName().orElseThrow();
            Optional<Inode> next = inode(place);
            if (next.isPresent() && !next.get().equals(own.get(kind))) {
                Found ns = seen(kind, next.get());
                ns.pins.add(new Pin.Children(pid));
                place(ns, place);
            }
        }
    }

    private void thread(int pid, int tid, Map<NamespaceKind, Inode> own) {
        for (NamespaceKind kind : OF_THREADS) {
            String place = "/proc/" + pid + "/task/" + tid + "/ns/" + kind.fileName();
            Optional<Inode> identity = inode(place);
            if (identity.isPresent() && !identity.get().equals(own.get(kind))) {
                Found ns = seen(kind, identity.get());
                ns.pins.add(new Pin.LoneThread(pid, tid));
                place(ns, place);
            }
        }
    }

    private static Optional<Inode> inode(String path) {
        return FileStat.find(Path.of(path)).map(FileStat::inode);
    }

    private void descriptors(int pid) {
        List<Pin.Socket> sockets = new ArrayList<>();
        for (int number : Proc.descriptors(pid)) {
            String path = "/proc/" + pid + "/fd/" + number;
            String target = target(path);
            if (target.startsWith("socket:[")) {
                sockets.add(new Pin.Socket(pid, number));
                continue;
            }
            Found ns = labelled(target);
            if (ns != null) {
                ns.pins.add(new Pin.Descriptor(pid, number));
                place(ns, path);
            }
        }
        if (!sockets.isEmpty()) {
            sockets(pid, sockets);
        }
    }

    /** Those that were made in another network than the process's own: their network lives as long as they do. */
    private void sockets(int pid, List<Pin.Socket> sockets) {
        Optional<Inode> own = Namespace.identity(NamespaceKind.NET, pid);
        try (Pidfd process = Pidfd.open(pid).orElse(null)) {
            if (process == null || own.isEmpty()) {
                return;
            }
            for (Pin.Socket socket : sockets) {
                socket(process, socket, own.get());
            }
        }
    }

    private void socket(Pidfd process, Pin.Socket socket, Inode own) {
        try (Namespace of = socket.open(process).orElse(null)) {
            if (of != null && !of.identity().equals(own)) {
                seen(NamespaceKind.NET, of.identity()).pins.add(socket);
            }
        } catch (LinuxException e) {
            // Only who may trace the process and administer that network is told: for others it is a socket like any.
            Entered.unlessRefused(e);
        }
    }

    /** Where a link leads; nowhere if it was closed since it was listed, or the process has ended. */
    private static String target(String link) {
        try {
            return Files.readSymbolicLink(Path.of(link)).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private void mounts(int pid) {
        try {
            Optional<Inode> mountNamespace = Namespace.identity(NamespaceKind.MOUNT, pid);
            Optional<Inode> root = inode("/proc/" + pid + "/root");
            if (mountNamespace.isEmpty() || root.isEmpty()) {
                return;
            }
            long number = mountNamespace.get().number();
            String key = number + " " + root.get().device() + " " + root.get().number();
            if (read.contains(key)) {
                return;
            }
            Optional<List<MountInfo>> all = Proc.mounts(pid);
            if (all.isPresent()) {
                read.add(key);
                take(number, all.get(), "/proc/" + pid + "/root");
            }
        } catch (LinuxException e) {
            // It became another user's meanwhile, by executing a set-user-ID program.
            return;
        }
    }

    /**
     * Takes in a mount namespace's mounts.
     *
     * @param root the way to them from here; empty if there is none
     */
    void take(long mountNamespace, List<MountInfo> all, String root) {
        Map<Integer, MountInfo> known = mounts.computeIfAbsent(mountNamespace, n -> new TreeMap<>());
        for (MountInfo mount : all) {
            if (known.putIfAbsent(mount.id(), mount) == null && mount.type().equals("nsfs")) {
                Found ns = labelled(mount.root());
                if (ns != null) {
                    ns.pins.add(new Pin.BindMount(mountNamespace, mount.mountPoint()));
                    if (!root.isEmpty() && Ways.isSafe(mount, all)) {
                        place(ns, root + mount.mountPoint());
                    }
                }
            }
        }
    }

    /** The namespace that a link or a mount names: {@code net:[4026531840]}; null if it names something else. */
    private @org.jspecify.annotations.Nullable Found labelled(String text) {
        Optional<NamespaceKind> kind = Labels.kind(text);
        OptionalLong number = Labels.number(text);
        return kind.isEmpty() || number.isEmpty() ? null : seen(kind.get(), new Inode(device, number.getAsLong()));
    }

    Found seen(NamespaceKind kind, Inode inode) {
        return found.computeIfAbsent(inode.number(), n -> new Found(kind, inode));
    }

    /** Two places are enough: the second for the case that the first goes away. */
    private static void place(Found ns, String path) {
        if (ns.places.size() < 2) {
            ns.places.add(Path.of(path));
        }
    }
}
