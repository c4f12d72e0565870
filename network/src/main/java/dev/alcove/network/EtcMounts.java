package dev.alcove.network;

import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileStat;
import dev.alcove.linux.Inode;
import dev.alcove.linux.MountAttribute;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import dev.alcove.linux.Propagation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Exchanges the files of a running container for others, when it has come to see other networks. */
final class EtcMounts {
    private EtcMounts() {}

    /** A file that goes over another one inside. */
    private record Exchange(String inside, Inode before, DetachedMount mount) {}

    /**
     * Mounts other files over those that a container has: from one moment to the next, since the new one goes on top and the
     * old one stays below it. What the container, or who started it, has mounted there itself stays.
     *
     * @param pid    the container's first process; does nothing if it is gone
     * @param before the files it had
     * @param now    the files it shall have
     */
    static void replace(int pid, List<EtcFile> before, List<EtcFile> now) {
        Map<String, Path> old = new HashMap<>();
        before.forEach(file -> old.put(file.inside(), file.outside()));
        List<Exchange> exchanges = new ArrayList<>();
        try (Namespace mounts = Namespace.of(NamespaceKind.MOUNT, pid).orElse(null)) {
            if (mounts == null) {
                return;
            }
            for (EtcFile file : now) {
                Path had = old.getOrDefault(file.inside(), file.outside());
                if (!had.equals(file.outside())) {
                    FileStat.find(had)
                            .ifPresent(stat -> exchanges.add(new Exchange(file.inside(), stat.inode(), mount(file))));
                }
            }
            // The thread is in the container's root from the joining on: paths cannot lead out of it, nor to our
            // classes.
            // Those that it needs are loaded by what was done until here.
            NamespaceThread.create().join(mounts).call(() -> {
                for (Exchange exchange : exchanges) {
                    attach(exchange);
                }
                return true;
            });
        } finally {
            exchanges.forEach(exchange -> exchange.mount().close());
        }
    }

    private static DetachedMount mount(EtcFile file) {
        DetachedMount mount = DetachedMount.copyOf(file.outside(), false);
        MountChange change = MountChange.create()
                .set(MountAttribute.NOSUID, MountAttribute.NODEV, MountAttribute.NOEXEC)
                .propagation(Propagation.PRIVATE);
        (file.writable() ? change : change.set(MountAttribute.READ_ONLY)).apply(mount.fd());
        return mount;
    }

    private static void attach(Exchange exchange) {
        // The container may have taken its own file away.
        try (Fd place = Open.path().noFollow().find(Path.of(exchange.inside())).orElse(null)) {
            if (place != null && FileStat.of(place).inode().equals(exchange.before())) {
                exchange.mount().attach(place);
            }
        }
    }
}
