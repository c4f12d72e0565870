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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What tests can leave on a machine, each thing by a name that stays its own. */
final class Leftovers {
    static final String MOUNT = "mount ";
    static final String LINK = "link ";
    private static final String OURS = "alcove";

    private final Set<String> found = new TreeSet<>();

    private Leftovers() {}

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

    /** Those of other test runs on the same machine have a process of theirs. */
    private void cgroups() {
        for (CgroupHierarchy h : CgroupLayout.read().hierarchies()) {
            for (Path group : children(Path.of(h.mountPoint()))) {
                if (group.getFileName().toString().startsWith(OURS) && !Files.exists(group.resolve("process_api"))) {
                    found.add("cgroup " + group);
                }
            }
        }
    }

    private void links() {
        try (Netlink net = Netlink.open()) {
            for (Link link : net.links().list()) {
                found.add(LINK + link.index() + " " + link.name());
            }
        }
    }

    /**
     * Our children and theirs, and whatever is called alcove; but not what descends from another JVM, which is another
     * test run's.
     */
    private void processes() {
        Map<Integer, ProcStat> all = new HashMap<>();
        for (int pid : Proc.pids()) {
            Proc.stat(pid).ifPresent(s -> all.put(pid, s));
        }
        for (ProcStat s : all.values()) {
            Optional<ProcStat> jvm = jvmAbove(all, s);
            boolean ours = jvm.isPresent() && jvm.get().pid() == Kernel.pid();
            boolean strays = jvm.isEmpty() && s.name().startsWith(OURS);
            if (ours || strays) {
                found.add("process " + s.pid() + " " + s.name() + (s.state() == 'Z' ? " (zombie)" : ""));
            }
        }
    }

    private static Optional<ProcStat> jvmAbove(Map<Integer, ProcStat> all, ProcStat from) {
        ProcStat at = all.get(from.parent());
        while (at != null) {
            if (at.pid() == Kernel.pid() || at.name().equals("java")) {
                return Optional.of(at);
            }
            at = all.get(at.parent());
        }
        return Optional.empty();
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
            List<Path> all = new java.util.ArrayList<>();
            entries.forEach(all::add);
            return all;
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return List.of();
        }
    }
}
