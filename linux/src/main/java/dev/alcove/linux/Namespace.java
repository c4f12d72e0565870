package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An open handle of a namespace, which keeps it alive until it is closed, namespaces(7) and ioctl_nsfs(2).
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="namespace"}
 * }
 */
public final class Namespace implements AutoCloseable {
    private static final int NS_GET_USERNS = 0xb701;
    private static final int NS_GET_PARENT = 0xb702;
    private static final int NS_GET_NSTYPE = 0xb703;
    private static final int NS_GET_OWNER_UID = 0xb704;
    private static final int SIOCGSKNS = 0x894c;

    private final Fd fd;
    private final NamespaceKind kind;
    private final Inode identity;

    private Namespace(Fd fd, NamespaceKind kind) {
        this.fd = fd;
        this.kind = kind;
        this.identity = FileStat.of(fd).inode();
    }

    /**
     * The one a process is in.
     *
     * @param kind the kind
     * @param pid  the process, or a thread's id
     * @return the handle, or empty if there is no such process or the kernel has no such kind
     * @throws LinuxException if the process may not be looked at (EACCES)
     */
    public static Optional<Namespace> of(NamespaceKind kind, int pid) {
        return opened(kind, "/proc/" + pid + "/ns/" + kind.fileName());
    }

    /**
     * The one a process is in, for certain that process's and not that of a later one with its number.
     *
     * @param kind    the kind
     * @param process the process
     * @return the handle, or empty if the process has ended or the kernel has no such kind
     * @throws LinuxException if the process may not be looked at (EACCES)
     */
    public static Optional<Namespace> of(NamespaceKind kind, Pidfd process) {
        Optional<Namespace> namespace = of(kind, process.pid());
        // Asked afterwards: while the process is not reaped its number is its own, so what was opened is its own too.
        if (namespace.isPresent() && !process.exists()) {
            namespace.get().close();
            return Optional.empty();
        }
        return namespace;
    }

    /**
     * The one the next child of a process will be in: that of the process, but for PID and TIME maybe another.
     *
     * @return the handle, or empty if there is no such process, no such kind, or no child has made the PID namespace
     *     real yet (the kernel shows it only then)
     */
    public static Optional<Namespace> ofChildren(NamespaceKind kind, int pid) {
        return opened(kind, "/proc/" + pid + "/ns/" + kind.childrenFileName().orElse(kind.fileName()));
    }

    /**
     * The one the calling thread is in.
     *
     * @return the handle, or empty if the kernel has no such kind
     */
    public static Optional<Namespace> ofThread(NamespaceKind kind) {
        return opened(kind, "/proc/thread-self/ns/" + kind.fileName());
    }

    private static Optional<Namespace> opened(NamespaceKind kind, String path) {
        return Open.read().find(Path.of(path)).map(fd -> of(fd, kind));
    }

    /**
     * The one at a path: a file of /proc/PID/ns, or a place it is bound to, as below /run/netns.
     *
     * @param path the path
     * @return the handle
     * @throws LinuxException if it cannot be opened, or is no namespace (ENOTTY)
     */
    public static Namespace at(Path path) {
        return of(Open.read().at(path));
    }

    /**
     * The one that was seen at a path, such as another process's descriptor or bind mount. Nothing is opened that could
     * wait or act before it is known to be that namespace: not a FIFO or a device that took its place.
     *
     * @param path     the path, links followed
     * @param kind     which kind it was
     * @param expected which it was
     * @return the handle, or empty if it is not there any more
     * @throws LinuxException if the path may not be looked at (EACCES)
     */
    public static Optional<Namespace> find(Path path, NamespaceKind kind, Inode expected) {
        try (Fd place = Open.path().find(path).orElse(null)) {
            if (place == null || !FileStat.of(place).inode().equals(expected)) {
                return Optional.empty();
            }
            return opened(kind, "/proc/self/fd/" + place.number());
        }
    }

