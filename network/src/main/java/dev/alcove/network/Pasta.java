package dev.alcove.network;

import dev.alcove.linux.Child;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Spawn;
import dev.alcove.spec.PortMapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts pasta(1). It goes to the background by itself when all is in place: its end says that it is ready, and the
 * process that stays is nobody's child. That one watches the process it was called for and ends with it.
 */
final class Pasta {
    private Pasta() {}

    static void start(Path program, int pid, List<PortMapping> ports) {
        List<String> command = new ArrayList<>(List.of("pasta"));
        command.addAll(PastaArguments.of(pid, ports));
        String said;
        Child child;
        try (Pipe output = Pipe.open()) {
            try (Fd executable = Open.path().at(program);
                    Fd nothing = Open.readWrite().at(Path.of("/dev/null"));
                    Fd writer = output.writer()) {
                child = Spawn.spawn(executable, command, List.of(), Map.of(0, nothing, 1, nothing, 2, writer));
            }
            said = new String(FdIo.input(output.reader()).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int status = child.reap().status();
        if (status != 0) {
            throw refused(status, words(said), ports);
        }
    }

    /** What it said but for complaints that it could not tell the system's log the same. */
    private static String words(String said) {
        StringBuilder words = new StringBuilder();
        for (String line : said.split("\n", -1)) {
            if (!line.isBlank() && !line.endsWith("to syslog")) {
                words.append(words.isEmpty() ? "" : "; ").append(line.strip());
            }
        }
        return words.toString();
    }

    static NetworkException refused(int status, String said, List<PortMapping> ports) {
        String cause;
        String mend;
        NetworkException.Kind kind = NetworkException.Kind.INTERNAL;
        if (said.contains("bind any port")) {
            boolean low = ports.stream().anyMatch(p -> p.host() < 1024);
            kind = low ? NetworkException.Kind.DENIED : NetworkException.Kind.CONFLICT;
            cause = low
                    ? "ports below 1024 are root's, unless net.ipv4.ip_unprivileged_port_start says less; or it is in use"
                    : "another process has the port";
            mend = low ? "publish a port from 1024 on" : "ss -lntup shows who; publish another port";
        } else if (said.contains("routable interface") || said.contains("External interface")) {
            kind = NetworkException.Kind.UNSUPPORTED;
            cause = "the host has no default route, whose interface pasta would copy";
            mend = "connect the host, or run with --network none";
        } else if (said.contains("/dev/net/tun")) {
            kind = NetworkException.Kind.DENIED;
            cause = "/dev/net/tun is missing, or not everybody's to open";
            mend = "chmod 0666 /dev/net/tun, as root; or run with --network none";
        } else {
            cause = "pasta cannot work on this machine, or not in the container's namespaces";
            mend = "run with --network none; apt-get install -y slirp4netns does not help while pasta is installed";
        }
        return new NetworkException(
                kind,
                "the container's network cannot be made: pasta ended with " + status
                        + (said.isEmpty() ? "" : ": " + said) + "\n  likely cause: " + cause + "\n  mend: " + mend);
    }
}
