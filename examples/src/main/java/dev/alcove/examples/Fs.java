package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.spec.OciMount;
import java.util.List;
import java.util.Set;

/**
 * {@code fs.c}: {@code CLONE_NEWNS} gives the child a copy of the mount table. It mounts a new {@code /proc}, which shows
 * the processes of its own PID namespace; {@code ps} now lists two. The parent's mounts do not change.
 */
public final class Fs {
    private Fs() {}

    /** Lists the processes that /proc shows inside. */
    public static void main(String[] arguments) {
        Set<NamespaceKind> own = Set.of(NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.PID, NamespaceKind.MOUNT);
        try (Container room = Shared.allBut(own, "sh", "-c", "ps -eo pid,comm; exit 0")
                .hostname("container")
                .mount(OciMount.of("/proc", "proc", "proc", List.of("nosuid", "nodev", "noexec")))
                .inheritIO()
                .start()) {
            room.waitFor();
        }
    }
}
