package dev.alcove.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything to be done for a control group, without doing any of it: from the layout, the group's name and its limits to
 * an ordered list of directories and files. Whoever starts the process performs it, {@link Cgroup} does so from Java.
 *
 * <pre>
 *   steps        make the directories, give them controllers, set the limits
 *   enter        version 1: the child, with one thread, writes "0" to each of these files. Unlike a pid written to
 *                cgroup.procs that does not wait for a grace period of the kernel
 *   unified      version 2: open it and give it to clone3(2), CLONE_INTO_CGROUP
 *   …            the container lives
 *   remove       rmdir(2) in this order, when the last process has ended
 *   parents      rmdir(2) in this order for who is sure that nobody makes a group in them now; EBUSY is no failure
 * </pre>
 *
 * @param steps   what to do before a process enters
 * @param enter   the {@code tasks} files
 * @param unified the version 2 group's directory; present in hybrid layouts as well
 * @param remove  the group's own directories
 * @param parents the directories between the group and what was there before, deepest first
 */
public record CgroupWrites(
        List<CgroupStep> steps,
        List<String> enter,
        Optional<String> unified,
        List<String> remove,
        List<String> parents) {

    /** Copies the lists. */
    public CgroupWrites {
        steps = List.copyOf(steps);
        enter = List.copyOf(enter);
        remove = List.copyOf(remove);
        parents = List.copyOf(parents);
    }

    /**
     * Plans a new group in every hierarchy that we may write to. With none, as for an ordinary user on version 1, the
     * result is empty, if no limit is asked.
     *
     * @param layout what is mounted
     * @param group  {@code /alcove/web} counts from each hierarchy's root, {@code alcove/web} from where we may make groups
     * @param limits what it may use
     * @throws IllegalArgumentException   if the name is not one
     * @throws CgroupUnavailableException if a limit's controller is missing or not ours to use
     */
    public static CgroupWrites plan(CgroupLayout layout, String group, CgroupLimits limits) {
        return plan(layout, group, limits, false);
    }

    /**
     * As {@link #plan}, for a group that somebody else makes when the process is there, such as systemd, and which that one
     * removes: nothing is to be made, nor is a process born in it.
     *
     * @param into whether the process has to enter it by itself in version 2 as well
     * @throws CgroupUnavailableException as in {@link #plan}
     */
    public static CgroupWrites entering(CgroupLayout layout, String group, CgroupLimits limits, boolean into) {
        CgroupWrites all = plan(layout, group, limits, true);
        List<String> enter = new ArrayList<>(all.enter);
        if (into && all.unified.isPresent()) {
            enter.add(all.unified.get() + "/cgroup.procs");
        }
        return new CgroupWrites(List.of(), enter, Optional.empty(), all.remove, List.of());
    }

    /**
     * As {@link #plan}.
     *
     * @param others whether others see to the controllers of the groups above: only what a limit needs is added to them
     */
    static CgroupWrites plan(CgroupLayout layout, String group, CgroupLimits limits, boolean others) {
        checkName(group);
        // first, so that a limit that cannot be is refused before anything else is said
        List<CgroupStep> limiting = limits(layout, group, limits);
        List<CgroupStep> steps = new ArrayList<>();
        List<String> enter = new ArrayList<>();
        List<String> remove = new ArrayList<>();
        List<String> parents = new ArrayList<>();
        Optional<String> unified = Optional.empty();
        for (CgroupHierarchy h : layout.hierarchies()) {
            if (!h.writable(group)) {
                continue;
            }
            List<String> chain = h.chain(group);
            boolean cpuset = h.controllers().contains(CgroupController.CPUSET) && !h.unified();
            for (int i = 1; i < chain.size(); i++) {
                if (h.unified()) {
                    enable(steps, h, chain.get(i - 1), limits, !others && layout.mode() == CgroupLayout.Mode.V2);
                }
                steps.add(new CgroupStep.MakeDirectory(chain.get(i), i < chain.size() - 1));
                if (cpuset) {
                    // the parents too: a child may only have what its parent has
                    boolean last = i == chain.size() - 1;
                    inherit(steps, chain.get(i - 1), chain.get(i), "/cpuset.cpus", last ? limits.cpusetCpus() : "");
                    inherit(steps, chain.get(i - 1), chain.get(i), "/cpuset.mems", last ? limits.cpusetMems() : "");
                }
            }
            String leaf = chain.getLast();
            if (h.unified()) {
                unified = Optional.of(leaf);
            } else {
                enter.add(leaf + "/tasks");
            }
            remove.add(leaf);
            for (int i = chain.size() - 2; i > 0; i--) {
                parents.add(chain.get(i));
            }
        }
        steps.addAll(limiting);
        return new CgroupWrites(steps, enter, unified, remove, parents);
    }

    /**
     * The steps that set limits on a group that is there, in an order that is right for a new one.
     *
     * @throws CgroupUnavailableException if a limit's controller is missing or not ours to use
     */
    static List<CgroupStep> limits(CgroupLayout layout, String group, CgroupLimits limits) {
        return new CgroupLimitWrites(layout, group).of(limits);
    }

    /**
     * Gives the children of a version 2 group their controllers. Those that a limit needs must work; the others are for
     * statistics, and one that cannot be had (cpu beside realtime processes) is no reason to refuse. A hybrid machine's
     * version 2 is left as it is, but for what a limit needs.
     */
    private static void enable(
            List<CgroupStep> steps, CgroupHierarchy h, String parent, CgroupLimits limits, boolean statistics) {
        List<CgroupController> needed = CgroupLimitWrites.needed(limits);
        StringBuilder must = new StringBuilder();
        List<String> may = new ArrayList<>();
        for (CgroupController c : CgroupController.values()) {
            if (h.controllers().contains(c)) {
                String word = "+" + c.v2Name();
                if (needed.contains(c)) {
                    must.append(must.isEmpty() ? "" : " ").append(word);
                } else if (statistics) {
                    may.add(word);
                }
            }
        }
        String file = parent + "/cgroup.subtree_control";
        if (!must.isEmpty()) {
            steps.add(new CgroupStep.WriteFile(file, must.toString(), "", true));
        }
        for (String word : may) {
            // one by one: the kernel takes all of a write or nothing
            steps.add(new CgroupStep.WriteFile(file, word, "", false));
        }
    }

    private static void inherit(List<CgroupStep> steps, String parent, String child, String file, String value) {
        if (value.isEmpty()) {
            steps.add(new CgroupStep.InheritFile(parent + file, child + file));
        }
    }

    /** Refuses what is not a name of a group: parts must not be empty, dots, or names of the kernel's own files. */
    static void checkName(String group) {
        String rest = group.startsWith("/") ? group.substring(1) : group;
        for (int from = 0; from <= rest.length(); ) {
            int slash = rest.indexOf('/', from);
            slash = slash < 0 ? rest.length() : slash;
            String part = rest.substring(from, slash);
            boolean bad = part.isEmpty()
                    || part.equals(".")
                    || part.equals("..")
                    || part.length() > 255
                    || part.startsWith("cgroup.")
                    || part.equals("tasks")
                    || part.equals("notify_on_release")
                    || part.equals("release_agent");
            for (int i = 0; i < part.length() && !bad; i++) {
                bad = part.charAt(i) < ' ';
            }
            if (bad) {
                throw new IllegalArgumentException(
                        "cgroup: '" + group + "' is not a group's path: '" + part + "' cannot be a part of one");
            }
            from = slash + 1;
        }
    }
}
