package dev.alcove.runtime;

import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The mounts of the configuration, each by descriptor onto a place resolved inside the root. */
final class MountPart {
    private final Plan plan;
    private final CgroupPart cgroup;
    private final IdentityHashMap<OciMount, Arg.Result> sources = new IdentityHashMap<>();
    private final IdentityHashMap<OciMount, Arg.Result> mappings = new IdentityHashMap<>();
    private final List<MountOptions> options;
    private final IdmapPart idmap;
    private Arg devpts = Arg.ZERO;

    MountPart(Plan plan, CgroupPart cgroup) {
        this.plan = plan;
        this.cgroup = cgroup;
        this.options = parse(plan.spec.config().mounts());
        OciLinux linux = plan.spec.config().linux();
        this.idmap = new IdmapPart(plan, linux == null ? OciLinux.builder().build() : linux);
    }

    /** The descriptor of the container's devpts, or 0 without one. */
    Arg devpts() {
        return devpts;
    }

    private static List<MountOptions> parse(List<OciMount> mounts) {
        List<MountOptions> options = new ArrayList<>(mounts.size());
        for (int i = 0; i < mounts.size(); i++) {
            options.add(MountOptions.parse(
                    "mounts[" + i + "].options", mounts.get(i).options()));
        }
        return options;
    }

    private static boolean isBind(OciMount m, MountOptions o) {
        return o.bind() || m.type().equals("bind");
    }

    /**
     * By the monitor, for a child in a user namespace of its own, which could not pass the directories above that are the
     * caller's alone. What comes into the namespace so is not locked there, mount_namespaces(7): only for a container in
     * which nobody will ever have CAP_SYS_ADMIN, which could take its read-only away. And only what is private: a shared
     * one would show the host what is mounted in it.
     */
    void openEarly() {
        open(true);
    }

    /**
     * By the monitor, with the privileges over the host's file systems that a child in a user namespace lacks: mounts whose
     * owners are translated. What is to be made new in the container is mapped there.
     *
     * @param users the user namespace that the container joins, if it does
     */
    void openMapped(Arg.@Nullable Result users) {
        List<OciMount> mounts = plan.spec.config().mounts();
        for (int i = 0; i < mounts.size(); i++) {
            OciMount m = mounts.get(i);
            if (IdmapPart.wanted(m, options.get(i))) {
                mappings.put(m, idmap.namespace("mounts[" + i + "]", m, users));
                if (isBind(m, options.get(i))) {
                    open(i, false);
                }
            }
        }
    }

    /** What the child inherited of those. */
    void closeEarly() {
        sources.values().forEach(plan::close);
        idmap.close();
    }

    /**
     * The bind mounts' sources are copied before the host's mounts are cut off from ours, since a shared volume must
     * still be a peer of the host's mount, and before anything covers their paths.
     */
    void openSources() {
        open(false);
    }

    private void open(boolean early) {
        List<OciMount> mounts = plan.spec.config().mounts();
        for (int i = 0; i < mounts.size(); i++) {
            OciMount m = mounts.get(i);
            MountOptions o = options.get(i);
            boolean shares = !(o.propagation().isEmpty() || o.propagation().equals("rprivate"));
            if (isBind(m, o) && !sources.containsKey(m) && !(early && shares)) {
                open(i, early);
            }
        }
    }

    private void open(int i, boolean early) {
        OciMount m = plan.spec.config().mounts().get(i);
        MountOptions o = options.get(i);
        if (o.copyUp()) {
            throw new IllegalArgumentException(
                    "mounts[" + i + "].options: '" + TreeCopy.OPTION + "' is only for a tmpfs");
        }
        String why = "volume " + m.destination();
        String reached = early ? why + ": found by who starts it, where its users might not look" : why;
        Arg.Result tree = plan.copyOf(m.source(), o.recursive(), reached);
        String propagation = o.propagation().isEmpty() ? "rprivate" : o.propagation();
        boolean deep = propagation.startsWith("r");
        plan.setAttributes(
                tree, deep, plan.attributes("", "", propagationFlag(propagation)), why + ": which way mounts travel");
        Arg.Result mapping = mappings.get(m);
        if (mapping != null) {
            idmap.map(tree, o, mapping, why + ": whose files they are");
        }
        if (o.changesMount()) {
            plan.setAttributes(
                    tree,
                    false,
                    plan.attributes(String.join("|", o.set()), String.join("|", o.clear()), ""),
                    why + ": its options");
        }
        if (o.changesTree()) {
            plan.setAttributes(
                    tree,
                    true,
                    plan.attributes(String.join("|", o.recursiveSet()), String.join("|", o.recursiveClear()), ""),
                    why + ": options of all below it");
        }
        if (!o.data().isEmpty()) {
            throw new IllegalArgumentException(
                    "mounts[" + i + "].options: '" + o.data().getFirst() + "' is not an option of a bind mount");
        }
        sources.put(m, tree);
    }

