package dev.alcove.runtime;

import dev.alcove.linux.AtomicFile;
import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileStat;
import dev.alcove.linux.Flock;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The containers of one state folder, so that one process can find what another started. There is no daemon: a
 * container's folder holds all that is known, and its lock tells whether it lives.
 *
 * <pre>
 *   ROOT/lock                     held while a name is given away
 *   ROOT/containers/ID/state.json what does not change, see {@link StoredState}
 *                      creating   locked by whoever starts it, until it runs
 *                      lock       locked by its monitor, as long as that lives
 *                      pid        its first process's pid, once it runs
 *                      exit       blanks; at the end the status as wait4(2) has it, written over them
 *                      log        what a detached one prints
 * </pre>
 *
 * <p>A crash at any instant leaves either a folder without a lock holder, which the next call clears, or nothing.
 */
public final class ContainerStore {
    /** What does not change; there as a whole or not at all. */
    static final String RECORD = "state.json";

    static final List<String> FILES = List.of(RECORD, "pid", "exit", "log", "creating", "lock");

    private static final Duration END = Duration.ofSeconds(10);

    private final Path root;

    private ContainerStore(Path root) {
        this.root = root;
    }

    /** The store in a folder, which is made when the first container is. */
    public static ContainerStore at(Path root) {
        return new ContainerStore(root);
    }

    /**
     * The caller's usual store: ALCOVE_ROOT, or /run/alcove for root, or XDG_RUNTIME_DIR/alcove, or /tmp/alcove-UID.
     *
     * @param environment where the variables are looked up
     */
    public static ContainerStore standard(Map<String, String> environment) {
        String named = environment.getOrDefault("ALCOVE_ROOT", "");
        if (!named.isEmpty()) {
            return at(Path.of(named).toAbsolutePath());
        }
        long uid = Caller.read().uid();
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (uid == 0) {
            return at(Path.of("/run/alcove"));
        }
        return at(runtime.isEmpty() ? Path.of("/tmp/alcove-" + uid) : Path.of(runtime, "alcove"));
    }

    /** The store's folder. */
    public Path root() {
        return root;
    }

