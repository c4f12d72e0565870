package dev.alcove.runtime;

import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.Fd;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.Open;
import dev.alcove.linux.Propagation;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Where a container's mounts are in its root file system: criu names them by their places, in which there is no link. */
final class CriuPlaces {
    private static final int MOST_LINKS = 40;

    private final Path root;

    /**
     * Places below a root.
     *
     * @param root the root file system, as a running container sees it or as it is on the disk
     */
    CriuPlaces(Path root) {
        this.root = root;
    }

    /** The configuration with places in which no link is left; links lead to what they do inside. */
    OciSpec resolve(OciSpec config) {
        List<OciMount> mounts = new ArrayList<>();
        for (OciMount m : config.mounts()) {
            mounts.add(at(m, resolve(m.destination())));
        }
        return config.toBuilder().mounts(mounts).build();
    }

    private static OciMount at(OciMount m, String place) {
        return new OciMount(place, m.type(), m.source(), m.options(), m.uidMappings(), m.gidMappings());
    }

    /** A path of the container's without links. What is not there yet has none. */
    String resolve(String path) {
        Deque<String> rest = new ArrayDeque<>(names(path));
        Deque<String> done = new ArrayDeque<>();
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.removeFirst();
            if (name.equals("..")) {
                done.pollLast();
                continue;
            }
            Path here = outside(done).resolve(name);
            if (!Files.isSymbolicLink(here) || ++links > MOST_LINKS) {
                done.addLast(name);
                continue;
            }
            String target = target(here);
            if (target.startsWith("/")) {
                done.clear();
            }
            names(target).reversed().forEach(rest::addFirst);
        }
        return "/" + String.join("/", done);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    private Path outside(Iterable<String> names) {
        Path path = root;
        for (String name : names) {
            path = path.resolve(name);
        }
        return path;
    }

    /**
     * Makes the places that a fresh root file system lacks, as create does, and mounts the root for criu. In a mount namespace
     * of this thread's own, which goes with criu: criu wants a root that is a mount, and what is mounted below another
     * volume has its place in that.
     *
     * @param mount an empty folder, where the root file system is mounted
     * @return the configuration with the places that were found
     */
    OciSpec prepare(OciSpec config, Path mount) {
        MountChange.create().propagation(Propagation.SLAVE).recursive().apply(Path.of("/"));
        attach(root, mount, true);
        List<OciMount> mounts = new ArrayList<>();
        List<String> memory = new ArrayList<>();
        for (OciMount m : config.mounts()) {
            String place = resolve(m.destination());
            mounts.add(at(m, place));
            // What lies in a file system of memory, criu restores with it; and what version 1's control groups have of
            // their own.
            boolean made = memory.stream().anyMatch(place::startsWith)
                    || m.type().equals("cgroup")
                    || m.type().equals("cgroup2");
            if (!made) {
                make(m, outside(names(place)));
            }
            if (m.type().equals("tmpfs")) {
                memory.add(place + "/");
            }
        }
        return config.toBuilder().mounts(mounts).build();
    }

    private static void make(OciMount m, Path place) {
        boolean bind = CriuPlan.isBind(m);
        try {
            if (bind && !Files.isDirectory(Path.of(m.source()))) {
                Path parent = place.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createFile(place);
                }
            } else {
                Files.createDirectories(place);
            }
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INTERNAL,
                    "cannot make the place of the mount on " + m.destination() + ": " + e
                            + "\n  likely cause: the root file system is not the one of the checkpoint"
                            + "\n  mend: give the bundle that the container was made of",
                    e);
        }
        if (bind) {
            attach(Path.of(m.source()), place, m.options().contains("rbind"));
        }
    }

    private static void attach(Path source, Path place, boolean recursive) {
        try (DetachedMount copy = DetachedMount.copyOf(source, recursive);
                Fd at = Open.path().at(place)) {
            copy.attach(at);
        }
    }
}
