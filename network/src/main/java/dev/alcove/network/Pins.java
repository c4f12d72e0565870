package dev.alcove.network;

import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Mounts;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.Open;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Network namespaces kept alive without a process: each is bound to a file, {@code ROOT/network/ns/NAME}, as ip-netns(8)
 * does. {@code alcove ns} shows them with that path.
 */
final class Pins {
    private final Path folder;

    /** Those of the networks' state folder. */
    Pins(Path root) {
        this.folder = root.resolve("ns");
    }

    /** Where a name's namespace is, or would be. */
    Path path(String name) {
        return folder.resolve(name);
    }

    /**
     * Keeps a namespace; what a crash left of that name is replaced.
     *
     * @return where it is bound
     * @throws LinuxException EPERM without CAP_SYS_ADMIN
     */
    Path pin(String name, Namespace namespace) {
        unpin(name);
        Path file = path(name);
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createFile(file);
            try (Fd place = Open.path().noFollow().at(file);
                    DetachedMount mount = DetachedMount.copyOf(namespace.fd(), false)) {
                mount.attach(place);
            } catch (LinuxException e) {
                Files.deleteIfExists(file);
                throw e;
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets a namespace go: it ends, unless something else keeps it. Does nothing if there is none. */
    void unpin(String name) {
        Path file = path(name);
        if (!Files.exists(file)) {
            return;
        }
        boolean bound;
        do {
            bound = Mounts.unmount(file);
        } while (bound);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
