package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Child;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceSet;
import dev.alcove.linux.Open;
import dev.alcove.linux.Privileges;
import dev.alcove.linux.Syscall;
import dev.alcove.linux.UnixSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A process of init that stands ready to be copied: a container starts from a copy of it, which costs less than to
 * execute init, and as much in a JVM with ten thousand descriptors as in one with ten. It is this JVM's child and has
 * nothing but a socket; at that one's end, which the JVM's brings, it ends.
 *
 * <p>There is one in a JVM that starts a second container. A copy is in the namespaces that the JVM began in, so a
 * thread that has moved to others ({@link dev.alcove.linux.NamespaceThread}), or may do less, executes init.
 */
final class Zygote {
    /** What /proc/PID/cmdline has behind the program's name; wide enough for a copy to have its container's id there. */
    private static final String TITLE = "zygote" + " ".repeat(Copier.LONGEST_TITLE);

    /** A machine may be busy, but not so that a process that waits for nothing else does not run for so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final AtomicBoolean ASKED = new AtomicBoolean();
    private static final AtomicReference<@Nullable Zygote> STANDING = new AtomicReference<>();

    private final Copier copier;
    private final Child process;
    private final Surroundings surroundings;

    private Zygote(Copier copier, Child process, Surroundings surroundings) {
        this.copier = copier;
        this.process = process;
        this.surroundings = surroundings;
    }

    /** What a child of the calling thread would have of it, and a copy has of the zygote. */
    private record Surroundings(NamespaceSet rooms, Privileges privileges) {
        static Surroundings ofThread() {
            return new Surroundings(NamespaceSet.ofThreadsChildren(), Privileges.ofThread());
        }

        /** Whether they are those that the JVM began in: what is kept for long must not keep another's rooms. */
        boolean areTheProcesses() {
            return rooms.identities().containsKey(NamespaceKind.MOUNT)
                    && rooms.equals(NamespaceSet.ofProcessesChildren());
        }
    }

    /** Who makes a container's first process of ours, if anybody is there and its copies would be where this thread is. */
    static Optional<Copier> standing() {
        // Many a process starts one container and no other.
        return ASKED.getAndSet(true) ? ready() : Optional.empty();
    }

    /** The same, made if it is not there. */
    static Optional<Copier> ready() {
        Surroundings here = Surroundings.ofThread();
        Zygote known = STANDING.get();
        if (known == null) {
            if (!here.areTheProcesses()) {
                return Optional.empty();
            }
            try {
                known = make(here);
            } catch (LinuxException e) {
                // No descriptor or process for one more: what there is may do for the container, and if not, that says
                // so.
                return Optional.empty();
            }
            if (!STANDING.compareAndSet(null, known)) {
                known.end();
                return ready();
            }
        }
        return known.surroundings.equals(here) ? Optional.of(known.copier) : Optional.empty();
    }

    /**
     * The copy that was asked for, once it is there. A zygote that does not answer for long was stopped by somebody: it is
     * ended first, so that it is certain what there is. A copy that it made says so, and of one that it did not make the
     * socket has ended.
     *
     * @param own our end of the copy's own socket; the other is closed here
     */
    static Optional<Child> copied(Copier copier, UnixSocket own) {
        own.timeout(PATIENCE);
        try {
            return Copier.copied(own);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EAGAIN) {
                throw e;
            }
            end(copier);
        } finally {
            own.timeout(Duration.ZERO);
        }
        return Copier.copied(own);
    }

    /** Ends it, such as one that did not make a copy; a later start makes another. */
    static void end(Copier copier) {
        Zygote known = STANDING.get();
        if (known != null && known.copier.equals(copier) && STANDING.compareAndSet(known, null)) {
            known.end();
        }
    }

    private static Zygote make(Surroundings surroundings) {
        byte[] program = ProgramEncoder.encode(program());
        UnixSocket.Pair pair = UnixSocket.pair();
        UnixSocket control = pair.left();
        Child process = null;
        try (UnixSocket theirs = pair.right();
                Fd nothing = Open.readWrite().at(Path.of("/dev/null"))) {
            control.send(program);
            process = Launcher.init(TITLE, Map.of(0, nothing, 1, nothing, 2, nothing, Wire.CONTROL, theirs.fd()));
        } finally {
            if (process == null) {
                control.close();
            }
        }
        return new Zygote(new Copier(control), process, surroundings);
    }

    /** What it does. */
    static Program program() {
        Program.Builder p = new Program.Builder(Arch.host());
        p.call(
                "its name in ps",
                Syscall.PRCTL,
                KernelConstants.flags(Arch.host(), "PR_SET_NAME"),
                Arg.string("alcove"));
        p.call(
                "nothing of the JVM's stays open here, whatever the C library could close",
                Syscall.CLOSE_RANGE,
                Arg.num(Wire.CONTROL + 1),
                Arg.num(0xffffffffL, "~0"),
                Arg.ZERO);
        p.add(new Step.Monitor(
                p.register("over"),
                Arg.ZERO,
                Arg.num(-1),
                Arg.num(Wire.CONTROL),
                Arg.num(-1),
                Arg.num(-1),
                Arg.at(Data.buffer(Wire.REPORT_SIZE, "nobody's end")),
                "makes a copy of itself for each start, until the JVM is gone"));
        p.add(new Step.Exit(Arg.ZERO, "its copies live on"));
        return p.build();
    }

    private void end() {
        copier.close();
        // One that somebody has stopped would not notice that.
        process.kill();
        process.reap();
    }
}
