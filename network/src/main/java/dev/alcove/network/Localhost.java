package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.Link;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.Open;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Lets the host's own loopback addresses reach a container: connections to 127.0.0.1 and ::1 are translated and leave by the
 * bridge, and their answers come in by it, translated back. The kernel takes such answers for forged, unless it is told.
 */
final class Localhost {
    private Localhost() {}

    /**
     * Opens the way for one bridge; to be called in the host's network namespace.
     *
     * <p>IPv4 has a setting for it, ip-sysctl(7) {@code route_localnet}, which lets packets from the bridge reach 127.0.0.1:
     * {@link FirewallTable} drops those that are no answers. IPv6 has none, but an answer that was translated back to ::1
     * only lacks a route, since the one of ::1 is for packets that come by {@code lo}. So there is one more, for those that
     * come by the bridge. A packet that has ::1 written in it when it arrives the kernel drops before it looks for a route: so it does with
     * answers that br_netfilter shows to the firewall before, on the bridge. There ::1 leads nowhere.
     *
     * @param v6 whether containers on it have IPv6
     */
    static void lead(Netlink net, Link bridge, boolean v6) {
        set("/proc/sys/net/ipv4/conf/" + bridge.name() + "/route_localnet");
        if (v6) {
            net.routes().addLocal(Cidr.parseAddress("::1"), bridge);
        }
    }

    private static void set(String path) {
        Optional<Fd> found = Open.write().find(Path.of(path));
        if (found.isPresent()) {
            try (Fd file = found.get()) {
                FileIo.writeAll(file, "1".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
