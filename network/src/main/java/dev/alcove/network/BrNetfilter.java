package dev.alcove.network;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.Open;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether the kernel's br_netfilter shows frames that a bridge passes on to the tables of what is routed, as docker and
 * Kubernetes want it. What it shows is translated already when the host itself takes it in.
 */
final class BrNetfilter {
    private BrNetfilter() {}

    /** Whether it does, in the calling thread's network namespace. */
    static boolean shows(Family family) {
        String name = family == Family.V4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables";
        Optional<Fd> found = Open.read().find(Path.of("/proc/sys/net/bridge", name));
        if (found.isEmpty()) {
            return false;
        }
        try (Fd file = found.get()) {
            byte[] text = FileIo.readAll(file, 16);
            return text.length > 0 && text[0] == '1';
        }
    }
}
