package dev.alcove.it;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Inode;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Proc;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Containers with just the rooms that a test is about: the documents' C programs, one clone flag after the other. */
final class Rooms {
    private Rooms() {}

    /** No room of its own at all: clone() without a flag. */
    static ContainerBuilder none(String... command) {
        ContainerBuilder builder = new ContainerBuilder(command).rootfs(Rootfs.inherited());
        builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"));
        for (NamespaceKind kind : NamespaceKind.values()) {
            builder.room(kind, new ContainerBuilder.Room.Host());
        }
        return builder;
    }

    /** A shell with these rooms of its own and the privileges of root in the documents: nothing is taken away. */
    static ContainerBuilder only(NamespaceKind... kinds) {
        ContainerBuilder builder = none("sh").privileged(true);
        for (NamespaceKind kind : kinds) {
            builder.room(kind, new ContainerBuilder.Room.Own());
        }
        return builder;
    }

    /** The room of a process, to be joined. */
    static ContainerBuilder.Room of(int pid, NamespaceKind kind) {
        return new ContainerBuilder.Room.Joined(Path.of("/proc/" + pid + "/ns/" + kind.fileName()));
    }

    /** The processes that are in a namespace, of those that may be looked at. */
    static List<Integer> members(NamespaceKind kind, Inode identity) {
        List<Integer> members = new ArrayList<>();
        for (int pid : Proc.pids()) {
            try {
                if (Namespace.identity(kind, pid).equals(Optional.of(identity))) {
                    members.add(pid);
                }
            } catch (LinuxException e) {
                if (e.errno() != Errno.EACCES) {
                    throw e;
                }
            }
        }
        return members;
    }
}
