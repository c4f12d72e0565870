package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.SpecException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Mounts that show other owners than the files have, mount_setattr(2) MOUNT_ATTR_IDMAP. The kernel takes the mapping from a
 * user namespace. So for each mapping there is a process that does nothing but be in one, until its namespace is open:
 *
 * <pre>
 *   monitor                         holder
 *     | -- clone3, CLONE_NEWUSER ----> |  waits to be killed; dies with the monitor, and by itself after a minute
 *     | -- uid_map, gid_map ---------> |
 *     |    open /proc/PID/ns/user      |
 *     | -- SIGKILL, wait4 -----------> |
 *     |    mount_setattr of the copies of the mounts' sources
 * </pre>
 */
final class IdmapPart {
    private static final String WHY =
            "a user namespace of which only the map is needed, for mounts that translate owners";
    private static final long SIGCHLD = 17;

    private final Plan plan;
    private final OciLinux linux;
    private final Map<String, Arg.Result> namespaces = new HashMap<>();

    IdmapPart(Plan plan, OciLinux linux) {
        this.plan = plan;
        this.linux = linux;
    }

    /** Whether a mount is to be mapped. */
    static boolean wanted(OciMount mount, MountOptions options) {
        return !options.idmap().isEmpty() || !mount.uidMappings().isEmpty();
    }

    /**
     * Opens the namespace of a mount's mapping: the monitor's, before the clone. One that others have too is made once.
     *
     * @param field  the mount, for a refusal
     * @param joined the container's own user namespace, if it joins one
     * @throws SpecException if there is no mapping, or the caller cannot make one
     */
    Arg.Result namespace(String field, OciMount mount, Arg.@Nullable Result joined) {
        if (!plan.facts.privileged()) {
            throw SpecException.of(
                    field,
                    "the owners of a mount's files can only be translated with CAP_SYS_ADMIN over its file system"
                            + "\n  mend: run it as root, or leave the mappings out");
        }
        boolean own = !mount.uidMappings().isEmpty();
        List<LinuxIdMapping> users = own ? mount.uidMappings() : linux.uidMappings();
        List<LinuxIdMapping> groups = own ? mount.gidMappings() : linux.gidMappings();
        if (users.isEmpty() && joined != null) {
            return joined;
        }
        if (users.isEmpty() || groups.isEmpty()) {
            throw SpecException.of(
                    field + ".options",
                    "'idmap' needs uidMappings and gidMappings, of the mount or of the container's user namespace");
        }
        String key = IdMaps.text(users) + "/" + IdMaps.text(groups);
        Arg.Result known = namespaces.get(key);
        if (known == null) {
            known = make(users, groups);
            namespaces.put(key, known);
        }
        return known;
    }

    private Arg.Result make(List<LinuxIdMapping> users, List<LinuxIdMapping> groups) {
        Program.Builder p = plan.p;
        Data args = Data.longs(
                "{CLONE_NEWUSER, SIGCHLD}", plan.flags("CLONE_NEWUSER").value(), 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0);
        Arg.Result holder = p.callTo("holder", WHY, Syscall.CLONE3, Arg.at(args), Arg.num(args.size()));
        Step.Label on = new Step.Label();
        p.jump(Step.When.POSITIVE, holder, on, "the monitor goes on; the holder waits");
        p.attempt("it dies with the monitor", Syscall.PRCTL, plan.flags("PR_SET_PDEATHSIG"), plan.flags("SIGKILL"));
        p.attempt(
                "until it is killed, a minute at most",
                Syscall.PPOLL,
                Arg.NULL,
                Arg.ZERO,
                Arg.at(Data.longs("{60 s}", 60, 0)),
                Arg.NULL,
                Arg.num(8));
        p.add(new Step.Exit(Arg.ZERO, "nobody needs it any more"));
        p.bind(on);
        new IdMapPart(plan).writeAs(holder, users, groups);
        Arg.Result namespace = p.callTo(
                "mapping",
                WHY,
                Syscall.OPENAT,
                Arg.CWD,
                plan.procFile(holder, "/ns/user", WHY),
                plan.flags("O_RDONLY|O_CLOEXEC"),
                Arg.ZERO);
        p.attempt("the open descriptor keeps the namespace", Syscall.KILL, holder, plan.flags("SIGKILL"));
        p.attempt("no zombie stays", Syscall.WAIT4, holder, Arg.NULL, plan.flags("__WALL"), Arg.NULL);
        return namespace;
    }

    /** Maps a mount that is not attached yet. */
    void map(Arg mount, MountOptions options, Arg.Result namespace, String why) {
        Data attributes = Data.longs(
                "{set MOUNT_ATTR_IDMAP, " + namespace.text() + "}",
                plan.flags("MOUNT_ATTR_IDMAP").value(),
                0,
                0,
                0);
        plan.p.add(new Step.Put(Arg.at(attributes, 24), namespace, 8, why));
        plan.setAttributes(mount, options.idmap().equals("ridmap"), Arg.at(attributes), why);
    }

    /** The monitor's copies, when the child has them. */
    void close() {
        namespaces.values().forEach(plan::close);
    }
}
