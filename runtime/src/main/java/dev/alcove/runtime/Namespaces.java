package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStat;
import dev.alcove.linux.ThreadNamespaces;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces of a process, and Java code of this JVM that runs in them: on a platform thread made for it, which
 * setns(2) moves there and which ends with the code.
 *
 * {@snippet class="dev.alcove.examples.ThreadInANetwork" region="in"}
 *
 * <p><b>What stays.</b> A socket belongs to the network it was made in, whoever uses it later: what the code returns goes
 * on being there. Sockets come to be when they are bound or connected ({@code new ServerSocket(80)},
 * {@code SocketChannel.open(address)}, {@code new DatagramSocket()}), not with an unbound {@code new ServerSocket()}. A
 * selector outside may wait for channels from inside. Likewise a file that was opened in a mount namespace.
 *
 * <p><b>What does not come along</b>, since the JVM has it once for all its threads:
 * <ul>
 *   <li>names that InetAddress looked up before, and its answers for later
 *   <li>/proc/self, which is about the JVM's first thread; this thread's own view is /proc/thread-self. NetworkInterface
 *       asks a socket about IPv4, which is right, and reads /proc/net about IPv6, which is the outside's
 *   <li>classes that were not loaded yet: in a mount namespace their files are looked for there. What is on the class
 *       path as a jar is open already; a directory of classes is not
 *   <li>threads that the code starts begin inside, and stay there: also those of a pool that grows meanwhile
 * </ul>
 *
 * <p><b>Which kinds.</b> NET, UTS, IPC, MOUNT and CGROUP. The kernel refuses the others to a thread of a JVM, see
 * {@link #in(Set, NamespaceThread.Action)}. It takes CAP_SYS_ADMIN: an ordinary user cannot do it, not even for a
 * container of its own, whose user namespace the JVM would have to join before.
 */
public final class Namespaces {
    private static final Set<NamespaceKind> POSSIBLE = EnumSet.of(
            NamespaceKind.NET, NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.MOUNT, NamespaceKind.CGROUP);

    private final String whose;
    private final int pid;
    private final long started;
    private final Map<NamespaceKind, Path> files;

    private Namespaces(String whose, int pid, long started, Map<NamespaceKind, Path> files) {
        this.whose = whose;
        this.pid = pid;
        this.started = started;
        this.files = files;
    }

    /**
     * Those of a process. It is this process for good: a later one with its number is not mistaken for it.
     *
     * @param pid as this JVM's PID namespace numbers it
     * @return its namespaces
     * @throws ContainerException NOT_FOUND if there is none
     */
    public static Namespaces of(int pid) {
        return of("process " + pid, pid);
    }

    /**
     * Those of a container's first process.
     *
     * @param container a running one
     * @return its namespaces
     * @throws ContainerException NOT_FOUND if it has ended
     */
    public static Namespaces of(Container container) {
        String whose = "container '" + container.id() + "'";
        Namespaces namespaces = of(whose, container.pid());
        if (container.ended()) {
            // Its number may have been another's by then.
            throw gone(whose);
        }
        return namespaces;
    }

    private static Namespaces of(String whose, int pid) {
        ProcStat stat = Proc.stat(pid).orElseThrow(() -> gone(whose));
        return new Namespaces(whose, pid, stat.startTicks(), Map.of());
    }

    /**
     * Those that files stand for: of /proc/PID/ns, or where one is bound to, such as {@code /run/netns/blue}.
     *
     * @param files at least one, and of each kind at most one
     * @return the namespaces
     * @throws IllegalArgumentException if two are of one kind
     * @throws ContainerException       if one is not there, or is no namespace
     */
    public static Namespaces of(Path... files) {
        if (files.length == 0) {
            throw new IllegalArgumentException("files: none is given");
        }
        Map<NamespaceKind, Path> found = new EnumMap<>(NamespaceKind.class);
        for (Path file : files) {
            try (Namespace namespace = open(file)) {
                Path other = found.put(namespace.kind(), file);
                if (other != null) {
                    throw new IllegalArgumentException(
                            "files: '" + other + "' and '" + file + "' are both of the kind " + namespace.kind());
                }
            }
        }
        return new Namespaces("the given files", 0, 0, found);
    }

    private static Namespace open(Path file) {
        try {
            return Namespace.at(file);
        } catch (LinuxException e) {
            boolean missing = e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR;
            throw new ContainerException(
                    missing ? ContainerException.Kind.NOT_FOUND : ContainerException.Kind.INVALID,
                    "'" + file + "' " + (missing ? "does not exist" : "cannot be opened as a namespace") + ": "
                            + e.getMessage() + "\n  mend: name a file of /proc/PID/ns, or what one is bound to",
                    e);
        }
    }

    private static ContainerException gone(String whose) {
        return new ContainerException(
                ContainerException.Kind.NOT_FOUND,
                whose + " has no namespaces any more: it has ended\n  mend: do it while it runs");
    }

    /**
     * Runs code in the namespace of one kind, and waits for its end. May be called from a virtual thread; an interrupt is
     * passed on to the code.
     *
     * @param <T>    the result's type
     * @param <X>    what the code may throw
     * @param kind   one of NET, UTS, IPC, MOUNT, CGROUP
     * @param action the code
     * @return its result
     * @throws X                  what the code threw, the very object
     * @throws ContainerException UNSUPPORTED for another kind, with the reason and what to use instead; DENIED without
     *     CAP_SYS_ADMIN; NOT_FOUND if the process has ended. The code was not run then
     */
    public <T extends @Nullable Object, X extends Exception> T in(
            NamespaceKind kind, NamespaceThread.Action<T, X> action) throws X {
        return in(Set.of(kind), action);
    }

    /**
     * Runs code in the namespaces of several kinds at once, as {@link #in(NamespaceKind, NamespaceThread.Action)}.
     *
     * <p>Not possible for a thread of a JVM are
     * <ul>
     *   <li>USER: a process of several threads may not change its user namespace (setns(2), EINVAL), as its threads
     *       share their rights
     *   <li>TIME: nor its clocks (setns(2), EUSERS), as its threads share the memory that the clocks are read from
     *   <li>PID: setns(2) moves the children that come later, not the caller, and a JVM has no children that are Java
     * </ul>
     *
     * @param <T>    the result's type
     * @param <X>    what the code may throw
     * @param kinds  at least one
     * @param action the code
     * @return its result
     * @throws X                        what the code threw, the very object
     * @throws IllegalArgumentException if no kind is given, or one of which there is no file
     * @throws ContainerException       as above
     */
    public <T extends @Nullable Object, X extends Exception> T in(
            Set<NamespaceKind> kinds, NamespaceThread.Action<T, X> action) throws X {
        check(kinds);
        if (kinds.contains(NamespaceKind.MOUNT)) {
            loadWhatFilesNeed();
        }
        return NamespaceThread.create().call(() -> {
            enter(kinds);
            return action.call();
        });
    }

    private void check(Set<NamespaceKind> kinds) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("kinds: none is given");
        }
        for (NamespaceKind kind : kinds) {
            if (!POSSIBLE.contains(kind)) {
                throw new ContainerException(
                        ContainerException.Kind.UNSUPPORTED,
                        "no thread of a JVM can enter a " + kind.fileName() + " namespace\n  likely cause: "
                                + reason(kind)
                                + "\n  mend: run a program there: exec in the container, or a ContainerBuilder with"
                                + " room(NamespaceKind." + kind + ", new Room.Joined(…))");
            }
            if (pid == 0 && !files.containsKey(kind)) {
                throw new IllegalArgumentException("kinds: none of the given files is of the kind " + kind);
            }
        }
    }

    private static String reason(NamespaceKind kind) {
        return switch (kind) {
            case USER -> "the kernel lets only a process of one thread change its user namespace (setns(2), EINVAL)";
            case TIME -> "the kernel lets only a process of one thread change its clocks (setns(2), EUSERS)";
            default ->
                "setns(2) moves the children that come after it, not the caller, and a JVM has no children that"
                        + " run Java";
        };
    }

    /** On the new thread. */
    private void enter(Set<NamespaceKind> kinds) {
        try {
            if (pid == 0) {
                enterFiles(kinds);
                return;
            }
            try (Pidfd process = Pidfd.open(pid).orElseThrow(() -> gone(whose))) {
                // After it is open: from here on the number cannot become another's.
                if (Proc.stat(pid).map(ProcStat::startTicks).orElse(-1L) != started) {
                    throw gone(whose);
                }
                ThreadNamespaces.join(process, kinds);
            }
        } catch (LinuxException e) {
            if (e.errno() == Errno.ESRCH) {
                throw gone(whose);
            }
            boolean denied = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
            throw new ContainerException(
                    denied ? ContainerException.Kind.DENIED : ContainerException.Kind.INTERNAL,
                    "cannot enter the namespaces of " + whose + ": " + e.getMessage()
                            + (denied
                                    ? "\n  likely cause: it takes CAP_SYS_ADMIN, here and in the user namespace that owns"
                                            + " them; an ordinary user's JVM has it in neither"
                                            + "\n  mend: run as root, or run a program there: exec in the container"
                                    : ""),
                    e);
        }
    }

    private void enterFiles(Set<NamespaceKind> kinds) {
        List<Namespace> opened = new ArrayList<>();
        try {
            // All are opened before the first is entered: in a mount namespace the paths lead elsewhere.
            for (NamespaceKind kind : kinds) {
                opened.add(open(files.getOrDefault(kind, Path.of(""))));
            }
            for (Namespace namespace : opened) {
                ThreadNamespaces.join(namespace);
            }
        } finally {
            opened.forEach(Namespace::close);
        }
    }

    /** The JDK's own libraries for files and sockets, which could not be found from inside. */
    private static void loadWhatFilesNeed() {
        if (Files.exists(Path.of("/"))) {
            InetAddress.getLoopbackAddress();
        }
    }

    @Override
    public String toString() {
        return "namespaces of " + whose;
    }
}
