package dev.alcove.runtime;

import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.UnixListener;
import dev.alcove.linux.UnixSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A JVM that stays for the fronts to come: each asks it for a program instead of starting a JVM of its own. It serves
 * the processes of its own user that are as it is itself, and turns away all others, who then start theirs: nobody gets
 * by it what its own privileges would not give.
 */
public final class Resident {
    /** Ends a front's waiting for an end that does not come. */
    private static final Duration STOPPING = Duration.ofSeconds(30);

    /** What says that this process has no room for another connection just now. */
    private static final Set<Errno> EXHAUSTED = EnumSet.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.ENOBUFS);

    /** What is the same in whoever may be served, of {@code /proc/PID/status}. */
    private static final List<String> SAME = List.of(
            "Umask:",
            "Uid:",
            "Gid:",
            "Groups:",
            "CapInh:",
            "CapPrm:",
            "CapEff:",
            "CapBnd:",
            "CapAmb:",
            "NoNewPrivs:",
            "Seccomp:");

    /** Its namespaces, of {@code /proc/PID/ns}. */
    private static final List<String> ROOMS =
            List.of("mnt", "user", "pid", "pid_for_children", "net", "cgroup", "ipc", "uts", "time");

    private final Path place;
    private final String key;
    private final Commands commands;
    private final List<String> self;
    private final boolean ownGroupCounts;
    private final String ownGroup;
    private final List<String> ownPlaces;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicBoolean stopping = new AtomicBoolean();

    /** What is done for a front. */
    public interface Commands {
        /** Whether this command can be done here; nothing is done by asking. */
        boolean takes(List<String> words);

        /**
         * Does it.
         *
         * @return its exit status, 0 to 255
         */
        int run(FrontRequest request);
    }

    private Resident(Path place, String key, Commands commands) {
        this.place = place;
        this.key = key;
        this.commands = commands;
        this.self = ProcessLines.status("self");
        this.ownGroup = ProcessLines.text("self", "cgroup");
        this.ownPlaces = places("self");
        boolean counts = false;
        for (CgroupHierarchy h : ThisProcess.cgroups().hierarchies()) {
            counts |= h.base().isPresent() && !h.base().get().equals("/");
        }
        this.ownGroupCounts = counts;
    }

    /** The namespaces, the root and the label of a process, as the kernel tells them; what is its own word is the key. */
    private static List<String> places(String process) {
        List<String> found = new ArrayList<>();
        for (String kind : ROOMS) {
            found.add(link(process, "ns/" + kind));
        }
        found.add(link(process, "root"));
        found.add(ProcessLines.text(process, "attr/current"));
        return found;
    }

    private static String link(String process, String file) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", process, file)).toString();
        } catch (IOException e) {
            // Not there, for both alike; or its process is gone, which nobody is like.
            return "";
        }
    }

    /** Reads what a process is, as the kernel tells it. */
    private static final class ProcessLines {
        static String text(String process, String file) {
            try {
                return Files.readString(Path.of("/proc", process, file));
            } catch (IOException e) {
                // It is gone: like nobody.
                return "";
            }
        }

        static List<String> status(String process) {
            String text = text(process, "status");
            List<String> lines = new ArrayList<>();
            for (String name : SAME) {
                int at = text.startsWith(name) ? 0 : text.indexOf("\n" + name) + 1;
                int end = text.indexOf('\n', at);
                if (end > 0 && text.startsWith(name, at)) {
                    lines.add(text.substring(at, end));
                }
            }
            return lines;
        }
    }

    /**
     * Listens, and serves until nobody has come for a time, or somebody stops it. Whoever calls this holds the lock of
     * the place: what is there of this name is a dead one's.
     *
     * @param place    the socket, in a folder that only this user can write
     * @param key      what the callers are like that are to be served
     * @param idle     how long it stays without being asked; zero for ever
     * @param commands what it can do
     */
    public static void serve(Path place, String key, Duration idle, Commands commands) {
        Resident resident = new Resident(place, key, commands);
        try {
            Files.deleteIfExists(place);
        } catch (IOException e) {
            throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot remove " + place + ": " + e, e);
        }
        try (UnixListener listener = UnixListener.at(place)) {
            resident.accept(listener, idle.isZero() ? Duration.ofDays(1) : idle, !idle.isZero());
        } finally {
            resident.leave();
        }
    }

    /** Serves, and returns when all that it was asked for is done. */
    private void accept(UnixListener listener, Duration idle, boolean ends) {
        try {
            acceptAll(listener, idle, ends);
        } finally {
            awaitUntil(0);
        }
    }

    private void acceptAll(UnixListener listener, Duration idle, boolean ends) {
        while (!stopping.get()) {
            UnixSocket socket;
            try {
                socket = listener.accept(idle).orElse(null);
            } catch (LinuxException e) {
                if (!EXHAUSTED.contains(e.errno())) {
                    throw e;
                }
                // Whoever waits does not do so for long, and starts a JVM of its own.
                pause(Duration.ofMillis(20));
                continue;
            }
            if (socket != null) {
                serve(socket, listener);
            } else if (ends && running.get() == 0) {
                return;
            }
        }
    }

    private void serve(UnixSocket socket, UnixListener listener) {
        running.incrementAndGet();
        boolean begun = false;
        try {
            Thread.ofPlatform().name("command").start(() -> {
                try {
                    one(socket, listener);
                } finally {
                    running.decrementAndGet();
                }
            });
            begun = true;
        } catch (OutOfMemoryError e) {
            // No room for a thread: as if nobody were here. What is being done goes on.
            pause(Duration.ofMillis(20));
        } finally {
            if (!begun) {
                running.decrementAndGet();
                socket.close();
            }
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void leave() {
        try {
            Files.deleteIfExists(place);
        } catch (IOException e) {
            // It is refused from now on, by whoever finds it.
            return;
        }
    }

    private void one(UnixSocket socket, UnixListener listener) {
        UnixSocket.Peer peer = socket.peer();
        // The uid first, and not from what it says itself: nothing is read of a stranger.
        if (peer.uid() != ThisProcess.status().uids().get(1) || peer.pid() <= 0) {
            socket.close();
            return;
        }
        try (FrontRequest request = FrontRequest.receive(socket, peer.pid()).orElse(null)) {
            if (request == null) {
                return;
            }
            if (request.stops()) {
                stopping.set(true);
                listener.shutdown();
                // This request is one of them.
                awaitUntil(1);
                // Nobody connects to what answers no more.
                leave();
                request.end(0);
                return;
            }
            if (stopping.get() || !isAlike(peer.pid(), request) || !commands.takes(request.words())) {
                return;
            }
            if (request.begin()) {
                int status = 1;
                try {
                    status = commands.run(request);
                } catch (NeedsOwnJvm e) {
                    status = FrontRequest.TURNED_AWAY;
                } finally {
                    request.end(status);
                }
            }
        }
    }

    private boolean isAlike(int pid, FrontRequest request) {
        return request.key().equals(key)
                && places(Integer.toString(pid)).equals(ownPlaces)
                && ProcessLines.status(Integer.toString(pid)).equals(self)
                && (!ownGroupCounts
                        || ProcessLines.text(Integer.toString(pid), "cgroup").equals(ownGroup));
    }

    /** Waits, not for ever, until only so many commands run. */
    private void awaitUntil(int most) {
        long end = System.nanoTime() + STOPPING.toNanos();
        while (running.get() > most && System.nanoTime() - end < 0) {
            pause(Duration.ofMillis(5));
        }
    }

    /**
     * A command that must not be done here, found out before anything was: the front starts a JVM of its own. No
     * exception, which the command would explain to its caller.
     */
    static final class NeedsOwnJvm extends Error {
        private static final long serialVersionUID = 1;

        NeedsOwnJvm() {
            super("needs a JVM of its own", null, false, false);
        }
    }

    /**
     * Ends all resident JVMs whose sockets lie in a folder, when what they do is over.
     *
     * @return how many
     */
    public static int stop(Path folder) {
        int stopped = 0;
        ContainerException silent = null;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                try {
                    if (!file.toString().endsWith(".lock") && stopOne(file)) {
                        stopped++;
                    }
                } catch (ContainerException e) {
                    // The others first.
                    silent = e;
                }
            }
        } catch (IOException e) {
            throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot read " + folder + ": " + e, e);
        }
        if (silent != null) {
            throw silent;
        }
        return stopped;
    }

    private static boolean stopOne(Path file) {
        try (UnixSocket socket = UnixSocket.connect(file, STOPPING.plusSeconds(5))) {
            byte[] request = new byte[Wire.REQUEST_SIZE];
            ByteBuffer.wrap(request)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(Wire.REQUEST_MAGIC, Wire.REQUEST)
                    .putInt(Wire.REQUEST_KIND, Wire.REQUEST_STOP);
            socket.send(request);
            return socket.receive(new byte[Wire.HEADER_SIZE]).length() > 0;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAGAIN) {
                throw new ContainerException(
                        ContainerException.Kind.BUSY,
                        "the resident JVM at " + file + " does not answer"
                                + "\n  likely cause: it was stopped (SIGSTOP), or a command of its has not ended in "
                                + STOPPING.toSeconds() + " seconds"
                                + "\n  mend: find it with: ss -xlp src " + file + "; kill -CONT it, or kill it",
                        e);
            }
            if (e.errno() == Errno.ECONNREFUSED || e.errno() == Errno.ENOENT) {
                // What a dead one left is nobody's.
                deleteQuietly(file);
            }
            return false;
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It stays, and is refused again.
            return;
        }
    }
}
