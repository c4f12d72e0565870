package dev.alcove.runtime;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Syscall;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Namespaces that others made: those that the monitor joins before the clone, and those that are the child's to join. */
final class JoinPart {
    private final Plan plan;
    private final Program.Builder p;
    private final ContainerSpec spec;
    private final Map<NamespaceKind, String> namespaces;
    private final Map<NamespaceKind, Arg.Result> later = new EnumMap<>(NamespaceKind.class);

    /**
     * Plans joins.
     *
     * @param namespaces the container's by kind; an empty path is a new one
     */
    JoinPart(Plan plan, Map<NamespaceKind, String> namespaces) {
        this.plan = plan;
        this.p = plan.p;
        this.spec = plan.spec;
        this.namespaces = namespaces;
    }

    /** What is open and not yet joined: the child does. */
    Map<NamespaceKind, Arg.Result> later() {
        return later;
    }

    /** One more process of a running container: all its rooms in one call, before the clone. */
    void joinTarget() {
        if (spec.target().isEmpty()) {
            return;
        }
        p.call(
                "until execve, nobody inside may trace us or look at our descriptors (CVE-2016-9962)",
                Syscall.PRCTL,
                plan.flags("PR_SET_DUMPABLE"),
                Arg.ZERO);
        StringBuilder names = new StringBuilder();
        for (NamespaceKind kind : NamespaceKind.values()) {
            if (spec.target().get().kinds().contains(kind)) {
                names.append(names.isEmpty() ? "" : "|").append(flagName(kind));
            }
        }
        Optional<Arg.Result> opened = new FrontPart(plan).openTarget();
        Arg target = opened.isPresent() ? opened.get() : Arg.num(ExecTarget.PIDFD);
        if (!names.isEmpty()) {
            p.call("the container's rooms, all in one call", Syscall.SETNS, target, plan.flags(names.toString()));
        }
        plan.close(target);
    }

    /** Opens the namespaces to be joined, while their paths are the caller's. */
    void open() {
        for (Map.Entry<NamespaceKind, String> e : namespaces.entrySet()) {
            if (!e.getValue().isEmpty()) {
                later.put(
                        e.getKey(),
                        p.callTo(
                                e.getKey().fileName() + "_namespace",
                                "the " + e.getKey().fileName() + " namespace to join",
                                Syscall.OPENAT,
                                Arg.CWD,
                                Arg.string(e.getValue()),
                                plan.flags("O_RDONLY|O_CLOEXEC"),
                                Arg.ZERO));
            }
        }
    }

    /**
     * Joins that the child could not do. A PID namespace holds the children of whoever joins it. In a user namespace of
     * its own or of others, the child has no right over namespaces of the old one, so the monitor joins them and the child
     * inherits them. The user namespace itself comes before the clone, since it is to own what the clone makes: for root
     * last, since root has rights over the others before; for an ordinary user first, since it gives them.
     */
    void joinEarly(boolean newUser) {
        List<NamespaceKind> early = new ArrayList<>(List.of(NamespaceKind.PID));
        if (newUser || !namespaces.getOrDefault(NamespaceKind.USER, "").isEmpty()) {
            early.addAll(List.of(NamespaceKind.NET, NamespaceKind.IPC, NamespaceKind.UTS, NamespaceKind.TIME));
            early.add(plan.facts.privileged() ? early.size() : 0, NamespaceKind.USER);
        }
        for (NamespaceKind kind : early) {
            Arg.Result ns = later.remove(kind);
            if (ns != null) {
                p.call(
                        switch (kind) {
                            case PID -> "setns moves the children that come after it";
                            case USER -> "the user namespace that is to own what the clone makes";
                            default -> "joined before the clone: the child's user namespace has no right over it";
                        },
                        Syscall.SETNS,
                        ns,
                        plan.flags(flagName(kind)));
            }
        }
    }

    static String flagName(NamespaceKind kind) {
        return switch (kind) {
            case MOUNT -> "CLONE_NEWNS";
            case UTS -> "CLONE_NEWUTS";
            case IPC -> "CLONE_NEWIPC";
            case PID -> "CLONE_NEWPID";
            case NET -> "CLONE_NEWNET";
            case USER -> "CLONE_NEWUSER";
            case CGROUP -> "CLONE_NEWCGROUP";
            case TIME -> "CLONE_NEWTIME";
        };
    }
}
