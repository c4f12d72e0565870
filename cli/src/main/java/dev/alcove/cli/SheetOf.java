package dev.alcove.cli;

import dev.alcove.lens.CgroupRoot;
import dev.alcove.lens.IpcObjects;
import dev.alcove.lens.NetworkInterface;
import dev.alcove.lens.SeenNamespace;
import dev.alcove.lens.Snapshot;
import dev.alcove.lens.TiedMount;
import dev.alcove.lens.UtsNames;
import dev.alcove.linux.IdMap;
import dev.alcove.linux.IdRange;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStat;
import dev.alcove.linux.ProcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Looks closer at one namespace: what there is to say depends on its kind. What may not be looked at is left out. */
final class SheetOf {
    private final Snapshot now;
    private final SeenNamespace ns;
    private final List<Sheet.Section> sections = new ArrayList<>();

    private SheetOf(Snapshot now, SeenNamespace ns) {
        this.now = now;
        this.ns = ns;
    }

    /**
     * Makes the sheet.
     *
     * @param members whether its processes are listed too
     */
    static Sheet of(Snapshot now, SeenNamespace ns, boolean members) {
        SheetOf sheet = new SheetOf(now, ns);
        switch (ns.kind()) {
            case MOUNT -> sheet.mounts();
            case UTS -> sheet.names();
            case IPC -> sheet.objects();
            case NET -> sheet.interfaces();
            case USER -> sheet.idMaps();
            case CGROUP -> sheet.root();
            case TIME -> sheet.offsets();
            case PID -> {}
        }
        if (ns.kind().isHierarchical()) {
            sheet.relatives("children", now.children(ns));
        }
        if (ns.kind() == NamespaceKind.USER) {
            List<SeenNamespace> owned = new ArrayList<>(now.owned(ns));
            owned.removeAll(now.children(ns));
            sheet.relatives("owns", owned);
        }
        if (members) {
            sheet.members();
        }
        return new Sheet(ns, List.copyOf(sheet.sections));
    }

    private void add(String property, List<String> columns, List<Sheet.Row> rows) {
        if (!rows.isEmpty()) {
            sections.add(new Sheet.Section(property, columns, rows));
        }
    }

    private void members() {
        List<Sheet.Row> rows = new ArrayList<>();
        for (int pid : ns.members()) {
            Optional<ProcStatus> status = Proc.status(pid);
            if (status.isPresent()) {
                rows.add(Sheet.Row.of(
                        (long) pid,
                        chain(status.get().namespacePids()),
                        status.get().uids().getFirst(),
                        command(pid)));
            }
        }
        add("members", List.of("pid", "nspid", "uid", "command"), rows);
    }

    /** A process's ids from the caller's PID namespace down to its own: {@code 4711 > 7 > 1}. */
    static String chain(List<Integer> pids) {
        StringBuilder text = new StringBuilder();
        for (int pid : pids) {
            text.append(text.isEmpty() ? "" : " > ").append(pid);
        }
        return text.toString();
    }

    static String command(int pid) {
        String line =
                Proc.commandLine(pid).map(words -> String.join(" ", words)).orElse("");
        return line.isEmpty() ? Proc.stat(pid).map(ProcStat::name).orElse("") : line;
    }

    private void relatives(String property, List<SeenNamespace> relatives) {
        List<Sheet.Row> rows = new ArrayList<>();
        for (SeenNamespace relative : relatives) {
            rows.add(Sheet.Row.of(
                    relative.number(),
                    relative.kind().fileName(),
                    (long) relative.members().size(),
                    relative.command()));
        }
        add(property, List.of("ns", "type", "nprocs", "command"), rows);
    }

    private void mounts() {
        List<Sheet.Row> rows = new ArrayList<>();
        for (TiedMount tied : TiedMount.of(now, ns.number())) {
            MountInfo m = tied.mount();
            List<Object> cells = List.of(
                    m.mountPoint(),
                    m.type(),
                    m.source(),
                    m.root(),
                    String.join(",", m.options()),
                    propagation(m),
                    texts(tied.peers()),
                    texts(tied.masters()),
                    texts(tied.slaves()));
            List<String> below = new ArrayList<>();
            draw(below, "<-> peer    ", tied.peers());
            draw(below, "<-- master  ", tied.masters());
            draw(below, "--> slave   ", tied.slaves());
            rows.add(new Sheet.Row(cells, below));
        }
        add(
                "mounts",
                List.of("path", "type", "source", "root", "options", "propagation", "peers", "masters", "slaves"),
                rows);
    }

