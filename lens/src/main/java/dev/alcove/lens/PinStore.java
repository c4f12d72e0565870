package dev.alcove.lens;

import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileStat;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Inode;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.Mounts;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Open;
import dev.alcove.linux.Proc;
import dev.alcove.linux.Propagation;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.runtime.ContainerStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * Namespaces kept alive by name: each is bound to a file below the state folder, {@code ROOT/ns/NAME}.
 *
 * <p>That folder is a mount of its own, and private: a mount namespace cannot be bound where the mount would travel into
 * that very namespace, which it would then keep alive for ever (mount_namespaces(7), unshare(1)). The folder goes with
 * the last name.
 */
public final class PinStore {
    private static final int LONGEST = 64;

    private final Path root;
    private final Path folder;

    private PinStore(Path root) {
        this.root = root;
        this.folder = root.resolve("ns");
    }

    /** Those of a state folder. */
    public static PinStore of(ContainerStore store) {
        return new PinStore(real(store.root()));
    }

    /** As the kernel shows it among the mounts. */
    private static Path real(Path path) {
        try {
            return Files.exists(path)
                    ? path.toRealPath()
                    : path.toAbsolutePath().normalize();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    /**
     * Keeps a namespace of a process.
     *
     * @param kind which of its namespaces
     * @param pid  the process
     * @param name letters, digits, {@code _.-}, not beginning with a sign; at most 64
     * @return what is kept now, {@code net:[4026532240]}
     * @throws ContainerException INVALID for another name, or a mount namespace that is older than the caller's or the
     *     caller's own; CONFLICT if the name is in use; NOT_FOUND if there is no such process; DENIED without
     *     CAP_SYS_ADMIN
     */
    public String pin(NamespaceKind kind, int pid, String name) {
        check(name);
        try (Namespace namespace = Namespace.of(kind, pid)
                .orElseThrow(() -> new ContainerException(
                        Kind.NOT_FOUND,
                        "there is no process " + pid + "\n  likely cause: it has ended"
                                + "\n  mend: 'alcove ns' lists the namespaces there are"))) {
            makeRoot();
            try (Flock names = Flock.exclusive(root.resolve("lock"))) {
                if (find(name).isPresent()) {
                    throw new ContainerException(
                            Kind.CONFLICT,
                            "the name '" + name + "' is in use\n  likely cause: a namespace was pinned by it before"
                                    + "\n  mend: alcove ns unpin " + name + ", or choose another name");
                }
                makeFolder();
                bind(namespace, folder.resolve(name));
                return namespace.toString();
            }
        } catch (LinuxException e) {
            throw refused(kind, e);
        } catch (IOException e) {
            throw new ContainerException(
                    Kind.DENIED,
                    "cannot keep a namespace below " + folder + ": " + e
                            + "\n  likely cause: the state folder is not this user's, or its disk is full"
                            + "\n  mend: run as root, or set ALCOVE_ROOT to a folder of your own",
                    e);
        }
    }

    private static void check(String name) {
        boolean good = !name.isEmpty() && name.length() <= LONGEST && Character.isLetterOrDigit(name.charAt(0));
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            good &= c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '-');
        }
        if (!good) {
            throw new ContainerException(
                    Kind.INVALID,
                    dev.alcove.spec.SpecException.quote(name) + " is not a name: letters, digits, and _.- behind them, "
                            + "at most 64");
        }
    }

    private void makeRoot() throws IOException {
        Files.createDirectories(root);
        FileStat stat = FileStat.find(root).orElseThrow();
        long uid = Proc.status(Kernel.pid()).orElseThrow().uids().get(1);
        if (stat.uid() != uid || (stat.permissions() & 022) != 0) {
            throw new ContainerException(
                    Kind.DENIED,
                    "the state folder " + root + " is not safe: owner " + stat.uid() + ", mode 0"
                            + Integer.toOctalString(stat.permissions())
                            + "\n  likely cause: another user made it, or may write to it"
                            + "\n  mend: set ALCOVE_ROOT to a folder of your own, mode 0700");
        }
    }