    /**
     * Records a container that is about to be started, and tells the builder where. If the start fails, close the result:
     * it is forgotten then.
     *
     * @param builder    the container
     * @param name       its name; empty for one that is made up
     * @param image      what to show as its image
     * @param stopSignal the signal that asks it to end, empty for SIGTERM
     * @param remove     whether all trace of it goes when it ends
     * @param detach     whether it lives on without this process; what it prints goes to the log then
     * @throws ContainerException CONFLICT if the name is taken
     */
    public NewContainer create(
            ContainerBuilder builder, String name, String image, String stopSignal, boolean remove, boolean detach) {
        try {
            makeDirectory(root);
            makeDirectory(root.resolve("containers"));
            try (Flock names = Flock.exclusive(root.resolve("lock"))) {
                String given = name.isEmpty() ? freeName() : name;
                checkFree(given);
                Path folder = root.resolve("containers").resolve(builder.id());
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Flock creating = null;
                NewContainer made = null;
                try {
                    creating = Flock.exclusive(folder.resolve("creating"));
                    Files.writeString(folder.resolve("exit"), StoredContainer.NO_EXIT);
                    builder.state(given, folder, remove);
                    if (detach) {
                        builder.detached(folder.resolve("log"));
                    }
                    ContainerSpec spec = builder.spec();
                    StoredState state = StoredState.of(
                            spec,
                            given,
                            image,
                            stopSignal,
                            remove,
                            StoredState.seccompText(builder.effectiveSeccomp(), spec.supervised()));
                    try (Fd directory = Open.path().directory().at(folder)) {
                        AtomicFile.replace(directory, RECORD, state.toJson(), 0600);
                    }
                    made = new NewContainer(new StoredContainer(folder, state), creating);
                    return made;
                } finally {
                    if (made == null) {
                        if (creating != null) {
                            creating.close();
                        }
                        StoredContainer.deleteFolder(folder);
                    }
                }
            }
        } catch (FileAlreadyExistsException e) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    "there is a container of the id '" + builder.id() + "' already",
                    e);
        } catch (IOException e) {
            RuntimeException here = Failure.here("record the container", new UncheckedIOException(e));
            if (here instanceof ContainerException known) {
                throw known;
            }
            throw new ContainerException(
                    ContainerException.Kind.DENIED,
                    "cannot record the container: " + e
                            + "\n  likely cause: the state folder " + root + " is not this user's"
                            + "\n  mend: set ALCOVE_ROOT to a folder of your own",
                    e);
        } catch (LinuxException e) {
            throw Failure.here("record the container", e);
        }
    }

    /** Below /tmp anybody could have made the folder before: it must be the caller's own, and nobody else's to write. */
    private void makeDirectory(Path path) throws IOException {
        Files.createDirectories(path);
        FileStat stat = FileStat.find(path).orElseThrow();
        long uid = Caller.read().uid();
        if (stat.uid() != uid || (stat.permissions() & 022) != 0) {
            throw new ContainerException(
                    ContainerException.Kind.DENIED,
                    "the state folder " + path + " is not safe: owner " + stat.uid() + ", mode 0"
                            + Integer.toOctalString(stat.permissions())
                            + "\n  likely cause: another user made it, or may write to it"
                            + "\n  mend: set ALCOVE_ROOT to a folder of your own, mode 0700");
        }
    }

    private String freeName() throws IOException {
        while (true) {
            String name = RandomName.next();
            if (named(name).isEmpty()) {
                return name;
            }
        }
    }

    private void checkFree(String name) throws IOException {
        Optional<StoredContainer> other = named(name);
        if (other.isPresent()) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    "the name '" + name + "' is in use by container "
                            + other.get().id()
                            + "\n  likely cause: it was started before and not removed"
                            + "\n  mend: alcove rm -f " + name + ", or choose another name");
        }
    }

    private Optional<StoredContainer> named(String name) throws IOException {
        for (StoredContainer c : all(true)) {
            if (c.name().equals(name)) {
                return Optional.of(c);
            }
        }
        return Optional.empty();
    }

    /** All containers, the newest first. Clears what a crash left behind. */
    public List<StoredContainer> list() {
        try {
            List<StoredContainer> found = swept();
            found.sort(Comparator.comparing(StoredContainer::created).reversed());
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Under the lock of those who make containers, a folder without a record is one whose maker died. */
    private List<StoredContainer> swept() throws IOException {
        Path lock = root.resolve("lock");
        if (!Files.exists(lock)) {
            return new ArrayList<>();
        }
        Optional<Flock> names = Flock.tryExclusive(lock);
        try {
            return all(names.isPresent());
        } finally {
            names.ifPresent(Flock::close);
        }
    }

    private List<StoredContainer> all(boolean clear) throws IOException {
        List<StoredContainer> found = new ArrayList<>();
        Path containers = root.resolve("containers");
        if (!Files.isDirectory(containers)) {
            return found;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(containers)) {
            for (Path folder : folders) {
                Optional<StoredState> state = read(folder);
                if (state.isEmpty()) {
                    if (clear) {
                        clearUnfinished(folder);
                    }
                    continue;
                }
                StoredContainer c = new StoredContainer(folder, state.get());
                if (!clear || c.clearIfDead()) {
                    found.add(c);
                }
            }
        }
        return found;
    }

    /** The state, or empty before it is written and while it is being removed. */
    private static Optional<StoredState> read(Path folder) throws IOException {
        try {
            return Optional.of(StoredState.parse(Files.readAllBytes(folder.resolve(RECORD))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new ContainerException(
                    ContainerException.Kind.INTERNAL,
                    "cannot read " + folder.resolve(RECORD) + ": " + e.getMessage()
                            + "\n  likely cause: another version of Alcove wrote it, or it was edited"
                            + "\n  mend: remove the folder " + folder,
                    e);
        }
    }

    /** A folder without a record, whose maker is gone, or whose monitor is just removing the rest. */
    private static void clearUnfinished(Path folder) {
        if (!Flock.isHeld(folder.resolve("creating")) && !Flock.isHeld(folder.resolve("lock"))) {
            StoredContainer.deleteFolder(folder);
        }
    }

    /**
     * One container by its name, its id, or an unambiguous beginning of its id.
     *
     * @throws ContainerException NOT_FOUND, or INVALID if several ids begin so
     */
    public StoredContainer find(String reference) {
        StoredContainer found = null;
        for (StoredContainer c : list()) {
            if (c.name().equals(reference) || c.id().equals(reference)) {
                return c;
            }
            if (!reference.isEmpty() && c.id().startsWith(reference)) {
                if (found != null) {
                    throw new ContainerException(
                            ContainerException.Kind.INVALID,
                            "'" + reference + "' is the beginning of several containers' ids\n  mend: give more of it");
                }
                found = c;
            }
        }
        if (found == null) {
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    "no such container: " + reference
                            + "\n  likely cause: a wrong name, another state folder (" + root
                            + "), or it has been removed"
                            + "\n  mend: alcove ps -a lists those there are");
        }
        return found;
    }

    /** Removes a container's control groups, once nobody is in them. */
    static void removeGroup(String group) {
        Cgroup cgroup = Cgroup.of(CgroupLayout.read(), group);
        if (cgroup.exists()) {
            cgroup.kill(END);
            cgroup.remove();
        }
    }

    /** A container that has been recorded and not yet started. */
    public static final class NewContainer implements AutoCloseable {
        private final StoredContainer container;
        private final Flock creating;

        NewContainer(StoredContainer container, Flock creating) {
            this.container = container;
            this.creating = creating;
        }

        /** The record. */
        public StoredContainer container() {
            return container;
        }

        /** To be called when it runs, or its start has failed: then nothing of it stays. */
        @Override
        public void close() {
            creating.close();
            container.clearIfDead();
        }
    }
}
