package dev.alcove.spec;

import java.util.List;

/** The namespaces a flag chooses: which words the flag takes, and what config.json calls the kind. */
public enum NamespaceKind {
    /** Network interfaces, routes, sockets; network_namespaces(7). */
    NETWORK("--network", "network"),
    /** Process ids; pid_namespaces(7). */
    PID("--pid", "pid"),
    /** System V IPC and POSIX queues; ipc_namespaces(7). */
    IPC("--ipc", "ipc"),
    /** Host and domain name; uts_namespaces(7). */
    UTS("--uts", "uts"),
    /** User and group ids; user_namespaces(7). */
    USER("--userns", "user"),
    /** The root of the cgroups seen; cgroup_namespaces(7). */
    CGROUP("--cgroupns", "cgroup");

    private final String flag;
    private final String type;

    NamespaceKind(String flag, String type) {
        this.flag = flag;
        this.type = type;
    }

    /** The flag: {@code --network}. */
    public String flag() {
        return flag;
    }

    /** The {@link LinuxNamespace#type}: {@code network}. */
    public String type() {
        return type;
    }

    /** The words only this flag takes, beside {@code private} and {@code host}. */
    List<String> ownWords() {
        return switch (this) {
            case NETWORK -> List.of("none");
            case IPC -> List.of("none", "shareable");
            default -> List.of();
        };
    }
}
