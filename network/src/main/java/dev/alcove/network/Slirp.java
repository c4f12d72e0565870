package dev.alcove.network;

import dev.alcove.linux.Child;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Spawn;
import dev.alcove.spec.PortMapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts slirp4netns(1), which stays a child of who starts it. It says on a descriptor that it is ready, takes published
 * ports by a socket, and ends when the other end of a further descriptor is closed.
 */
final class Slirp {
    private static final int READY = 3;
    private static final int EXIT = 4;
    /** A socket's path has 107 bytes; the state folder's may be long. */
    private static final Path SHORT = Path.of("/tmp");

    private final Child child;

    private Slirp(Child child) {
        this.child = child;
    }

    /**
     * Starts it; returns when the interface and the ports are there.
     *
     * @param life its other end's closing ends it; stays the caller's
     * @param api  a socket for ports that is to stay; without it there is one only until the ports are there
     */
    static Slirp start(Path program, int pid, List<PortMapping> ports, Fd life, Optional<Path> api) {
        try {
            Path folder = Files.createTempDirectory(SHORT, "alcove-slirp-");
            try {
                return start(program, pid, ports, life, api.orElse(folder.resolve("api")), folder.resolve("said"));
            } finally {
                Files.deleteIfExists(folder.resolve("said"));
                Files.deleteIfExists(folder.resolve("api"));
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Slirp start(Path program, int pid, List<PortMapping> ports, Fd life, Path api, Path said)
            throws IOException {
        Slirp started = spawn(program, pid, life, api, said);
        try {
            for (PortMapping port : ports) {
                SlirpPorts.add(api, port);
            }
            return started;
        } catch (RuntimeException e) {
            started.child.kill();
            started.child.reap();
            throw e;
        }
    }

    /** What it complains of goes to a file, and not to a pipe, whose end would be its own when nobody reads any more. */
    private static Slirp spawn(Path program, int pid, Fd life, Path api, Path said) throws IOException {
        List<String> command = new ArrayList<>(List.of("slirp4netns"));
        command.addAll(SlirpArguments.of(pid, READY, EXIT, api));
        try (Pipe ready = Pipe.open()) {
            Child child;
            try (Fd executable = Open.path().at(program);
                    Fd nothing = Open.readWrite().at(Path.of("/dev/null"));
                    Fd words = Open.write().create(0600).exclusive().at(said);
                    Fd writer = ready.writer()) {
                child = Spawn.spawn(
                        executable,
                        command,
                        List.of(),
                        Map.of(0, nothing, 1, nothing, 2, words, READY, writer, EXIT, life));
            }
            byte[] one = new byte[1];
            if (FdIo.read(ready.reader(), one, 0, 1) == 1) {
                return new Slirp(child);
            }
            int status = child.reap().status();
            throw refused(status, Files.readString(said).strip().replace("\n", "; "));
        }
    }

    private static NetworkException refused(int status, String said) {
        boolean tun = said.contains("/dev/net/tun");
        return new NetworkException(
                tun ? NetworkException.Kind.DENIED : NetworkException.Kind.INTERNAL,
                "the container's network cannot be made: slirp4netns ended with " + status
                        + (said.isEmpty() ? "" : ": " + said) + "\n  likely cause: "
                        + (tun
                                ? "/dev/net/tun is missing, or not everybody's to open"
                                : "slirp4netns cannot work on this machine, or not in the container's namespaces")
                        + "\n  mend: "
                        + (tun ? "chmod 0666 /dev/net/tun, as root" : "apt-get install -y passt, as root")
                        + "; or run with --network none");
    }

    /** Ends it when a process has ended: closes the descriptor, and takes its status. */
    void endWith(int pid, Fd writer) {
        Optional<Pidfd> process = Pidfd.open(pid);
        Thread.ofPlatform().name("alcove-slirp4netns").daemon(true).start(() -> {
            try (Fd life = writer) {
                if (process.isPresent()) {
                    try (Pidfd container = process.get()) {
                        container.awaitEnd(Duration.ofDays(36_500));
                    }
                }
            }
            child.reap();
        });
    }

    /** Leaves it to end by itself; its status is taken if it does so before this JVM. */
    void forget() {
        Thread.ofPlatform().name("alcove-slirp4netns").daemon(true).start(child::reap);
    }
}
