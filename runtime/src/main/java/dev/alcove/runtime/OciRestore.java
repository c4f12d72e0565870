package dev.alcove.runtime;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcCgroup;
import dev.alcove.linux.ProcStat;
import dev.alcove.linux.Signal;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A container of the files that {@link OciDump} wrote: restore, by criu(8). */
final class OciRestore {
    /** In the container's folder: where criu finds the root file system, in a mount namespace of its own. */
    private static final String ROOT = "criu-root";

    /** Where hooks find the namespaces made and nothing in them; criu's name for it. */
    private static final String NAMESPACES = "setup-namespaces";

    private static final String TERMINAL = "orphan-pts-master";
    private static final String RESTORED = "post-restore";

    private final OciRequest wanted;
    private final OciSpec config;
    private final OciCheckpoint criu;
    private final Path folder;
    private final String rootfs;
    private final String group;

    /**
     * A restore into a container's folder.
     *
     * @param config the configuration with absolute places
     * @param group  the name of its control group; empty for none
     */
    OciRestore(OciRequest wanted, OciSpec config, OciCheckpoint criu, Path folder, Path rootfs, String group) {
        this.wanted = wanted;
        this.config = config;
        this.criu = criu;
        this.folder = folder;
        this.rootfs = rootfs.toString();
        this.group = group;
    }

    /** Refuses what cannot be, before anything is made. */
    static void check(OciRequest wanted, OciSpec config, OciCheckpoint criu) {
        CriuPlan.check(criu);
        Criu.find(criu.program());
        if (!Files.isDirectory(criu.images())) {
            throw new ContainerException(
                    Kind.NOT_FOUND,
                    "--image-path: there is no folder " + criu.images() + ": no such file or directory"
                            + "\n  mend: checkpoint makes it");
        }
        OciProcess process = config.process();
        if (process == null) {
            throw SpecException.of("process", "is missing: a container needs a process");
        }
        if (process.terminal()
                && wanted.consoleSocket().isEmpty()
                && wanted.terminal().isEmpty()) {
            throw new ContainerException(
                    Kind.INVALID,
                    "process.terminal: cannot give back a terminal without --console-socket"
                            + "\n  mend: give the socket that is to get it");
        }
        OciLinux linux = config.linux();
        if (linux != null && linux.intelRdt() != null) {
            throw SpecException.of("linux.intelRdt", "cannot act: criu puts no process into a group of resctrl");
        }
        if (linux != null && !linux.netDevices().isEmpty()) {
            throw SpecException.of("linux.netDevices", "cannot act: criu makes the network's interfaces itself");
        }
        switch (wanted.groups()) {
            case CGROUPFS -> {}
            case DISABLED -> OciContainers.refuseLimits(config);
            case SYSTEMD ->
                throw new ContainerException(
                        Kind.UNSUPPORTED,
                        "--systemd-cgroup: a container that is restored cannot have a unit of systemd's: criu puts its"
                                + " processes into groups that are there before systemd knows of them"
                                + "\n  mend: restore it with --cgroup-manager cgroupfs");
        }
    }

    /**
     * Restores it.
     *
     * @param container for its hooks
     * @return the record with the first process, not yet written
     */
    OciRecord run(OciContainer container, OciRecord record) {
        Optional<Cgroup> own =
                Optional.of(group).filter(name -> !name.isEmpty()).map(name -> Cgroup.of(CgroupLayout.read(), name));
        own.ifPresent(g -> OciPlan.change(() -> g.create(Limits.of(limits()))));
        AtomicInteger first = new AtomicInteger();
        boolean done = false;
        try {
            int pid = restore(container, own, first);
            long ticks = Proc.stat(pid).map(ProcStat::startTicks).orElse(0L);
            done = true;
            return record.started(pid, ticks);
        } catch (LinuxException e) {
            throw new ContainerException(
                    Kind.INTERNAL, "cannot restore container '" + wanted.id() + "': " + e.getMessage(), e);
        } finally {
            if (!done) {
                end(first.get());
                container.abandon();
            }
        }
    }

    private dev.alcove.spec.LinuxResources limits() {
        OciLinux linux = OciContainers.withDefaultDevices(config).linux();
        return linux == null || linux.resources() == null
                ? dev.alcove.spec.LinuxResources.builder().build()
                : linux.resources();
    }

