package dev.alcove.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The resolv.conf(5) of a container that is on no network of ours: what the flags say, and the host's where they do not. */
final class ResolvText {
    static final String FILE = "/etc/resolv.conf";

    private ResolvText() {}

    /** @param host whether what the flags do not say is as on the host */
    static String of(NetworkWish wish, boolean host) {
        List<String> servers = new ArrayList<>();
        for (InetAddress server : wish.dns()) {
            servers.add(server.getHostAddress());
        }
        return text(wish, servers, host);
    }

    /** The same with a name server that is there when the flags name none. */
    static String of(NetworkWish wish, InetAddress usual) {
        return wish.dns().isEmpty() ? text(wish, List.of(usual.getHostAddress()), true) : of(wish, true);
    }

    private static String text(NetworkWish wish, List<String> servers, boolean host) {
        List<String> kept = host ? hosts() : List.of();
        StringBuilder out = new StringBuilder();
        servers.forEach(server -> out.append("nameserver ").append(server).append('\n'));
        if (servers.isEmpty()) {
            keep(out, kept, "nameserver");
        }
        if (wish.search().isEmpty()) {
            keep(out, kept, "search");
            keep(out, kept, "domain");
        } else if (!wish.search().contains(".")) {
            out.append("search ").append(String.join(" ", wish.search())).append('\n');
        }
        if (wish.options().isEmpty()) {
            keep(out, kept, "options");
        } else {
            out.append("options ").append(String.join(" ", wish.options())).append('\n');
        }
        return out.toString();
    }

    private static void keep(StringBuilder out, List<String> lines, String word) {
        for (String line : lines) {
            if (line.startsWith(word + " ") || line.startsWith(word + "\t")) {
                out.append(line).append('\n');
            }
        }
    }

    private static List<String> hosts() {
        try {
            return Files.readAllLines(Path.of(FILE));
        } catch (IOException e) {
            // A host without one has nothing to say.
            return List.of();
        }
    }
}