    private static String propagationFlag(String word) {
        return switch (word.startsWith("r") ? word.substring(1) : word) {
            case "shared" -> "MS_SHARED";
            case "slave" -> "MS_SLAVE";
            case "unbindable" -> "MS_UNBINDABLE";
            default -> "MS_PRIVATE";
        };
    }

    /** All mounts in the order of the configuration. */
    void mount() {
        List<OciMount> mounts = plan.spec.config().mounts();
        for (int i = 0; i < mounts.size(); i++) {
            OciMount m = mounts.get(i);
            MountOptions o = options.get(i);
            Arg.Result source = sources.get(m);
            if (source != null) {
                boolean directory = !plan.facts.files().contains(m.source());
                Arg.Result place = plan.place(m.destination(), directory, "volume " + m.destination());
                plan.attach(source, place, "volume " + m.destination());
                plan.mounted(m.destination(), Optional.empty());
                plan.close(place);
                plan.close(source);
            } else if (m.type().equals("cgroup") || m.type().equals("cgroup2")) {
                cgroups(m, o);
            } else {
                fileSystem(m, o);
            }
        }
    }

    private void fileSystem(OciMount m, MountOptions o) {
        String why = reason(m);
        Arg.Result place = plan.place(m.destination(), true, why);
        List<String> parameters = new ArrayList<>(o.data());
        parameters.addAll(LabelPart.mountParameters(plan, m.type()));
        Arg.Result mount = plan.fileSystem(m.type(), m.source(), parameters, o.mountFlags(plan.facts.arch()), why);
        Arg.Result mapping = mappings.get(m);
        if (mapping != null) {
            idmap.map(mount, o, mapping, why + ": whose files they are");
        }
        List<TreeEntry> copied = plan.facts.copies().get(m.destination());
        if (o.copyUp() && copied != null) {
            TreeCopy.plan(plan, copied, place, mount);
        }
        plan.attach(mount, place, why);
        boolean ours = switch (m.type()) {
            case "proc", "sysfs", "tmpfs", "devpts", "mqueue" -> true;
            default -> false;
        };
        plan.mounted(m.destination(), ours ? Optional.of(mount) : Optional.empty());
        if (!o.propagation().isEmpty()) {
            plan.setAttributes(
                    mount,
                    o.propagation().startsWith("r"),
                    plan.attributes("", "", propagationFlag(o.propagation())),
                    why + ": which way mounts travel");
        }
        plan.close(place);
        if (m.type().equals("devpts") && m.destination().equals("/dev/pts")) {
            devpts = mount;
        } else {
            plan.close(mount);
        }
    }

    private static String reason(OciMount m) {
        return switch (m.type()) {
            case "proc" -> "the process list inside must be the container's own";
            case "sysfs" -> "the kernel's objects, those of the container's own network";
            case "devpts" -> "terminals of its own: none of the host's can be reached";
            case "mqueue" -> "the POSIX message queues of its own IPC namespace";
            case "tmpfs" -> m.destination().equals("/dev") ? "devices: only those that it may have" : "memory as files";
            default -> m.type() + " on " + m.destination();
        };
    }

    /**
     * The container's own groups, bound where programs look for limits. cgroup2 mounted afresh would wait for a grace
     * period of the kernel; a bind costs nothing.
     */
    private void cgroups(OciMount m, MountOptions o) {
        Program.Builder p = plan.p;
        if (cgroup.isEmpty()) {
            return;
        }
        String why = "the container sees its own limits, and no other group";
        boolean pure = plan.facts.cgroups().hierarchies().size() == 1
                && plan.facts.cgroups().hierarchies().getFirst().unified();
        String attributes = String.join("|", o.set());
        Arg.Result place = plan.place(m.destination(), true, why);
        if (pure) {
            Arg.Result tree = plan.copyOf(
                    cgroup.directoryIn(plan.facts.cgroups().hierarchies().getFirst()), false, why);
            plan.setAttributes(tree, false, plan.attributes(attributes, "", ""), why);
            plan.attach(tree, place, why);
            plan.close(tree);
            plan.close(place);
            return;
        }
        Arg.Result dir = plan.fileSystem("tmpfs", "tmpfs", List.of("mode=755"), plan.flags(""), why);
        plan.attach(dir, place, why);
        plan.close(place);
        for (CgroupHierarchy h : plan.facts.cgroups().hierarchies()) {
            String own = cgroup.directoryIn(h);
            if (own.isEmpty()) {
                continue;
            }
            String name = h.mountPoint().substring(h.mountPoint().lastIndexOf('/') + 1);
            p.call(why, Syscall.MKDIRAT, dir, Arg.string(name), Arg.mode(0755));
            Arg.Result tree = plan.copyOf(own, false, why);
            plan.setAttributes(tree, false, plan.attributes(attributes, "", ""), why);
            p.call(
                    why,
                    Syscall.MOVE_MOUNT,
                    tree,
                    Arg.EMPTY,
                    dir,
                    Arg.string(name),
                    plan.flags("MOVE_MOUNT_F_EMPTY_PATH"));
            plan.close(tree);
        }
        plan.setAttributes(dir, false, plan.attributes(attributes, "", ""), why);
        plan.close(dir);
    }
}