    private int restore(OciContainer container, Optional<Cgroup> own, AtomicInteger first) {
        Path work = criu.work().orElse(criu.images());
        List<String> streams = streams(criu.images().resolve(OciDump.DESCRIPTORS));
        Path root = folder.resolve(ROOT);
        makeFolder(work);
        makeFolder(root);
        Map<Integer, Fd> given = new HashMap<>();
        try {
            int number = CriuPlan.FIRST_NAMESPACE;
            for (String path : CriuPlan.given(config)) {
                given.put(number++, Open.read().at(Path.of(path)));
            }
            Path program = Criu.find(criu.program());
            // criu mounts in its folders, and can only in those of its own mount namespace.
            try (Begun begun = NamespaceThread.create()
                    .unshare(NamespaceKind.MOUNT)
                    .call(() -> {
                        OciSpec placed = new CriuPlaces(Path.of(rootfs)).prepare(config, root);
                        return new Begun(
                                Open.path().directory().at(criu.images()),
                                Open.path().directory().at(work),
                                Criu.start(program, given),
                                placed);
                    })) {
                Criu worker = begun.worker();
                own.ifPresent(g -> g.add(worker.pid()));
                CriuPlan.Facts facts = new CriuPlan.Facts(
                        begun.images().told(),
                        begun.works().told(),
                        root.toString(),
                        0,
                        Optional.empty(),
                        List.of(),
                        Map.of(),
                        groups(worker.pid()),
                        streams,
                        OciDump.bound(begun.config(), group, CgroupLayout.read()));
                int pid = worker.ask(
                        CriuPlan.restore(begun.config(), criu, facts),
                        work.resolve(CriuPlan.RESTORE_LOG),
                        (step, who, descriptors) -> reached(container, begun.config(), step, who, descriptors, first));
                // Until it has ended it is the parent of what it restored.
                worker.reap();
                return pid == 0 ? first.get() : pid;
            }
        } finally {
            given.values().forEach(Fd::close);
            removeFolder(root);
        }
    }

    /** criu in its mount namespace, and the two folders there. */
    private record Begun(Fd images, Fd works, Criu worker, OciSpec config) implements AutoCloseable {
        @Override
        public void close() {
            worker.close();
            works.close();
            images.close();
        }
    }

    private void reached(
            OciContainer container, OciSpec placed, String step, int pid, List<Fd> descriptors, AtomicInteger first) {
        switch (step) {
            case NAMESPACES -> container.hooksAtRestore(config, pid);
            case RESTORED -> {
                first.set(pid);
                RestoredProtection.apply(placed, pid);
            }
            default -> {}
        }
        for (Fd fd : descriptors) {
            if (step.equals(TERMINAL)) {
                OciContainers.sendTerminal(wanted.consoleSocket(), wanted.terminal(), fd);
            } else {
                fd.close();
            }
        }
    }

    /** Where criu is now, by controllers: there it puts what was in the container's group. */
    private static Map<String, String> groups(int pid) {
        Map<String, String> groups = new LinkedHashMap<>();
        for (ProcCgroup line : Proc.cgroups(pid).orElse(List.of())) {
            if (line.controllers().isEmpty()) {
                groups.put("", line.path());
            }
            for (String controller : line.controllers()) {
                groups.put(controller, line.path());
            }
        }
        return groups;
    }

    private static List<String> streams(Path file) {
        try {
            return JsonStrings.parse(Files.readAllBytes(file)).strings();
        } catch (IOException | IllegalArgumentException e) {
            throw new ContainerException(
                    Kind.INVALID,
                    "cannot read " + file + ": " + e.getMessage()
                            + "\n  likely cause: the folder is not of a checkpoint, or of one that failed"
                            + "\n  mend: give the --image-path of the checkpoint",
                    e);
        }
    }

    private static void makeFolder(Path path) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new ContainerException(Kind.INVALID, "cannot make the folder " + path + ": " + e, e);
        }
    }

    private static void removeFolder(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new ContainerException(Kind.INTERNAL, "cannot remove the folder " + path + ": " + e, e);
        }
    }

    private static void end(int pid) {
        if (pid > 0) {
            try (Pidfd process = Pidfd.open(pid).orElse(null)) {
                if (process != null) {
                    process.send(Signal.KILL);
                }
            }
        }
    }
}
