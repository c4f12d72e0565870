package dev.alcove.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * A control group by its name, in whatever hierarchies this machine has, cgroups(7). The object is a name: it holds no
 * descriptor and need not be closed, and the group lives until {@link #remove}.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="cgroup"}
 */
public final class Cgroup {
    private static final Duration REMOVE = Duration.ofSeconds(2);
    private static final long PAUSE = 500_000;

    private final CgroupLayout layout;
    private final String name;

    private Cgroup(CgroupLayout layout, String name) {
        this.layout = layout;
        this.name = name;
    }

    /**
     * The group of this name, whether it exists or not.
     *
     * @param layout what is mounted
     * @param name   {@code /alcove/web} counts from each hierarchy's root, {@code alcove/web} from where we may make groups
     * @throws IllegalArgumentException if the name is not one
     */
    public static Cgroup of(CgroupLayout layout, String name) {
        CgroupWrites.checkName(name);
        return new Cgroup(layout, name);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Whether it is there in at least one hierarchy. */
    public boolean exists() {
        for (String directory : directories()) {
            if (isDirectory(directory)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Makes it, with its limits. If that fails, nothing of it is left.
     *
     * @param limits what it may use
     * @throws CgroupUnavailableException if a limit's controller is missing or not ours to use
     * @throws LinuxException             if it is there already (EEXIST), or the kernel refuses
     */
    public void create(CgroupLimits limits) {
        CgroupSteps.make(CgroupWrites.plan(layout, name, limits).steps());
    }

    /**
     * Makes it where it is missing, and sets its limits: somebody else, such as systemd, has made it in those hierarchies
     * that they know.
     *
     * @param limits what it may use
     * @throws CgroupUnavailableException if a limit's controller is missing or not ours to use
     * @throws LinuxException             if the kernel refuses
     */
    public void complete(CgroupLimits limits) {
        for (CgroupStep step : CgroupWrites.plan(layout, name, limits, true).steps()) {
            CgroupSteps.perform(step);
        }
    }

    /**
     * Changes limits of a group that is there; what is empty in them stays as it is. With version 1 device rules the group is
     * frozen meanwhile, as there all devices are denied for a moment.
     *
     * @param limits what to change
     * @throws CgroupUnavailableException if a limit's controller is missing or not ours to use
     * @throws LinuxException             if the kernel refuses, such as a memory limit below what is in use (EBUSY)
     */
    public void apply(CgroupLimits limits) {
        List<CgroupStep> steps = CgroupWrites.limits(layout, name, limits);
        boolean pause = !limits.devices().isEmpty()
                && layout.of(CgroupController.DEVICES).filter(h -> !h.unified()).isPresent()
                && !frozen()
                && freeze(REMOVE);
        try {
            if (swapFirst(limits)) {
                // raising: memory cannot become more than the old sum with swap, so that sum goes first
                steps = new ArrayList<>(steps);
                steps.add(0, steps.remove(1));
            }
            for (CgroupStep step : steps) {
                CgroupSteps.perform(step);
            }
        } finally {
            if (pause) {
                thaw();
            }
        }
    }

    private boolean swapFirst(CgroupLimits limits) {
        Optional<CgroupHierarchy> memory = layout.of(CgroupController.MEMORY).filter(h -> !h.unified());
        if (memory.isEmpty()
                || limits.memory().isEmpty()
                || limits.memorySwap().isEmpty()
                || layout.swapLimit() != CgroupLayout.SwapLimit.YES) {
            return false;
        }
        long wanted = limits.memory().getAsLong();
        OptionalLong sum = number(memory.get().directory(name) + "/memory.memsw.limit_in_bytes");
        return sum.isPresent() && (wanted == CgroupLimits.UNLIMITED || wanted > sum.getAsLong());
    }

    private static OptionalLong number(String file) {
        Optional<String> text = CgroupFiles.read(file);
        return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get().strip())) : OptionalLong.empty();
    }

    /**
     * Moves a process into the group, with all its threads.
     *
     * @param pid the process, by its number in our PID namespace
     * @throws LinuxException if there is no such process (ESRCH) or we may not move it (EACCES)
     */
    public void add(long pid) {
        for (String directory : directories()) {
            CgroupFiles.write(directory + "/cgroup.procs", Long.toString(pid));
        }
    }

    /** The processes in it and in the groups below it, ascending, as our PID namespace numbers them. */
    public List<Long> processes() {
        TreeSet<Long> pids = new TreeSet<>();
        // in a hybrid layout a process may have entered one hierarchy only
        for (String directory : membership()) {
            for (String group : below(directory)) {
                for (String line :
                        CgroupFiles.read(group + "/cgroup.procs").orElse("").split("\n", -1)) {
                    if (!line.isEmpty() && !line.equals("0")) {
                        pids.add(Long.parseLong(line));
                    }
                }
            }
        }
        return List.copyOf(pids);
    }

    /**
     * Stops all its processes, so that none runs until {@link #thaw}. If they do not all stop in time, they are continued.
     *
     * @param within how long to wait for it
     * @return whether they stopped
     * @throws CgroupUnavailableException if this machine has no freezer
     */
    public boolean freeze(Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        CgroupHierarchy h = freezer();
        String directory = h.directory(name);
        boolean frozen = false;
        if (h.unified()) {
            CgroupFiles.write(directory + "/cgroup.freeze", "1");
            frozen = CgroupFiles.await(directory + "/cgroup.events", "frozen 1", deadline);
        } else {
            String file = directory + "/freezer.state";
            do {
                // again each time: a process that was made meanwhile leaves the state at FREEZING
                CgroupFiles.write(file, "FROZEN");
                frozen = CgroupFiles.read(file).orElse("").startsWith("FROZEN");
                if (!frozen) {
                    LockSupport.parkNanos(PAUSE);
                }
            } while (!frozen && System.nanoTime() - deadline < 0);
        }
        if (!frozen) {
            thaw();
        }
        return frozen;
    }

    /** Continues its processes. */
    public void thaw() {
        CgroupHierarchy h = freezer();
        if (h.unified()) {
            CgroupFiles.write(h.directory(name) + "/cgroup.freeze", "0");
        } else {
            CgroupFiles.write(h.directory(name) + "/freezer.state", "THAWED");
        }
    }

    /** Whether it is frozen. */
    public boolean frozen() {
        CgroupHierarchy h = freezer();
        String directory = h.directory(name);
        return h.unified()
                ? CgroupFiles.read(directory + "/cgroup.freeze").orElse("").startsWith("1")
                : CgroupFiles.read(directory + "/freezer.state").orElse("").startsWith("FROZEN");
    }

    /**
     * Continues its processes if there is a freezer; version 1's keeps even SIGKILL from what it froze. A group that is
     * being removed at this moment has nobody left to continue.
     */
    public void thawIfFrozen() {
        try {
            if (hasFreezer()) {
                thaw();
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }

    private CgroupHierarchy freezer() {
        return layout.of(CgroupController.FREEZER)
                .filter(h -> h.writable(name))
                .orElseThrow(() -> new CgroupUnavailableException(
                        "freeze",
                        "there is no cgroup freezer that we may use",
                        "mount the version 1 controller freezer or cgroup version 2, and run as root"));
    }

    /**
     * Kills all its processes and those of the groups below it with SIGKILL, and waits until they are gone.
     *
     * <p>Version 2 does that in one write to {@code cgroup.kill}, which no fork escapes. In version 1 the group is frozen
     * while it is read and killed: nothing in it can fork or end and hand its number to another process meanwhile.
     *
     * @param within how long to wait
     * @return whether the group is empty, or gone; a process that hangs in the kernel may keep it from that
     */
    public boolean kill(Duration within) {
        try {
            return killAll(within);
        } catch (LinuxException e) {
            // Somebody removed it while it was looked at: only an empty one can be.
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV) {
                throw e;
            }
            return true;
        }
    }

    private boolean killAll(Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        Optional<CgroupHierarchy> unified = layout.unified().filter(h -> h.writable(name));
        if (unified.isPresent() && isDirectory(unified.get().directory(name))) {
            String directory = unified.get().directory(name);
            if (layout.mode() == CgroupLayout.Mode.HYBRID) {
                // what version 1 has frozen does not die
                thawIfFrozen();
            }
            CgroupFiles.write(directory + "/cgroup.kill", "1");
            if (!CgroupFiles.await(directory + "/cgroup.events", "populated 0", deadline)) {
                return false;
            }
        }
        while (true) {
            List<Long> pids = processes();
            if (pids.isEmpty()) {
                return true;
            }
            boolean frozen = hasFreezer() && freeze(Duration.ofMillis(100));
            for (long pid : frozen ? processes() : pids) {
                CgroupFiles.kill(pid);
            }
            if (frozen) {
                thaw();
            }
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private boolean hasFreezer() {
        Optional<CgroupHierarchy> h = layout.of(CgroupController.FREEZER).filter(f -> f.writable(name));
        return h.isPresent() && isDirectory(h.get().directory(name));
    }

    /** What it uses; each file is read at its own moment. */
    public CgroupStats stats() {
        return new CgroupCounters(layout, name).read();
    }

    /**
     * Removes it and the groups below it, from every hierarchy. What is busy with processes that are just ending is tried
     * again for two seconds. A group that is not there is no failure.
     *
     * @return whether it is gone; false if processes are in it
     */
    public boolean remove() {
        long deadline = System.nanoTime() + REMOVE.toNanos();
        boolean gone = true;
        for (String directory : directories()) {
            for (String group : below(directory)) {
                gone &= CgroupFiles.removeDirectory(group, deadline);
            }
        }
        return gone;
    }

    /** A group and those below it, children before their parent; nothing if it is not there. */
    private static List<String> below(String directory) {
        List<String> all = new ArrayList<>();
        try (DirectoryStream<Path> children =
                Files.newDirectoryStream(Path.of(directory), p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))) {
            for (Path child : children) {
                all.addAll(below(child.toString()));
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all.add(directory);
        return all;
    }

    /** Its directories in the hierarchies where it can be. */
    private List<String> directories() {
        List<String> directories = new ArrayList<>();
        for (CgroupHierarchy h : layout.hierarchies()) {
            if (h.writable(name)) {
                directories.add(h.directory(name));
            }
        }
        return directories;
    }

    /** The directories that together list its processes: the unified one, and one of version 1. */
    private List<String> membership() {
        List<String> directories = new ArrayList<>();
        Optional<CgroupHierarchy> unified = layout.unified().filter(h -> h.writable(name));
        unified.ifPresent(h -> directories.add(h.directory(name)));
        Optional<CgroupHierarchy> first = layout.of(CgroupController.FREEZER).filter(h -> h.writable(name));
        if (first.isEmpty() || first.get().unified()) {
            first = layout.hierarchies().stream()
                    .filter(h -> !h.unified() && h.writable(name))
                    .findFirst();
        }
        first.filter(h -> !h.unified()).ifPresent(h -> directories.add(h.directory(name)));
        return directories;
    }

    private static boolean isDirectory(String path) {
        return Files.isDirectory(Path.of(path));
    }

    @Override
    public String toString() {
        return name;
    }
}
