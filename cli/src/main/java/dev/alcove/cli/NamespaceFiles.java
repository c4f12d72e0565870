package dev.alcove.cli;

import dev.alcove.lens.PinStore;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.SpecException;
import java.nio.file.Path;
import java.util.OptionalInt;

/** The files that stand for namespaces to join: {@code ns:PATH} and {@code container:NAME}. */
final class NamespaceFiles {
    private NamespaceFiles() {}

    /** The path, if it is a namespace of that kind. */
    static Path checked(dev.alcove.spec.NamespaceKind flag, NamespaceKind kind, Path path) {
        try (Namespace namespace = Namespace.at(path)) {
            if (namespace.kind() != kind) {
                throw SpecException.not(
                        flag.flag(),
                        path.toString(),
                        "a " + kind.fileName() + " namespace: it is one of kind "
                                + namespace.kind().fileName());
            }
        } catch (LinuxException e) {
            throw refused(flag.flag() + ": " + SpecException.quote(path.toString()), kind, e);
        }
        return path;
    }

    /** The namespace that is kept by a name. */
    static Path ofPin(Shell shell, dev.alcove.spec.NamespaceKind flag, NamespaceKind kind, String name) {
        Path file = PinStore.of(ContainerStore.standard(shell.environment()))
                .find(name)
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.NOT_FOUND,
                        flag.flag() + ": no namespace is pinned by the name " + SpecException.quote(name)
                                + "\n  likely cause: a wrong name, or a path that does not begin with /"
                                + "\n  mend: 'alcove ns' shows the names there are; 'alcove ns pin' gives one"));
        return checked(flag, kind, file);
    }

    private static ContainerException refused(String start, NamespaceKind kind, LinuxException e) {
        return switch (e.errno()) {
            case ENOENT, ENOTDIR ->
                new ContainerException(
                        ContainerException.Kind.NOT_FOUND,
                        start + " does not exist"
                                + "\n  likely cause: a wrong path, or the process whose namespace it was is gone"
                                + "\n  mend: alcove ns lists the namespaces there are",
                        e);
            case EACCES, EPERM ->
                new ContainerException(
                        ContainerException.Kind.DENIED,
                        start + " may not be opened by this user: " + e.errno().text()
                                + "\n  likely cause: it is another user's process, or below a directory that is closed to this one"
                                + "\n  mend: run as root, or as the user whose namespace it is",
                        e);
            default ->
                new ContainerException(
                        ContainerException.Kind.INVALID,
                        start + " cannot be joined: " + e.errno().text()
                                + "\n  likely cause: it is no namespace"
                                + "\n  mend: give a file like /proc/PID/ns/" + kind.fileName(),
                        e);
        };
    }

    /** The namespace of a running container. */
    static Path ofContainer(Shell shell, dev.alcove.spec.NamespaceKind flag, NamespaceKind kind, String reference) {
        StoredContainer container = ContainerStore.standard(shell.environment()).find(reference);
        OptionalInt pid = container.pid();
        if (pid.isEmpty() || container.status() != StoredContainer.Status.RUNNING) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    flag.flag() + ": container " + container.name() + " is not running"
                            + "\n  likely cause: it has ended, and its namespaces with it"
                            + "\n  mend: alcove ps lists those that run");
        }
        return Path.of("/proc", Integer.toString(pid.getAsInt()), "ns", kind.fileName());
    }
}