    /**
     * A handle of an open descriptor, which it takes over.
     *
     * @throws LinuxException if it is no namespace (ENOTTY); the descriptor is closed then
     */
    public static Namespace of(Fd open) {
        Fd fd = open.take();
        try {
            long flag = Native.check(Native.raw(Syscall.IOCTL, fd.number(), NS_GET_NSTYPE), Syscall.IOCTL, fd);
            NamespaceKind kind = NamespaceKind.ofFlag(flag)
                    .orElseThrow(() -> new UnsupportedOperationException(
                            "a namespace of a kind unknown to Alcove, flag 0x" + Long.toHexString(flag)));
            return new Namespace(fd, kind);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * The network namespace that a socket was made in, SIOCGSKNS, netdevice(7): it keeps that alive, wherever the process is
     * that has it.
     *
     * <p>{@code int ioctl(int sockfd, SIOCGSKNS)} gives a new descriptor, close-on-exec.
     *
     * @param socket stays the caller's
     * @return the handle, or empty if it is no socket of a network
     * @throws LinuxException EPERM without CAP_NET_ADMIN over that namespace
     */
    public static Optional<Namespace> ofSocket(Fd socket) {
        long result = Native.raw(Syscall.IOCTL, socket.number(), SIOCGSKNS);
        if (Native.is(result, Errno.ENOTTY) || Native.is(result, Errno.EINVAL)) {
            return Optional.empty();
        }
        String what = "the network of " + socket;
        return Optional.of(of(new Fd(Native.check(result, Syscall.IOCTL, what), what), NamespaceKind.NET));
    }

    private static Namespace of(Fd fd, NamespaceKind kind) {
        try {
            return new Namespace(fd, kind);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * The identity of the namespace a process is in, without opening it.
     *
     * @return the identity, or empty if there is no such process or the kernel has no such kind
     */
    public static Optional<Inode> identity(NamespaceKind kind, int pid) {
        return FileStat.find(Path.of("/proc/" + pid + "/ns/" + kind.fileName())).map(FileStat::inode);
    }

    /** Which kind. */
    public NamespaceKind kind() {
        return kind;
    }

    /** The same for every handle of the same namespace, and for no other that exists at the time. */
    public Inode identity() {
        return identity;
    }

    /** Whether it is the same namespace. */
    public boolean isSame(Namespace other) {
        return identity.equals(other.identity);
    }

    /**
     * The user namespace that owns it, NS_GET_USERNS: whoever has a capability there has it over this one.
     *
     * @return the owner, or empty if it is not the caller's own user namespace or one below
     */
    public Optional<Namespace> owner() {
        return related(NS_GET_USERNS);
    }

    /**
     * The parent of a PID or user namespace, NS_GET_PARENT.
     *
     * @return the parent, or empty if this is the first one, or the parent lies outside of the caller's own
     * @throws IllegalStateException if the kind has no parents
     */
    public Optional<Namespace> parent() {
        if (!kind.isHierarchical()) {
            throw new IllegalStateException("a " + kind.fileName() + " namespace has no parent");
        }
        return related(NS_GET_PARENT);
    }

    /** {@code int ioctl(int nsfd, NS_GET_USERNS or NS_GET_PARENT)} gives a new descriptor, close-on-exec. */
    private Optional<Namespace> related(int request) {
        long result = Native.raw(Syscall.IOCTL, fd.number(), request);
        if (Native.is(result, Errno.EPERM)) {
            return Optional.empty();
        }
        String what = (request == NS_GET_PARENT ? "parent of " : "owner of ") + fd;
        return Optional.of(of(
                new Fd(Native.check(result, Syscall.IOCTL, what), what),
                request == NS_GET_PARENT ? kind : NamespaceKind.USER));
    }

    /**
     * The user who made a user namespace, as the caller's own user namespace numbers it, NS_GET_OWNER_UID.
     *
     * @return the user's number, 0 to 4294967295
     * @throws IllegalStateException if this is no user namespace
     */
    public long ownerUid() {
        if (kind != NamespaceKind.USER) {
            throw new IllegalStateException("only a user namespace has an owner's uid, not a " + kind.fileName());
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment uid = arena.allocate(ValueLayout.JAVA_INT);
            long result = Native.raw(Syscall.IOCTL, fd.number(), NS_GET_OWNER_UID, uid.address());
            Native.check(result, Syscall.IOCTL, fd);
            return uid.get(ValueLayout.JAVA_INT, 0) & 0xffffffffL;
        }
    }

    /** The descriptor, which stays this handle's own. */
    public Fd fd() {
        return fd;
    }

    @Override
    public void close() {
        fd.close();
    }

    /** As the kernel's links are shown: {@code net:[4026531840]}. */
    @Override
    public String toString() {
        return kind.fileName() + ":[" + Long.toUnsignedString(identity.number()) + "]";
    }
}
