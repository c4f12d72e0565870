package dev.alcove.it;

import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.FsContext;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import dev.alcove.linux.Propagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A mount namespace of the test's own, cut off from the machine's, so that a test can mount what it likes. */
final class OwnMounts {
    private OwnMounts() {}

    /** What runs there. */
    interface Action {
        void run(Path base) throws IOException;
    }

    /** Runs it on a thread of its own, with a tmpfs at the folder. */
    static void in(Path folder, Action action) {
        try {
            NamespaceThread.create().unshare(NamespaceKind.MOUNT).call(() -> {
                MountChange.create()
                        .propagation(Propagation.PRIVATE)
                        .recursive()
                        .apply(Path.of("/"));
                tmpfs(folder);
                action.run(folder);
                return true;
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Mounts a tmpfs at a directory, which is made if it is missing. */
    static void tmpfs(Path at) throws IOException {
        Files.createDirectories(at);
        try (FsContext context = FsContext.open("tmpfs").create();
                DetachedMount mount = context.mount();
                var place = Open.path().at(at)) {
            mount.attach(place);
        }
    }

    /** The mounts that the calling thread sees. */
    static List<MountInfo> table() throws IOException {
        return MountInfo.parse(Files.readString(Path.of("/proc/thread-self/mountinfo")));
    }

    /** Whether something is mounted at a place, as the calling thread sees it. */
    static boolean mounted(Path at) throws IOException {
        return table().stream().anyMatch(m -> m.mountPoint().equals(at.toString()));
    }
}
