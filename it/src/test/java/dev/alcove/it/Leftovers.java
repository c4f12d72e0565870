package dev.alcove.it;

import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Link;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStat;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What tests can leave on a machine, each thing by a name that stays its own. */
final class Leftovers {
    static final String MOUNT = "mount ";
    static final String LINK = "link ";
    private static final String OURS = "alcove";

    private final Set<String> found = new TreeSet<>();

    private final Map<Integer, ProcStat> all = new HashMap<>();

    private Leftovers() {
        for (int pid : Proc.pids()) {
            Proc.stat(pid).ifPresent(s -> all.put(pid, s));
        }
    }

    static Set<String> look() {
        Leftovers l = new Leftovers();
        l.mounts();
        l.cgroups();
        l.links();
        l.processes();
        l.systemV();
        l.descriptors();
        l.files();
        return l.found;
    }

    private void mounts() {
        for (MountInfo m : Proc.mounts(Kernel.pid()).orElseThrow()) {
            found.add(MOUNT + m.mountPoint() + " (" + m.type() + ", id " + m.id() + ")");
        }
    }

    /** Not those whose processes are another test run's on the same machine. */
    private void cgroups() {
        for (CgroupHierarchy h : CgroupLayout.read().hierarchies()) {
            for (Path group : children(Path.of(h.mountPoint()))) {
                if (group.getFileName().toString().startsWith(OURS)) {
                    List<ProcStat> members = members(group);
                    if (members.isEmpty() || members.stream().anyMatch(this::isOurs)) {
                        found.add("cgroup " + group);
                    }
                }
            }
        }
    }

    private List<ProcStat> members(Path group) {
        List<ProcStat> members = new ArrayList<>();
        try {
            for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
                ProcStat member = all.get(Integer.parseInt(pid));
                if (member != null) {
                    members.add(member);
                }
            }
        } catch (IOException e) {
            // It has just been removed.
            return List.of();
        }
        return members;
    }

    private void links() {
        try (Netlink net = Netlink.open()) {
            for (Link link : net.links().list()) {
                found.add(LINK + link.index() + " " + link.name());
            }
        }
    }

    /** Our children and theirs, and whatever is called alcove and is not another test run's. */
    private void processes() {
        for (ProcStat s : all.values()) {
            if (isOurs(s)) {
                found.add("process " + s.pid() + " " + s.name() + (s.state() == 'Z' ? " (zombie)" : ""));
            }
        }
    }

    /**
     * Whether it descends from this JVM; or from no JVM, but from a process called alcove that is in our control groups,
     * which a monitor has from whoever started it.
     */
    private boolean isOurs(ProcStat process) {
        ProcStat top = process.name().startsWith(OURS) ? process : null;
        for (ProcStat at = all.get(process.parent()); at != null; at = all.get(at.parent())) {
            if (at.pid() == Kernel.pid()) {
                return true;
            }
            if (at.name().equals("java")) {
                return false;
            }
            top = at.name().startsWith(OURS) ? at : top;
        }
        return top != null && Proc.cgroups(top.pid()).equals(Proc.cgroups(Kernel.pid()));
    }

    private void systemV() {
        for (String kind : List.of("msg", "sem", "shm")) {
            Path file = Path.of("/proc/sysvipc", kind);
            try {
                if (Files.exists(file)) {
                    for (String line : Files.readAllLines(file).stream().skip(1).toList()) {
                        String[] words = line.strip().split(" +");
                        found.add(kind + " " + words[1] + " key " + words[0]);
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Not those of the JVM's own keeping: its class path, its random numbers. */
    private void descriptors() {
        String home = System.getProperty("java.home");
        for (Path fd : children(Path.of("/proc/self/fd"))) {
            try {
                String target = Files.readSymbolicLink(fd).toString();
                boolean kept = target.endsWith(".jar")
                        || target.startsWith(home)
                        || target.startsWith("/dev/")
                        || target.startsWith("anon_inode:[event")
                        || target.startsWith("/proc/" + Kernel.pid() + "/fd");
                if (!kept) {
                    found.add("descriptor " + fd.getFileName() + " of " + target);
                }
            } catch (IOException e) {
                // Closed since it was listed, as the one of the listing itself.
                continue;
            }
        }
    }

    private void files() {
        String runtime = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run/user/" + uid());
        for (Path root : List.of(Path.of("/run/alcove"), Path.of(runtime, OURS), Path.of("/tmp/alcove-" + uid()))) {
            if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
                found.add("file " + root);
                children(root).forEach(path -> found.add("file " + path));
            }
        }
        for (Path path : children(Path.of(System.getProperty("java.io.tmpdir")))) {
            if (path.getFileName().toString().startsWith(OURS)) {
                found.add("file " + path);
            }
        }
    }

    private static long uid() {
        return Proc.status(Kernel.pid()).orElseThrow().uids().get(1);
    }

    private static List<Path> children(Path directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            List<Path> all = new ArrayList<>();
            entries.forEach(all::add);
            return all;
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return List.of();
        }
    }
}
