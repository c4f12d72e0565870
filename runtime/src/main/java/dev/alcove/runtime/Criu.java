package dev.alcove.runtime;

import dev.alcove.linux.Child;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Spawn;
import dev.alcove.linux.UnixSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The program criu(8) as a worker, {@code criu swrk 3}: one request, answered after any number of notifications, of which
 * each waits for ours.
 *
 * <pre>
 *     we                         criu
 *      | -- DUMP or RESTORE -----> |
 *      | <- NOTIFY pre-dump ------ |  stands still until
 *      | -- NOTIFY, go on -------> |  that came
 *      | <- DUMP: it succeeded --- |
 * </pre>
 */
final class Criu implements AutoCloseable {
    private static final int SOCKET = 3;
    private static final int MOST = 1 << 16;

    private static final int TYPE = 1;
    private static final int SUCCESS = 2;
    private static final int RESTORED = 4;
    private static final int NOTIFIED = 5;
    private static final int ERRNO = 7;
    private static final int MESSAGE = 9;

    private final UnixSocket socket;
    private final Child child;
    private boolean reaped;

    private Criu(UnixSocket socket, Child child) {
        this.socket = socket;
        this.child = child;
    }

    /** Who is told of criu's steps. */
    interface Listener {
        /**
         * A step is reached; criu goes on when this returns.
         *
         * @param step        its name in criu's manual, as an action script gets it
         * @param pid         the first of the processes; 0 where there is none yet
         * @param descriptors what came along, to be closed
         */
        void reached(String step, int pid, List<Fd> descriptors);
    }

    /**
     * Where the program is.
     *
     * @param name a path, or a name in PATH
     * @throws ContainerException UNSUPPORTED if it is not there
     */
    static Path find(String name) {
        Optional<Path> found = name.indexOf('/') >= 0
                ? Optional.of(Path.of(name).toAbsolutePath()).filter(Files::isExecutable)
                : Caller.onPath(name);
        return found.orElseThrow(() -> new ContainerException(
                ContainerException.Kind.UNSUPPORTED,
                "cannot run criu: '" + name + "' is not an executable file" + (name.indexOf('/') >= 0 ? "" : " in PATH")
                        + "\n  likely cause: it is not installed"
                        + "\n  mend: apt-get install -y criu, or give --criu its path"));
    }

    /**
     * Starts it, in this thread's mount namespace and with this process's standard streams where none is given.
     *
     * @param descriptors what it has beside its socket, by its own numbers
     */
    static Criu start(Path program, Map<Integer, Fd> descriptors) {
        try (UnixSocket.Pair pair = UnixSocket.packets();
                Fd executable = Open.path().at(program)) {
            Map<Integer, Fd> all = new HashMap<>(descriptors);
            all.put(SOCKET, pair.right().fd());
            List<String> environment = new ArrayList<>();
            System.getenv().forEach((name, value) -> environment.add(name + "=" + value));
            Child child = Spawn.spawn(
                    executable, List.of(program.toString(), "swrk", Integer.toString(SOCKET)), environment, all);
            return new Criu(UnixSocket.of(pair.left().fd()), child);
        }
    }

    /** Its process. */
    int pid() {
        return child.pid();
    }

    /**
     * Asks, and waits until it is done.
     *
     * @param log the file that criu writes what it does to
     * @return the pid of what was restored; 0 for a dump
     * @throws ContainerException if it fails, in criu's own words
     */
    int ask(CriuMessage request, Path log, Listener listener) {
        try {
            socket.send(request.encode());
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            throw ended(log);
        }
        byte[] bytes = new byte[MOST];
        while (true) {
            UnixSocket.Received received = receive(bytes);
            if (received.length() <= 0) {
                throw ended(log);
            }
            CriuMessage answer = CriuMessage.parse(bytes, received.length());
            long type = answer.number(TYPE).orElse(0L);
            if (answer.number(SUCCESS).orElse(0L) == 0) {
                received.descriptors().forEach(Fd::close);
                throw CriuLog.failed(
                        type,
                        answer.number(ERRNO).orElse(0L),
                        answer.text(MESSAGE).orElse(""),
                        log);
            }
            if (type != CriuPlan.NOTIFY) {
                received.descriptors().forEach(Fd::close);
                return answer.inner(RESTORED)
                        .flatMap(m -> m.number(1))
                        .orElse(0L)
                        .intValue();
            }
            CriuMessage step = answer.inner(NOTIFIED).orElseGet(() -> new CriuMessage(List.of()));
            listener.reached(step.text(1).orElse(""), step.number(2).orElse(0L).intValue(), received.descriptors());
            socket.send(CriuPlan.goOn().encode());
        }
    }

    private UnixSocket.Received receive(byte[] bytes) {
        try {
            return socket.receive(bytes);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            return new UnixSocket.Received(0, List.of());
        }
    }

    private ContainerException ended(Path log) {
        Child.Exit exit = reap();
        return CriuLog.ended(
                exit.signaled() ? "was killed by signal " + exit.number() : "ended with status " + exit.number(), log);
    }

    /** Waits for its end, which comes by itself after the answer. What it restored is the next subreaper's then. */
    Child.Exit reap() {
        socket.close();
        reaped = true;
        return child.reap();
    }

    /** Ends it if it is not done: it then lets go of what it has stopped, and of what it has restored. */
    @Override
    public void close() {
        if (!reaped) {
            // It fails at its next word to us, and clears up; killed, it would leave processes stopped.
            reap();
        }
    }
}
