package dev.alcove.runtime;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Syscall;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plans a command in namespaces that exist, as nsenter(1) runs it: a pure function.
 *
 * <p>The order: everything that is found by a path is opened while the paths are the caller's; the monitor joins, so that
 * its child is born inside, also in the PID namespace; root and working directory come after the mount namespace, which
 * sets both; the user comes last, since all before may need the privileges.
 */
final class EnterPlanner {
    private static final String GROUP = "enter the target's control group";

    private final Plan plan;
    private final Program.Builder p;
    private final Entering wanted;
    private final TaskFrame frame;
    private final Map<NamespaceKind, Arg.Result> files = new EnumMap<>(NamespaceKind.class);

    private EnterPlanner(ContainerSpec spec, HostFacts facts, Entering wanted) {
        this.plan = new Plan(spec, facts);
        this.p = plan.p;
        this.wanted = wanted;
        this.frame = new TaskFrame(plan);
    }

    static Program plan(ContainerSpec spec, HostFacts facts, Entering wanted) {
        return new EnterPlanner(spec, facts, wanted).plan();
    }

    private Program plan() {
        frame.begin();
        wanted.files()
                .forEach((kind, path) -> files.put(
                        kind,
                        open(
                                kind.fileName() + "_namespace",
                                path,
                                "O_RDONLY|O_CLOEXEC",
                                "the " + kind.fileName() + " namespace to join")));
        wanted.owned().ifPresent(this::ownerOf);
        wanted.socket().ifPresent(this::networkOf);
        List<Arg.Result> groups = new ArrayList<>();
        for (String file : wanted.groups()) {
            groups.add(open("group", file, "O_WRONLY|O_CLOEXEC", GROUP));
        }
        Entering.Places places = wanted.places();
        Optional<Arg.Result> root = places.root().map(path -> directory("root", path, "what becomes the root"));
        Optional<Arg.Result> directory =
                places.outer().map(path -> directory("directory", path, "what becomes the working directory"));
        if (wanted.hasTarget()) {
            p.call(
                    "the paths above were those of the process that was meant: it is still there",
                    Syscall.PIDFD_SEND_SIGNAL,
                    Arg.num(ExecTarget.PIDFD),
                    Arg.ZERO,
                    Arg.NULL,
                    Arg.ZERO);
        }
        wanted.context().ifPresent(this::context);
        if (wanted.joins(NamespaceKind.PID) || wanted.joins(NamespaceKind.USER)) {
            p.call(
                    "until execve, nobody inside may trace us or look at our descriptors (CVE-2016-9962)",
                    Syscall.PRCTL,
                    plan.flags("PR_SET_DUMPABLE"),
                    Arg.ZERO);
        }
        join();
        Arg.Result pid = frame.clone("", "the command's process, born in the namespaces that were joined");
        frame.awaitStart();
        frame.watch(pid);

        Arg.Num kill = plan.flags("SIGKILL");
        frame.child(kill);
        for (Arg.Result group : groups) {
            plan.write(group, "0", GROUP);
        }
        if (!wanted.fork()) {
            pidOfChildren();
        }
        root.ifPresent(this::changeRoot);
        directory.ifPresent(fd -> p.call("the working directory", Syscall.FCHDIR, fd));
        places.inside().ifPresent(path -> p.call("the working directory", Syscall.CHDIR, Arg.string(path)));
        boolean asRoot = wanted.joins(NamespaceKind.USER) && !wanted.keep();
        frame.become(asRoot ? wanted.becoming().orRoot() : wanted.becoming(), kill);
        return frame.run(wanted.program());
    }

    private Arg.Result open(String name, String path, String flags, String why) {
        return p.callTo(name, why, Syscall.OPENAT, Arg.CWD, Arg.string(path), plan.flags(flags), Arg.ZERO);
    }

    private Arg.Result directory(String name, String path, String why) {
        return open(name, path, "O_PATH|O_DIRECTORY|O_CLOEXEC", why);
    }

    /** ioctl_nsfs(2). */
    private void ownerOf(String path) {
        String why = "the user namespace that owns this one is to be joined";
        Arg.Result owned = open("owned", path, "O_RDONLY|O_CLOEXEC", why);
        files.put(
                NamespaceKind.USER,
                p.callTo("user_namespace", why, Syscall.IOCTL, owned, plan.flags("NS_GET_USERNS"), Arg.ZERO));
    }

    /** pidfd_getfd(2), and SIOCGSKNS of netdevice(7). */
    private void networkOf(int descriptor) {
        String why = "the network of the target's socket is to be joined";
        Arg.Result socket =
                p.callTo("socket", why, Syscall.PIDFD_GETFD, Arg.num(ExecTarget.PIDFD), Arg.num(descriptor), Arg.ZERO);
        files.put(
                NamespaceKind.NET,
                p.callTo("net_namespace", why, Syscall.IOCTL, socket, plan.flags("SIOCGSKNS"), Arg.ZERO));
        // The monitor lives as long as the command: with a copy the target's peer would not learn of its end.
        plan.close(socket);
    }

    /** proc_pid_attr(5): it is the next execve's, and the child inherits it. */
    private void context(String context) {
        plan.writeFile(
                Arg.CWD, "/proc/self/attr/exec", context, List.of(), "the target's SELinux context, from execve on");
    }

    /** For root the user namespace last, since root has rights over the others before; for others first, as it gives them. */
    private void join() {
        if (!plan.facts.privileged()) {
            file(NamespaceKind.USER);
            target();
        }
        for (NamespaceKind kind : NamespaceKind.values()) {
            boolean later = kind == NamespaceKind.USER || (kind == NamespaceKind.PID && !wanted.fork());
            if (!later) {
                file(kind);
            }
        }
        if (plan.facts.privileged()) {
            target();
            file(NamespaceKind.USER);
        }
    }

    private void file(NamespaceKind kind) {
        Arg.Result fd = files.get(kind);
        if (fd != null) {
            p.call("another " + kind.fileName() + " namespace", Syscall.SETNS, fd, plan.flags(JoinPart.flagName(kind)));
        }
    }

    private void target() {
        StringBuilder names = new StringBuilder();
        for (NamespaceKind kind : wanted.ofTarget()) {
            if (kind != NamespaceKind.PID || wanted.fork()) {
                names.append(names.isEmpty() ? "" : "|").append(JoinPart.flagName(kind));
            }
        }
        if (!names.isEmpty()) {
            p.call(
                    "the target's namespaces, all in one call: the kernel takes the user namespace first",
                    Syscall.SETNS,
                    Arg.num(ExecTarget.PIDFD),
                    plan.flags(names.toString()));
        }
    }

    private void pidOfChildren() {
        if (wanted.joins(NamespaceKind.PID)) {
            Arg.Result file = files.get(NamespaceKind.PID);
            p.call(
                    "only the command's children will be in it",
                    Syscall.SETNS,
                    file == null ? Arg.num(ExecTarget.PIDFD) : file,
                    plan.flags("CLONE_NEWPID"));
        }
    }

    private void changeRoot(Arg.Result root) {
        String why = "the root directory";
        p.call(why, Syscall.FCHDIR, root);
        p.call(why, Syscall.CHROOT, Arg.string("."));
    }
}
