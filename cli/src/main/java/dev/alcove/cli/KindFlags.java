package dev.alcove.cli;

import dev.alcove.linux.NamespaceKind;
import java.util.List;

/** The flags of the eight kinds of namespace, as nsenter(1) and unshare(1) have them. */
final class KindFlags {
    /** A kind, and its flag's names. */
    record KindFlag(NamespaceKind kind, String name, char letter) {}

    static final List<KindFlag> ALL = List.of(
            new KindFlag(NamespaceKind.MOUNT, "mount", 'm'),
            new KindFlag(NamespaceKind.UTS, "uts", 'u'),
            new KindFlag(NamespaceKind.IPC, "ipc", 'i'),
            new KindFlag(NamespaceKind.NET, "net", 'n'),
            new KindFlag(NamespaceKind.PID, "pid", 'p'),
            new KindFlag(NamespaceKind.CGROUP, "cgroup", 'C'),
            new KindFlag(NamespaceKind.USER, "user", 'U'),
            new KindFlag(NamespaceKind.TIME, "time", 'T'));

    private KindFlags() {}

    /** Adds them: each sentence begins with {@code verb}. */
    static void add(FlagTable table, String verb, String withFile) {
        for (KindFlag flag : ALL) {
            table.optional(flag.name(), flag.letter(), "FILE", verb + " " + what(flag.kind()) + withFile);
        }
    }

    private static String what(NamespaceKind kind) {
        return switch (kind) {
            case MOUNT -> "mount namespace: files";
            case UTS -> "UTS namespace: host name";
            case IPC -> "IPC namespace: queues, semaphores, shared memory";
            case NET -> "network namespace: interfaces, ports";
            case PID -> "PID namespace: processes";
            case CGROUP -> "cgroup namespace: the root of the groups";
            case USER -> "user namespace: users and capabilities";
            case TIME -> "time namespace: the monotonic and boot-time clocks";
        };
    }
}
