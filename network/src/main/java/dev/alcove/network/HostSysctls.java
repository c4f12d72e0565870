package dev.alcove.network;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The settings below /proc/sys/net, which shows those of the thread's own network namespace, ip-sysctl(7). */
final class HostSysctls {
    private static final Path NET = Path.of("/proc/sys/net");
    private static final int LONGEST = 64;

    private HostSysctls() {}

    /**
     * Lets packets through from one interface to another.
     *
     * <p>A host that forwards IPv6 is a router and no more takes its own routes from others, which would cut off one that
     * lives by that: where it does now, it goes on ({@code accept_ra} 2).
     *
     * @param v6 whether IPv6 too
     */
    static void forward(boolean v6) {
        set("ipv4/ip_forward", "1");
        if (v6 && !get("ipv6/conf/all/forwarding").equals("1")) {
            for (String link : links()) {
                if (get("ipv6/conf/" + link + "/accept_ra").equals("1")) {
                    set("ipv6/conf/" + link + "/accept_ra", "2");
                }
            }
            set("ipv6/conf/all/forwarding", "1");
        }
    }

    /** Whether it does so. */
    static boolean forwards(Family family) {
        return get(family == Family.V4 ? "ipv4/ip_forward" : "ipv6/conf/all/forwarding")
                .equals("1");
    }

    /** Lets no more packets through. */
    static void forwardNoMore(Family family) {
        set(family == Family.V4 ? "ipv4/ip_forward" : "ipv6/conf/all/forwarding", "0");
    }

    /**
     * How an interface deals with IPv6: not at all where its network has none; else its addresses are good at once and its
     * routes are those that it is given.
     */
    static void ipv6(String link, boolean wanted) {
        String at = "ipv6/conf/" + link + "/";
        if (wanted) {
            set(at + "disable_ipv6", "0");
            set(at + "accept_dad", "0");
            set(at + "accept_ra", "0");
        } else {
            set(at + "disable_ipv6", "1");
        }
    }

    private static List<String> links() {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(NET.resolve("ipv6/conf"))) {
            List<String> names = new ArrayList<>();
            folders.forEach(f -> names.add(String.valueOf(f.getFileName())));
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty where the kernel has no such setting: one without IPv6. */
    static String get(String name) {
        Optional<Fd> found = Open.read().find(NET.resolve(name));
        if (found.isEmpty()) {
            return "";
        }
        try (Fd file = found.get()) {
            return new String(FileIo.readAll(file, LONGEST), StandardCharsets.US_ASCII).strip();
        }
    }

    /** Sets it where the kernel has it; where /proc can only be read, as in a container, it may be so already. */
    static void set(String name, String value) {
        try {
            Optional<Fd> found = Open.write().find(NET.resolve(name));
            if (found.isPresent()) {
                try (Fd file = found.get()) {
                    FileIo.writeAll(file, value.getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (LinuxException e) {
            if (!get(name).equals(value)) {
                throw e;
            }
        }
    }
}
