package dev.alcove.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the control groups of this machine are mounted and what of them is ours, cgroups(7): read once, then a fact that
 * pure code can plan with.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="layout"}
 *
 * @param mode        version 1, version 2, both, or none
 * @param hierarchies those mounted, in the order of the mount table
 * @param swapLimit   whether swap can be limited: in version 1 the kernel may count memory without it
 */
public record CgroupLayout(Mode mode, List<CgroupHierarchy> hierarchies, SwapLimit swapLimit) {

    /** Which versions are mounted. */
    public enum Mode {
        /** No control groups at all. */
        NONE,
        /** Version 1 hierarchies only. */
        V1,
        /** Version 1 hierarchies, and version 2 beside them, mostly without controllers. */
        HYBRID,
        /** The unified hierarchy only. */
        V2
    }

    /** Whether swap can be limited. */
    public enum SwapLimit {
        /** There are files for it. */
        YES,
        /** This kernel swaps but does not count it by group (version 1 without {@code swapaccount=1}). */
        UNCOUNTED,
        /** This kernel cannot swap, so there is nothing to limit. */
        NO_SWAP
    }

    /** Copies the list. */
    public CgroupLayout {
        hierarchies = List.copyOf(hierarchies);
    }

    /**
     * The layout of this process: two files of {@code /proc/self}, one of the unified hierarchy and a few access(2).
     *
     * @throws UncheckedIOException if {@code /proc} cannot be read
     */
    public static CgroupLayout read() {
        return read("");
    }

    /**
     * As {@link #read()}, seen by somebody who also knows of a group elsewhere: where nothing above our own group is ours,
     * what we may write to above that one counts. A user's service manager makes groups that are not below the user's
     * session.
     *
     * @param group a group's name, {@code /user.slice/…}; only one with a leading slash has a place of its own
     * @throws UncheckedIOException if {@code /proc} cannot be read
     */
    public static CgroupLayout read(String group) {
        Machine machine = new ThisMachine();
        return parse(machine.text("/proc/self/mountinfo"), machine.text("/proc/self/cgroup"), group, machine);
    }

    /** What is asked of the files besides the two texts; the tests have machines of other kinds. No lambdas: a cold start. */
    interface Machine {
        /** A file's text, empty if it is not there. */
        String text(String path);

        /** Whether we may write there, access(2). */
        boolean writable(String path);

        boolean exists(String path);
    }

