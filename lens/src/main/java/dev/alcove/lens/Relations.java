package dev.alcove.lens;

import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalLong;

/** Owners and parents, asked of the kernel by handle, ioctl_nsfs(2). One that nothing else leads to comes up here. */
final class Relations {
    private final Scan scan;

    Relations(Scan scan) {
        this.scan = scan;
    }

    void find() {
        for (Found ns : new ArrayList<>(scan.found.values())) {
            if (ns.related) {
                continue;
            }
            try (Namespace handle = ns.open().orElse(null)) {
                if (handle != null) {
                    relate(ns, handle);
                }
            }
        }
        for (Found ns : scan.found.values()) {
            if (ns.kind != NamespaceKind.USER && ns.owner.isPresent()) {
                Found owner = scan.found.get(ns.owner.getAsLong());
                if (owner != null) {
                    ns.ownerUid = owner.ownerUid;
                }
            }
        }
    }

    private void relate(Found ns, Namespace handle) {
        ns.related = true;
        try {
            ns.owner = other(ns, handle.owner());
            if (ns.kind == NamespaceKind.USER) {
                ns.ownerUid = OptionalLong.of(handle.ownerUid());
                // Of a user namespace the two are the same.
                ns.parent = ns.owner;
            } else if (ns.kind == NamespaceKind.PID) {
                ns.parent = other(ns, handle.parent());
            }
        } catch (LinuxException e) {
            // A filter around us forbids these questions: then it is seen without its relations.
            return;
        }
    }

    private OptionalLong other(Found of, Optional<Namespace> handle) {
        try (Namespace other = handle.orElse(null)) {
            if (other == null) {
                return OptionalLong.empty();
            }
            Found ns = scan.seen(other.kind(), other.identity());
            if (ns.pins.isEmpty()) {
                ns.pins.add(new Pin.Related(of.label()));
            }
            if (!ns.related) {
                relate(ns, other);
            }
            return OptionalLong.of(other.identity().number());
        }
    }
}
