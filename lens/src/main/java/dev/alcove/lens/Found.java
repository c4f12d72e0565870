package dev.alcove.lens;

import dev.alcove.linux.Inode;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A namespace while the scan still learns of it. */
final class Found {
    final NamespaceKind kind;
    final Inode inode;
    final List<Integer> members = new ArrayList<>();
    final List<Pin> pins = new ArrayList<>();

    /** Where a handle of it may be had, as long as what keeps it there does. */
    final List<Path> places = new ArrayList<>(2);

    OptionalLong ownerUid = OptionalLong.empty();
    OptionalLong owner = OptionalLong.empty();
    OptionalLong parent = OptionalLong.empty();
    boolean related;

    Found(NamespaceKind kind, Inode inode) {
        this.kind = kind;
        this.inode = inode;
    }

    /** A handle, from the first place that still is what it was. */
    Optional<Namespace> open() {
        for (Path place : places) {
            try {
                Optional<Namespace> namespace = Namespace.find(place, kind, inode);
                if (namespace.isPresent()) {
                    return namespace;
                }
            } catch (LinuxException e) {
                // Of another user's nothing is opened: the next place may be open to us.
                Entered.unlessRefused(e);
            }
        }
        return ofSocket(pins, inode);
    }

    /** No path leads to one that only sockets keep. */
    static Optional<Namespace> ofSocket(List<Pin> pins, Inode expected) {
        for (Pin pin : pins) {
            if (pin instanceof Pin.Socket socket) {
                try {
                    Optional<Namespace> namespace = socket.open();
                    if (namespace.isPresent() && namespace.get().identity().equals(expected)) {
                        return namespace;
                    }
                    namespace.ifPresent(Namespace::close);
                } catch (LinuxException e) {
                    Entered.unlessRefused(e);
                }
            }
        }
        return Optional.empty();
    }

    String label() {
        return kind.fileName() + ":[" + inode.number() + "]";
    }
}