    private static final class ThisMachine implements Machine {
        @Override
        public String text(String path) {
            try {
                return Files.readString(Path.of(path));
            } catch (NoSuchFileException e) {
                return "";
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean writable(String path) {
            return Files.isWritable(Path.of(path));
        }

        @Override
        public boolean exists(String path) {
            return Files.exists(Path.of(path));
        }
    }

    /** The same from given texts. */
    static CgroupLayout parse(String mountinfo, String cgroup, Machine machine) {
        return parse(mountinfo, cgroup, "", machine);
    }

    static CgroupLayout parse(String mountinfo, String cgroup, String group, Machine machine) {
        List<Mount> mounts = mounts(mountinfo);
        List<CgroupHierarchy> hierarchies = new ArrayList<>();
        boolean one = false;
        boolean two = false;
        for (Mount m : mounts) {
            String own = relative(own(cgroup, m), m.root);
            Optional<String> base = base(m, own, machine);
            if (group.startsWith("/") && (base.isEmpty() || !below(group, base.get()))) {
                Optional<String> above = base(m, group.substring(0, group.lastIndexOf('/')), machine);
                base = above.isPresent() ? above : base;
            }
            Set<CgroupController> controllers = m.controllers;
            if (m.version == 2) {
                two = true;
                String at = base.orElse(own);
                controllers = words(machine.text(m.point + (at.equals("/") ? "" : at) + "/cgroup.controllers"));
            } else {
                one = true;
            }
            hierarchies.add(new CgroupHierarchy(m.version, controllers, m.name, m.point, own, base));
        }
        Mode mode = one ? two ? Mode.HYBRID : Mode.V1 : two ? Mode.V2 : Mode.NONE;
        return new CgroupLayout(mode, hierarchies, swapLimit(hierarchies, machine));
    }

    /** The hierarchy that has this controller; for version 2's built-in ones (devices, freezer) the unified one. */
    public Optional<CgroupHierarchy> of(CgroupController controller) {
        for (CgroupHierarchy h : hierarchies) {
            if (h.controllers().contains(controller)) {
                return Optional.of(h);
            }
        }
        return switch (controller) {
            case DEVICES, FREEZER, PERF_EVENT -> unified();
            // counting processor time is part of version 2's core, the controller cpu adds the limits
            case CPUACCT -> unified();
            default -> Optional.empty();
        };
    }

    /** The unified hierarchy, version 2, if mounted. */
    public Optional<CgroupHierarchy> unified() {
        for (CgroupHierarchy h : hierarchies) {
            if (h.unified()) {
                return Optional.of(h);
            }
        }
        return Optional.empty();
    }

    /** A line of mountinfo about control groups. */
    private record Mount(int version, Set<CgroupController> controllers, String name, String root, String point) {}

    private static List<Mount> mounts(String mountinfo) {
        List<Mount> mounts = new ArrayList<>();
        // from hit to hit: a machine with many containers has thousands of other lines
        for (int dash = mountinfo.indexOf(" - cgroup"); dash >= 0; ) {
            int start = mountinfo.lastIndexOf('\n', dash) + 1;
            int end = mountinfo.indexOf('\n', dash);
            end = end < 0 ? mountinfo.length() : end;
            add(mounts, mountinfo.substring(start, dash), mountinfo.substring(dash + 3, end));
            dash = mountinfo.indexOf(" - cgroup", end);
        }
        return mounts;
    }

    /** A hierarchy may be mounted in several places: the one below /sys/fs/cgroup is ours, else the first. */
    private static void add(List<Mount> mounts, String left, String right) {
        // 34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
        int version = right.startsWith("cgroup2 ") ? 2 : right.startsWith("cgroup ") ? 1 : 0;
        if (version == 0) {
            return;
        }
        int root = after(left, 0, 3);
        int point = after(left, root, 1);
        Set<CgroupController> controllers = EnumSet.noneOf(CgroupController.class);
        String name = "";
        if (version == 1) {
            String options = right.substring(right.lastIndexOf(' ') + 1);
            for (int from = 0; from <= options.length(); ) {
                int comma = options.indexOf(',', from);
                comma = comma < 0 ? options.length() : comma;
                String option = options.substring(from, comma);
                Optional<CgroupController> controller = CgroupController.ofV1(option);
                if (controller.isPresent()) {
                    controllers.add(controller.get());
                }
                if (option.startsWith("name=")) {
                    name = option.substring("name=".length());
                }
                from = comma + 1;
            }
        }
        Mount mount = new Mount(
                version,
                controllers,
                name,
                unescape(left.substring(root, left.indexOf(' ', root))),
                unescape(left.substring(point, end(left, point))));
        for (int i = 0; i < mounts.size(); i++) {
            Mount other = mounts.get(i);
            if (other.version == version && other.controllers.equals(controllers) && other.name.equals(name)) {
                if (!other.point.startsWith("/sys/fs/cgroup") && mount.point.startsWith("/sys/fs/cgroup")) {
                    mounts.set(i, mount);
                }
                return;
            }
        }
        mounts.add(mount);
    }

    private static int after(String line, int from, int spaces) {
        int at = from;
        for (int i = 0; i < spaces; i++) {
            at = line.indexOf(' ', at) + 1;
        }
        return at;
    }

    private static int end(String line, int from) {
        int space = line.indexOf(' ', from);
        return space < 0 ? line.length() : space;
    }

    /** Spaces and the like are octal in mountinfo: proc_pid_mountinfo(5). */
    private static String unescape(String s) {
        if (s.indexOf('\\') < 0) {
            return s;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) == '\\' && i + 3 < s.length()) {
                plain.append((char) Integer.parseInt(s, i + 1, i + 4, 8));
                i += 3;
            } else {
                plain.append(s.charAt(i));
            }
        }
        return plain.toString();
    }

