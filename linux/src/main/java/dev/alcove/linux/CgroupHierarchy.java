package dev.alcove.linux;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One mounted cgroup hierarchy, as this process sees it, cgroups(7).
 *
 * @param version     1 or 2
 * @param controllers what it controls: for version 1 those mounted together, for version 2 those that groups below
 *                    {@link #base} can be given; empty for a named version 1 hierarchy
 * @param name        a named version 1 hierarchy's name ({@code systemd}), else empty
 * @param mountPoint  where it is mounted, without a trailing slash
 * @param own         our own group, from the mount point: {@code /} or {@code /user.slice/…}
 * @param base        the highest group, ours or one above it, in which we may make groups; empty if there is none. {@code /}
 *                    for root, the delegated subtree for an ordinary user
 */
public record CgroupHierarchy(
        int version,
        Set<CgroupController> controllers,
        String name,
        String mountPoint,
        String own,
        Optional<String> base) {

    /** Copies the set. */
    public CgroupHierarchy {
        controllers = Set.copyOf(controllers);
    }

    /** Whether it is the unified hierarchy, version 2. */
    public boolean unified() {
        return version == 2;
    }

    /**
     * Whether we may make this group here.
     *
     * @param group a group's name, see {@link #directory}
     */
    public boolean writable(String group) {
        if (base.isEmpty()) {
            return false;
        }
        String b = base.get();
        return !group.startsWith("/") || b.equals("/") || group.startsWith(b + "/");
    }

    /**
     * A group's directory. Nothing is looked up.
     *
     * @param group a name: {@code /alcove/web} counts from the hierarchy's root, {@code alcove/web} from {@link #base}
     * @return the directory's path
     */
    public String directory(String group) {
        return mountPoint + path(group);
    }

    /** The directories from the base (which is included, and exists) down to the group. */
    List<String> chain(String group) {
        String path = path(group);
        String b = base.orElse("/");
        List<String> chain = new java.util.ArrayList<>();
        chain.add(b.equals("/") ? mountPoint : mountPoint + b);
        int from = b.equals("/") ? 1 : b.length() + 1;
        for (int slash = path.indexOf('/', from); slash > 0; slash = path.indexOf('/', slash + 1)) {
            chain.add(mountPoint + path.substring(0, slash));
        }
        chain.add(mountPoint + path);
        return chain;
    }

    private String path(String group) {
        if (group.startsWith("/")) {
            return group;
        }
        String b = base.orElse("/");
        return b.equals("/") ? "/" + group : b + "/" + group;
    }
}
