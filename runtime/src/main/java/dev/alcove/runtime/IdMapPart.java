package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciLinux;
import java.util.List;

/** The id maps of a new user namespace, which its maker's side writes: user_namespaces(7). */
final class IdMapPart {
    private final Plan plan;

    IdMapPart(Plan plan) {
        this.plan = plan;
    }

    /**
     * Plans the maps.
     *
     * @param pid  the first process in the namespace
     * @param deny whether setgroups(2) is to be forbidden there: who may not map any group must
     */
    void write(Arg.Result pid, OciLinux linux, boolean deny) {
        boolean helper = IdMaps.needsHelper(linux, plan.facts);
        if (deny && !helper) {
            mapFile(
                    pid,
                    "/setgroups",
                    "deny",
                    "an ordinary user may map a group only without setgroups (CVE-2014-8989)");
        }
        maps(pid, linux, helper);
    }

    /** As {@link #write}, with setgroups(2) as it was asked for. */
    void writeWithSetgroups(Arg.Result pid, OciLinux linux, String setgroups) {
        mapFile(pid, "/setgroups", setgroups, "whether groups can be changed inside; before the map of groups");
        maps(pid, linux, IdMaps.needsHelper(linux, plan.facts));
    }

    private void maps(Arg.Result pid, OciLinux linux, boolean helper) {
        if (helper) {
            plan.sync(
                    Planner.SYNC_ID_MAPS,
                    pid,
                    "Java runs newuidmap and newgidmap, which may map more than this user's own id");
            return;
        }
        if (!linux.gidMappings().isEmpty()) {
            mapFile(pid, "/gid_map", IdMaps.text(linux.gidMappings()), "which groups inside are which outside");
        }
        if (!linux.uidMappings().isEmpty()) {
            mapFile(pid, "/uid_map", IdMaps.text(linux.uidMappings()), "which users inside are which outside");
        }
    }

    /** Maps that the caller has every right to write. */
    void writeAs(Arg.Result pid, List<LinuxIdMapping> users, List<LinuxIdMapping> groups) {
        mapFile(pid, "/gid_map", IdMaps.text(groups), "which groups are shown as which");
        mapFile(pid, "/uid_map", IdMaps.text(users), "which users are shown as which");
    }

    private void mapFile(Arg.Result pid, String file, String content, String why) {
        Arg.At path = plan.procFile(pid, file, why);
        Arg.Result fd =
                plan.p.callTo("file", why, Syscall.OPENAT, Arg.CWD, path, plan.flags("O_WRONLY|O_CLOEXEC"), Arg.ZERO);
        plan.write(fd, content, why);
        plan.close(fd);
    }
}
