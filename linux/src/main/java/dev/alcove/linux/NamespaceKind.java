package dev.alcove.linux;

import java.util.Locale;
import java.util.Optional;

/** The eight kinds of namespace, namespaces(7). */
public enum NamespaceKind {
    /** Mount points, mount_namespaces(7). */
    MOUNT("mnt", 0x00020000),
    /** The host's and domain's name, uts_namespaces(7). */
    UTS("uts", 0x04000000),
    /** System V IPC and POSIX message queues, ipc_namespaces(7). */
    IPC("ipc", 0x08000000),
    /** Process ids, pid_namespaces(7). */
    PID("pid", 0x20000000),
    /** Network devices, addresses, ports, network_namespaces(7). */
    NET("net", 0x40000000),
    /** Users, groups and capabilities, user_namespaces(7). */
    USER("user", 0x10000000),
    /** The root of the cgroup tree, cgroup_namespaces(7). */
    CGROUP("cgroup", 0x02000000),
    /** The monotonic and boot-time clocks, time_namespaces(7). */
    TIME("time", 0x00000080);

    private final String fileName;
    private final int cloneFlag;

    NamespaceKind(String fileName, int cloneFlag) {
        this.fileName = fileName;
        this.cloneFlag = cloneFlag;
    }

    /** The file's name in /proc/PID/ns: {@code mnt}. */
    public String fileName() {
        return fileName;
    }

    /**
     * The file in /proc/PID/ns of the namespace that new children get, {@code pid_for_children}: of PID and TIME, which
     * a process asks for but enters only with its next child.
     *
     * @return the name, or empty if the process's own file says it all
     */
    public Optional<String> childrenFileName() {
        return this == PID || this == TIME ? Optional.of(fileName + "_for_children") : Optional.empty();
    }

    /** CLONE_NEW* of clone(2), unshare(2) and setns(2). */
    public long cloneFlag() {
        return cloneFlag;
    }

    /** Whether namespaces of this kind have parents, as those of processes and users have. */
    public boolean isHierarchical() {
        return this == PID || this == USER;
    }

    /**
     * The kind of a name: the file's ({@code mnt}), this enum's or the OCI specification's ({@code mount},
     * {@code network}), in any case.
     *
     * @param name the name
     * @return the kind, or empty if no kind is called so
     */
    public static Optional<NamespaceKind> named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (NamespaceKind kind : values()) {
            if (kind.fileName.equals(lower)
                    || kind.name().toLowerCase(Locale.ROOT).equals(lower)) {
                return Optional.of(kind);
            }
        }
        return lower.equals("network") ? Optional.of(NET) : Optional.empty();
    }

    static Optional<NamespaceKind> ofFlag(long flag) {
        for (NamespaceKind kind : values()) {
            if (kind.cloneFlag == flag) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** The flags of several kinds, joined. */
    static long flags(Iterable<NamespaceKind> kinds) {
        long flags = 0;
        for (NamespaceKind kind : kinds) {
            flags |= kind.cloneFlag;
        }
        return flags;
    }
}