    /** Our group in a hierarchy, from lines such as {@code 4:cpu,cpuacct:/user.slice} and {@code 0::/}. */
    private static String own(String cgroup, Mount mount) {
        for (int at = 0; at < cgroup.length(); ) {
            int end = cgroup.indexOf('\n', at);
            end = end < 0 ? cgroup.length() : end;
            int first = cgroup.indexOf(':', at);
            int second = cgroup.indexOf(':', first + 1);
            if (first > 0 && second > 0 && second < end) {
                String which = cgroup.substring(first + 1, second);
                boolean hit;
                if (mount.version == 2) {
                    hit = which.isEmpty();
                } else if (mount.controllers.isEmpty()) {
                    hit = which.equals("name=" + mount.name);
                } else {
                    int comma = which.indexOf(',');
                    String one = comma < 0 ? which : which.substring(0, comma);
                    Optional<CgroupController> controller = CgroupController.ofV1(one);
                    hit = controller.isPresent() && mount.controllers.contains(controller.get());
                }
                if (hit) {
                    return cgroup.substring(second + 1, end);
                }
            }
            at = end + 1;
        }
        return "/";
    }

    /** A group as seen from the mount point; a mount of something beside our group shows us nothing above it. */
    private static String relative(String own, String root) {
        if (root.equals("/")) {
            return own.startsWith("/..") ? "/" : own;
        }
        return own.startsWith(root + "/") ? own.substring(root.length()) : "/";
    }

    /** From the root down to our own group, the first we may write to. */
    private static Optional<String> base(Mount m, String own, Machine machine) {
        for (int slash = 0; slash >= 0; ) {
            String group = own.substring(0, slash);
            String directory = m.point + group;
            if (machine.writable(directory) && (m.version == 1 || delegated(directory, machine))) {
                return Optional.of(group.isEmpty() ? "/" : group);
            }
            if (slash == own.length() || own.equals("/")) {
                break;
            }
            int next = own.indexOf('/', slash + 1);
            slash = next < 0 ? own.length() : next;
        }
        return Optional.empty();
    }

    private static boolean below(String group, String base) {
        return base.equals("/") || group.startsWith(base + "/");
    }

    /** A process moves only where the cgroup.procs of the nearest common ancestor is writable too. */
    private static boolean delegated(String directory, Machine machine) {
        return machine.writable(directory + "/cgroup.procs") && machine.writable(directory + "/cgroup.subtree_control");
    }

    private static Set<CgroupController> words(String line) {
        Set<CgroupController> set = EnumSet.noneOf(CgroupController.class);
        int from = 0;
        for (int i = 0; i <= line.length(); i++) {
            if (i == line.length() || line.charAt(i) <= ' ') {
                Optional<CgroupController> controller = CgroupController.ofV2(line.substring(from, i));
                if (controller.isPresent()) {
                    set.add(controller.get());
                }
                from = i + 1;
            }
        }
        return set;
    }

    private static SwapLimit swapLimit(List<CgroupHierarchy> hierarchies, Machine machine) {
        if (!machine.exists("/proc/swaps")) {
            return SwapLimit.NO_SWAP;
        }
        for (CgroupHierarchy h : hierarchies) {
            if (h.version() == 1
                    && h.controllers().contains(CgroupController.MEMORY)
                    && !machine.exists(h.mountPoint() + "/memory.memsw.limit_in_bytes")) {
                return SwapLimit.UNCOUNTED;
            }
        }
        return SwapLimit.YES;
    }
}