    /** A mount of its own; private only when it is there, since what is put on a shared mount becomes shared. */
    private void makeFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        if (isMounted()) {
            return;
        }
        try (Fd place = Open.path().directory().noFollow().at(folder);
                DetachedMount mount = DetachedMount.copyOf(place, false)) {
            mount.attach(place);
            MountChange.create().propagation(Propagation.PRIVATE).apply(mount.fd());
        } catch (LinuxException e) {
            Files.deleteIfExists(folder);
            throw e;
        }
    }

    private boolean isMounted() {
        for (MountInfo mount : Proc.mounts(Kernel.pid()).orElse(List.of())) {
            if (mount.mountPoint().equals(folder.toString())) {
                return true;
            }
        }
        return false;
    }

    private void bind(Namespace namespace, Path file) throws IOException {
        // It may be there from before the machine was started anew: then it is an empty file and no name.
        Files.deleteIfExists(file);
        Files.createFile(file);
        try (Fd place = Open.path().noFollow().at(file);
                DetachedMount mount = DetachedMount.copyOf(namespace.fd(), false)) {
            mount.attach(place);
        } catch (LinuxException e) {
            Files.deleteIfExists(file);
            removeFolderIfEmpty();
            throw e;
        }
    }

    private static ContainerException refused(NamespaceKind kind, LinuxException e) {
        boolean itself = kind == NamespaceKind.MOUNT && (e.errno() == Errno.EINVAL || e.errno() == Errno.ELOOP);
        String cause = itself
                ? "a mount namespace can only be kept from one that was made before it: it would keep itself alive"
                : "only root may mount, and look into the processes of others";
        return new ContainerException(
                itself ? Kind.INVALID : Kind.DENIED,
                "cannot keep the " + kind.fileName() + " namespace: " + e.getMessage() + "\n  likely cause: " + cause
                        + "\n  mend: " + (itself ? "pin it from the machine's first mount namespace" : "run as root"),
                e);
    }

    /**
     * Lets a namespace go: it ends, unless something else keeps it.
     *
     * @throws ContainerException NOT_FOUND if there is none of that name, DENIED without CAP_SYS_ADMIN
     */
    public void unpin(String name) {
        check(name);
        try {
            if (find(name).isEmpty()) {
                throw new ContainerException(
                        Kind.NOT_FOUND,
                        "nothing is pinned by the name '" + name + "'"
                                + "\n  likely cause: a wrong name, or another state folder (" + root + ")"
                                + "\n  mend: 'alcove ns' shows the names there are");
            }
            try (Flock names = Flock.exclusive(root.resolve("lock"))) {
                Path file = folder.resolve(name);
                boolean bound;
                do {
                    // Again, should somebody have bound something over it by hand.
                    bound = Mounts.unmount(file);
                } while (bound);
                Files.deleteIfExists(file);
                removeFolderIfEmpty();
            }
        } catch (LinuxException e) {
            throw new ContainerException(
                    Kind.DENIED,
                    "cannot let '" + name + "' go: " + e.getMessage() + "\n  likely cause: only root may unmount"
                            + "\n  mend: run as root",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the last name the mount goes, and then the folder below it. */
    private void removeFolderIfEmpty() throws IOException {
        try (var names = Files.newDirectoryStream(folder)) {
            if (names.iterator().hasNext()) {
                return;
            }
        }
        Mounts.unmount(folder);
        try (var below = Files.newDirectoryStream(folder)) {
            // Files from before the folder was a mount are not ours to judge.
            if (!below.iterator().hasNext()) {
                Files.deleteIfExists(folder);
            }
        }
    }

    /** The file of a name, if a namespace is kept by it: what {@code setns} takes. */
    public Optional<Path> find(String name) {
        if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0) {
            return Optional.empty();
        }
        Path file = folder.resolve(name);
        Optional<Inode> own = Namespace.identity(NamespaceKind.USER, Kernel.pid());
        try {
            Optional<FileStat> stat = FileStat.find(file);
            boolean namespace = stat.isPresent()
                    && own.isPresent()
                    && stat.get().inode().device() == own.get().device();
            return namespace ? Optional.of(file) : Optional.empty();
        } catch (LinuxException e) {
            // Another user's folder.
            return Optional.empty();
        }
    }

    /** The name for which a path stands, if it is one of this store's. */
    Optional<String> name(String path) {
        String prefix = folder + "/";
        return path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0
                ? Optional.of(path.substring(prefix.length()))
                : Optional.empty();
    }
}