    private static void draw(List<String> below, String arrow, List<TiedMount.Place> places) {
        for (TiedMount.Place place : places) {
            below.add(arrow + place);
        }
    }

    private static List<String> texts(List<TiedMount.Place> places) {
        List<String> texts = new ArrayList<>();
        for (TiedMount.Place place : places) {
            texts.add(place.toString());
        }
        return texts;
    }

    private static String propagation(MountInfo m) {
        StringBuilder text = new StringBuilder();
        append(text, "shared:", m.peerGroup());
        append(text, "master:", m.master());
        if (m.unbindable()) {
            text.append("unbindable");
        }
        return text.isEmpty() ? "private" : text.toString();
    }

    private static void append(StringBuilder text, String word, OptionalInt group) {
        if (group.isPresent()) {
            text.append(text.isEmpty() ? "" : ",").append(word).append(group.getAsInt());
        }
    }

    private void names() {
        UtsNames.of(now, ns)
                .ifPresent(names -> add(
                        "names",
                        List.of("hostname", "domainname"),
                        List.of(Sheet.Row.of(names.host(), names.domain()))));
    }

    private void objects() {
        IpcObjects.of(now, ns)
                .ifPresent(found -> add(
                        "system_v",
                        List.of("queues", "semaphore_sets", "segments"),
                        List.of(Sheet.Row.of(
                                (long) found.queues(), (long) found.semaphores(), (long) found.segments()))));
    }

    private void interfaces() {
        List<Sheet.Row> rows = new ArrayList<>();
        for (NetworkInterface i : NetworkInterface.of(now, ns).orElse(List.of())) {
            rows.add(Sheet.Row.of(
                    (long) i.link().index(),
                    i.link().name(),
                    i.link().kind(),
                    i.link().up() ? "up" : "down",
                    (long) i.link().mtu(),
                    i.link().mac().map(Object::toString).orElse(""),
                    i.other().map(o -> otherName(o)).orElse(""),
                    i.other().isPresent() && i.other().get().namespace().isPresent()
                            ? (Object) i.other().get().namespace().getAsLong()
                            : ""));
        }
        add(
                "interfaces",
                List.of("index", "name", "kind", "state", "mtu", "address", "other_end", "other_end_ns"),
                rows);
    }

    private static String otherName(NetworkInterface.OtherEnd end) {
        return end.name().isEmpty() ? "#" + end.index() : end.name();
    }

    private void idMaps() {
        if (ns.first().isEmpty()) {
            return;
        }
        int pid = ns.first().getAsInt();
        try {
            idMap("uid_map", Proc.uidMap(pid));
            idMap("gid_map", Proc.gidMap(pid));
        } catch (LinuxException e) {
            // It became another user's meanwhile.
            return;
        }
    }

    private void idMap(String property, Optional<IdMap> map) {
        List<Sheet.Row> rows = new ArrayList<>();
        for (IdRange range : map.map(IdMap::ranges).orElse(List.of())) {
            rows.add(Sheet.Row.of(range.container(), range.host(), range.count()));
        }
        add(property, List.of("inside", "outside", "count"), rows);
    }

    private void root() {
        List<Sheet.Row> rows = new ArrayList<>();
        for (CgroupRoot root : CgroupRoot.of(now, ns).orElse(List.of())) {
            rows.add(Sheet.Row.of(root.hierarchy(), root.path()));
        }
        add("roots", List.of("hierarchy", "path"), rows);
    }

    /** Lines such as {@code boottime 3600 0}: seconds and nanoseconds. */
    private void offsets() {
        List<Sheet.Row> rows = new ArrayList<>();
        String text =
                ns.first().isPresent() ? Proc.timeOffsets(ns.first().getAsInt()).orElse("") : "";
        for (String line : text.split("\n", -1)) {
            List<String> words = new ArrayList<>();
            for (String word : line.split(" ", -1)) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
            if (words.size() == 3) {
                rows.add(Sheet.Row.of(words.get(0), Long.valueOf(words.get(1)), Long.valueOf(words.get(2))));
            }
        }
        add("offsets", List.of("clock", "seconds", "nanoseconds"), rows);
    }
}
