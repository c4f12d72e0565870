package dev.alcove.lens;

import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcCgroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The group that a cgroup namespace shows as its root, in one hierarchy, cgroup_namespaces(7).
 *
 * @param hierarchy the controllers, {@code cpu,cpuacct}; {@code unified} of version 2
 * @param path      the group as the caller sees it
 */
public record CgroupRoot(String hierarchy, String path) {
    /**
     * Finds them: what the caller sees of a process's group, less what is seen of it from inside.
     *
     * @param ns a namespace of the kind CGROUP
     * @return one for each hierarchy, or empty if the caller may not go there, or nobody is in it
     */
    public static Optional<List<CgroupRoot>> of(Snapshot now, SeenNamespace ns) {
        if (ns.first().isEmpty()) {
            return Optional.empty();
        }
        int pid = ns.first().getAsInt();
        List<ProcCgroup> outside = Proc.cgroups(pid).orElse(List.of());
        return Entered.in(now, ns, () -> Proc.cgroups(pid).orElse(List.<ProcCgroup>of()))
                .map(inside -> roots(outside, inside));
    }

    static List<CgroupRoot> roots(List<ProcCgroup> outside, List<ProcCgroup> inside) {
        List<CgroupRoot> roots = new ArrayList<>();
        for (ProcCgroup group : outside) {
            for (ProcCgroup same : inside) {
                if (same.hierarchy() == group.hierarchy()) {
                    String name = group.isUnified() ? "unified" : String.join(",", group.controllers());
                    roots.add(new CgroupRoot(name, root(group.path(), same.path())));
                }
            }
        }
        return roots;
    }

    private static String root(String outside, String inside) {
        if (inside.equals("/")) {
            return outside;
        }
        if (outside.equals(inside)) {
            return "/";
        }
        // One that has left the root's group is seen as "/../…" inside: how far up says nothing of where from.
        return outside.endsWith(inside) ? outside.substring(0, outside.length() - inside.length()) : "?";
    }
}
