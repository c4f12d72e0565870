package dev.alcove.linux;

import java.util.Set;

/**
 * Moves of the calling thread into namespaces, unshare(2) and setns(2).
 *
 * <p>The kernel keeps namespaces per thread. A thread that was moved belongs to its task from then on and must never be
 * reused, so these calls refuse a virtual thread (which would move its carrier) and belong into
 * {@link NamespaceThread}. Threads and processes started by a moved thread begin in its namespaces.
 *
 * <p>Two kinds cannot be entered by any thread of a JVM: a process of many threads cannot change its user namespace, nor
 * join a time namespace. They are for a child made by the launcher.
 */
public final class ThreadNamespaces {
    private static final long CLONE_FS = 0x200;

    private ThreadNamespaces() {}

    /**
     * Moves the calling thread into new namespaces. Of PID and TIME only its next child enters the new one; and after
     * PID this thread cannot start threads any more.
     *
     * @param kinds which; not USER
     * @throws IllegalStateException         on a virtual thread
     * @throws UnsupportedOperationException if USER is among them
     * @throws LinuxException                EPERM without CAP_SYS_ADMIN, ENOSPC at a limit of /proc/sys/user
     */
    public static void unshare(Set<NamespaceKind> kinds) {
        refuseVirtual();
        if (kinds.contains(NamespaceKind.USER)) {
            throw oneThreadOnly(NamespaceKind.USER, "unshared");
        }
        // A mount namespace brings a root and working directory of its own, which threads otherwise share: CLONE_FS.
        long fs = kinds.contains(NamespaceKind.MOUNT) ? CLONE_FS : 0;
        long flags = NamespaceKind.flags(kinds) | fs;
        Native.check(Native.raw(Syscall.UNSHARE, flags), Syscall.UNSHARE, names(kinds));
    }

    /**
     * Moves the calling thread into a namespace that exists. Of PID only its next child enters it.
     *
     * @param namespace which; not USER or TIME
     * @throws IllegalStateException         on a virtual thread
     * @throws UnsupportedOperationException of the kinds USER and TIME
     * @throws LinuxException                EPERM without CAP_SYS_ADMIN over both sides
     */
    public static void join(Namespace namespace) {
        refuseVirtual();
        enter(namespace.fd(), Set.of(namespace.kind()), namespace.toString());
    }

    /**
     * Moves the calling thread into namespaces of a process, all kinds in one call, so that none of them can be another
     * process's meanwhile (Linux 5.8).
     *
     * @param process whose
     * @param kinds   which; not USER or TIME
     * @throws IllegalStateException         on a virtual thread
     * @throws UnsupportedOperationException of the kinds USER and TIME
     * @throws LinuxException                ESRCH if the process has ended, EPERM without CAP_SYS_ADMIN over both sides
     */
    public static void join(Pidfd process, Set<NamespaceKind> kinds) {
        refuseVirtual();
        enter(process.fd(), kinds, names(kinds) + " of process " + process.pid());
    }

    /** {@code int setns(int fd, int nstype)}, setns(2). */
    private static void enter(Fd fd, Set<NamespaceKind> kinds, String what) {
        if (kinds.contains(NamespaceKind.USER)) {
            throw oneThreadOnly(NamespaceKind.USER, "joined");
        }
        if (kinds.contains(NamespaceKind.TIME)) {
            throw oneThreadOnly(NamespaceKind.TIME, "joined");
        }
        if (kinds.contains(NamespaceKind.MOUNT)) {
            // Before setns, because the kernel refuses a thread that shares its root with others (EINVAL).
            Native.check(Native.raw(Syscall.UNSHARE, CLONE_FS), Syscall.UNSHARE, "fs");
        }
        Native.check(Native.raw(Syscall.SETNS, fd.number(), NamespaceKind.flags(kinds)), Syscall.SETNS, what);
    }

    private static void refuseVirtual() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "a virtual thread cannot enter a namespace: it would move its carrier thread; use NamespaceThread");
        }
    }

    private static UnsupportedOperationException oneThreadOnly(NamespaceKind kind, String done) {
        return new UnsupportedOperationException("a " + kind.fileName() + " namespace can only be " + done
                + " by a process of one thread, and a JVM has many; let a child process do it");
    }

    private static String names(Set<NamespaceKind> kinds) {
        StringBuilder text = new StringBuilder();
        for (NamespaceKind kind : kinds) {
            text.append(text.isEmpty() ? "" : ",").append(kind.fileName());
        }
        return text.toString();
    }
}
