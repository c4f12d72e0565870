package dev.alcove.lens;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The mounts of mount namespaces that no process is in: no /proc/PID shows them, but a thread that goes there sees them. */
final class MemberlessMounts {
    private static final int MOST = 64 << 20;

    private MemberlessMounts() {}

    static void read(Scan scan) {
        List<Found> memberless = new ArrayList<>();
        for (Found ns : scan.found.values()) {
            if (ns.kind == NamespaceKind.MOUNT && !scan.mounts.containsKey(ns.inode.number())) {
                memberless.add(ns);
            }
        }
        if (memberless.isEmpty()) {
            return;
        }
        // Opened here: inside there may be no /proc.
        try (Fd proc = Open.path().directory().at(Path.of("/proc"))) {
            // Once outside, so that inside, where the class path may not be, no class has to be loaded.
            if (text(proc).isEmpty() || Errno.of(1) != Errno.EPERM) {
                return;
            }
            for (Found ns : memberless) {
                try (Namespace handle = ns.open().orElse(null)) {
                    if (handle != null) {
                        String text = NamespaceThread.create().join(handle).call(() -> text(proc));
                        scan.take(ns.inode.number(), MountInfo.parse(text), "");
                    }
                } catch (LinuxException e) {
                    // Only root may go there.
                    Entered.unlessRefused(e);
                }
            }
        }
    }

    private static String text(Fd proc) {
        try (Fd file = Open.read().at(proc, "thread-self/mountinfo")) {
            return new String(FileIo.readAll(file, MOST), StandardCharsets.UTF_8);
        }
    }
}
