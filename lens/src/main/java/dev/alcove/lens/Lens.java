package dev.alcove.lens;

import dev.alcove.linux.Inode;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.Proc;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Looks at the namespaces of the machine. */
public final class Lens {
    private Lens() {}

    /**
     * Looks once. Changes nothing; needs no privilege, but sees only what the caller may: as an ordinary user the
     * namespaces of the own processes.
     *
     * @param store where containers and pins are recorded, whose names are shown
     * @throws dev.alcove.linux.LinuxException if /proc is not there
     */
    public static Snapshot look(ContainerStore store) {
        Map<Integer, String> containers = containers(store);
        PinStore pins = PinStore.of(store);
        Scan scan = new Scan();
        scan.run();
        List<SeenNamespace> all = new ArrayList<>(scan.found.size());
        for (Found ns : scan.found.values()) {
            all.add(seen(ns, containers, pins));
        }
        Map<Long, List<MountInfo>> mounts = new HashMap<>();
        scan.mounts.forEach((number, of) -> mounts.put(number, List.copyOf(of.values())));
        return new Snapshot(all, scan.processes, scan.refused, mounts);
    }

    /** Those that run, by the pid of their first process. */
    private static Map<Integer, String> containers(ContainerStore store) {
        Map<Integer, String> names = new TreeMap<>();
        for (StoredContainer c : store.list()) {
            if (c.status() == StoredContainer.Status.RUNNING && c.pid().isPresent()) {
                names.put(c.pid().getAsInt(), c.name());
            }
        }
        return names;
    }

    private static SeenNamespace seen(Found ns, Map<Integer, String> containers, PinStore pins) {
        List<String> inside = new ArrayList<>();
        Optional<Inode> own = Namespace.identity(ns.kind, Kernel.pid());
        if (own.isEmpty() || !own.get().equals(ns.inode)) {
            containers.forEach((pid, name) -> {
                if (ns.members.contains(pid)) {
                    inside.add(name);
                }
            });
        }
        List<String> names = new ArrayList<>();
        for (Pin pin : ns.pins) {
            if (pin instanceof Pin.BindMount bound) {
                pins.name(bound.path()).filter(n -> !names.contains(n)).ifPresent(names::add);
            }
        }
        String command = ns.members.isEmpty() ? "" : command(ns.members.getFirst());
        return new SeenNamespace(
                ns.kind,
                ns.inode.number(),
                ns.members,
                ns.ownerUid,
                ns.owner,
                ns.parent,
                command,
                ns.pins,
                inside,
                names);
    }

    /** The program and its arguments, or of a kernel thread its name. */
    static String command(int pid) {
        String line =
                Proc.commandLine(pid).map(words -> String.join(" ", words)).orElse("");
        return line.isEmpty() ? Proc.stat(pid).map(s -> s.name()).orElse("") : line;
    }
}
