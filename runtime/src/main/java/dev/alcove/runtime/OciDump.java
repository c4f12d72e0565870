package dev.alcove.runtime;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciSpec;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A container's processes into files: checkpoint, by criu(8). */
final class OciDump {
    /** What the first three descriptors were, for the restore: a JSON array of strings. */
    static final String DESCRIPTORS = "descriptors.json";

    private static final int STREAMS = 3;
    private static final String STATUS_READY = "status-ready";

    private final OciRecord record;
    private final OciSpec config;
    private final OciCheckpoint wanted;

    /**
     * A checkpoint of a container.
     *
     * @param record the container's
     * @param config its configuration, as it was made with
     */
    OciDump(OciRecord record, OciSpec config, OciCheckpoint wanted) {
        this.record = record;
        this.config = OciContainers.withAbsolutePlaces(config, Path.of(record.bundle()));
        this.wanted = wanted;
    }

    /**
     * Dumps it.
     *
     * @param processes all of its processes
     * @throws ContainerException if criu cannot; it lets the processes go on then
     */
    void run(List<Long> processes) {
        CriuPlan.check(wanted);
        Path program = Criu.find(wanted.program());
        Path work = wanted.work().orElse(wanted.images());
        makeFolder(wanted.images());
        makeFolder(work);
        if (!wanted.parent().isEmpty() && !Files.isDirectory(wanted.images().resolve(wanted.parent()))) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "--parent-path: there is no folder " + wanted.images().resolve(wanted.parent())
                            + "\n  mend: checkpoint --pre-dump makes one; the path counts from --image-path");
        }
        if (!wanted.preDump()) {
            writeStreams(wanted.images().resolve(DESCRIPTORS), streams(processes));
        }
        try (Fd images = Open.path().directory().at(wanted.images());
                Fd works = Open.path().directory().at(work);
                Fd nothing = Open.readWrite().at(Path.of("/dev/null"));
                Criu criu = Criu.start(program, Map.of(0, nothing, 1, nothing))) {
            CriuMessage request = CriuPlan.dump(
                    new CriuPlaces(Path.of("/proc", Integer.toString(record.pid()), "root")).resolve(config),
                    wanted,
                    facts(images, works));
            criu.ask(request, work.resolve(CriuPlan.DUMP_LOG), (step, pid, descriptors) -> {
                descriptors.forEach(Fd::close);
                if (step.equals(STATUS_READY) && wanted.statusFd() >= 0) {
                    tellReady();
                }
            });
            // After a pre-dump it waits for another request, and fails at the end of ours.
            criu.reap();
        } catch (LinuxException e) {
            throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot run criu: " + e.getMessage(), e);
        }
    }

    private CriuPlan.Facts facts(Fd images, Fd works) {
        CgroupLayout layout = CgroupLayout.read();
        Map<String, Long> inodes = new LinkedHashMap<>();
        OciLinux linux = config.linux();
        List<LinuxNamespace> namespaces = linux == null ? List.of() : linux.namespaces();
        for (LinuxNamespace ns : namespaces) {
            if (!ns.path().isEmpty()) {
                inodes.put(ns.path(), inode(Path.of(ns.path())));
            }
        }
        List<String> masked = new ArrayList<>();
        for (String path : linux == null ? List.<String>of() : linux.maskedPaths()) {
            Path seen = Path.of("/proc/" + record.pid() + "/root" + path);
            if (Files.exists(seen, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(seen, LinkOption.NOFOLLOW_LINKS)) {
                masked.add(path);
            }
        }
        Optional<String> freezer = record.group().isEmpty()
                ? Optional.empty()
                : layout.of(CgroupController.FREEZER)
                        .filter(h -> h.writable(record.group()))
                        .map(h -> h.directory(record.group()))
                        .filter(directory -> Files.isDirectory(Path.of(directory)));
        return new CriuPlan.Facts(
                images.told(),
                works.told(),
                record.rootfs(),
                record.pid(),
                freezer,
                masked,
                inodes,
                Map.of(),
                List.of(),
                bound(config, record.group(), layout));
    }

    /**
     * Version 1's control groups, which without a namespace of their own are a bind mount each.
     *
     * @return the directories on the host, by their places
     */
    static Map<String, String> bound(OciSpec config, String group, CgroupLayout layout) {
        boolean pure = layout.hierarchies().size() == 1
                && layout.hierarchies().getFirst().unified();
        boolean own = config.linux() != null
                && config.linux().namespaces().stream().anyMatch(ns -> ns.type().equals("cgroup"));
        Map<String, String> bound = new LinkedHashMap<>();
        if (pure || own || group.isEmpty()) {
            return bound;
        }
        for (OciMount m : config.mounts()) {
            if (m.type().equals("cgroup") || m.type().equals("cgroup2")) {
                for (CgroupHierarchy h : layout.hierarchies()) {
                    String name = h.mountPoint().substring(h.mountPoint().lastIndexOf('/') + 1);
                    bound.put(m.destination() + "/" + name, h.directory(group));
                }
            }
        }
        return bound;
    }

    private static long inode(Path namespace) {
        try {
            return (Long) Files.getAttribute(namespace, "unix:ino");
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "linux.namespaces: the namespace at " + namespace + " is not there any more: " + e.getMessage(),
                    e);
        }
    }

    /**
     * What the first three descriptors are. A program may have opened its own elsewhere, and its children still have what it
     * was given: then a pipe of theirs is the one.
     */
    private List<String> streams(List<Long> processes) {
        List<String> streams = new ArrayList<>();
        for (int fd = 0; fd < STREAMS; fd++) {
            String own = link(record.pid(), fd);
            for (long pid : processes) {
                String other = link(pid, fd);
                if (!own.startsWith("pipe:") && other.startsWith("pipe:")) {
                    own = other;
                }
            }
            streams.add(own);
        }
        return streams;
    }

    private static String link(long pid, int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + fd)).toString();
        } catch (IOException e) {
            // It has closed it, or has ended.
            return "";
        }
    }

    private static void writeStreams(Path file, List<String> streams) {
        JsonStrings json = new JsonStrings(streams);
        try {
            WholeFile.replace(file, json.text().getBytes(StandardCharsets.UTF_8), "rw-------");
        } catch (IOException e) {
            throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot write " + file + ": " + e, e);
        }
    }

    private static void makeFolder(Path folder) {
        try {
            Path parent = folder.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            // One container can be dumped more than once, into the same folder.
            return;
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID, "cannot make the folder " + folder + ": " + e, e);
        }
    }

    /** The caller's descriptor, which came down to this process. */
    private void tellReady() {
        try (FileOutputStream out = new FileOutputStream("/proc/self/fd/" + wanted.statusFd())) {
            out.write(0);
        } catch (IOException e) {
            throw new UncheckedIOException("--status-fd " + wanted.statusFd(), e);
        }
    }
}
