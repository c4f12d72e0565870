package dev.alcove.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeSet;

/**
 * What tests can leave on a machine, as it is at one moment, each thing by a name that stays its own. It is taken twice
 * around every test: so it asks the kernel's own text files, which also keeps it apart from the code under test, and
 * looks closely only at what is new.
 *
 * @param mounts      of the calling thread's mount namespace
 * @param groups      control groups at the hierarchies' roots that are called as ours
 * @param links       of the calling thread's network namespace
 * @param processes   the numbers of all
 * @param systemV     message queues, semaphores, shared memory
 * @param descriptors of this JVM, but those that it keeps for itself
 * @param files       where Alcove and its tests keep theirs
 */
record Leftovers(
        Set<String> mounts,
        Set<String> groups,
        Set<String> links,
        Set<String> processes,
        Set<String> systemV,
        Set<String> descriptors,
        Set<String> files) {
    private static final String OURS = "alcove";
    private static final String SELF =
            Long.toString(ProcessHandle.current().pid());
    private static final String HOME = System.getProperty("java.home");
    private static final String TEMPORARY = System.getProperty("java.io.tmpdir");

    static Leftovers look() {
        List<String> mountinfo = lines("/proc/thread-self/mountinfo");
        Set<String> processes = new HashSet<>();
        for (String name : names("/proc")) {
            if (Character.isDigit(name.charAt(0))) {
                processes.add(name);
            }
        }
        return new Leftovers(
                readMounts(mountinfo),
                readGroups(mountinfo),
                readLinks(),
                processes,
                readSystemV(),
                readDescriptors(),
                readFiles());
    }

    /** What is here and was not before; and of mounts and links also what was before and is not here. */
    Set<String> comparedWith(Leftovers before) {
        Set<String> wrong = new TreeSet<>();
        fresh("mount ", mounts, before.mounts, wrong);
        fresh("no more: mount ", before.mounts, mounts, wrong);
        wrong.removeIf(Leftovers::isInAnothersFolder);
        fresh("link ", links, before.links, wrong);
        fresh("no more: link ", before.links, links, wrong);
        fresh("", systemV, before.systemV, wrong);
        fresh("descriptor ", descriptors, before.descriptors, wrong);
        fresh("file ", files, before.files, wrong);
        for (String group : groups) {
            if (!before.groups.contains(group) && !isAnothers(group)) {
                wrong.add("control group " + group);
            }
        }
        for (String pid : processes) {
            if (!before.processes.contains(pid)) {
                Running.of(pid).filter(Running::isOurs).ifPresent(p -> wrong.add("process " + p));
            }
        }
        return wrong;
    }

    private static void fresh(String kind, Set<String> now, Set<String> before, Set<String> wrong) {
        for (String thing : now) {
            if (!before.contains(thing)) {
                wrong.add(kind + thing);
            }
        }
    }

    /** Whether a mount is in a folder of the temporary directory that was there before this JVM. */
    private static boolean isInAnothersFolder(String mount) {
        int at = mount.indexOf(TEMPORARY + "/");
        if (at < 0) {
            return false;
        }
        String[] parts = mount.substring(at + TEMPORARY.length() + 1).split("[/ ]", 2);
        try {
            return Files.readAttributes(Path.of(TEMPORARY, parts[0]), BasicFileAttributes.class)
                    .creationTime()
                    .toInstant()
                    .isBefore(Started.AT);
        } catch (IOException e) {
            return false;
        }
    }

    /** When this JVM began. */
    private static final class Started {
        static final Instant AT =
                ProcessHandle.current().info().startInstant().orElse(Instant.MIN);
    }

    /** Fields 1, 5 and the one after the dash: number, mount point, type; proc_pid_mountinfo(5). */
    private static Set<String> readMounts(List<String> mountinfo) {
        Set<String> mounts = new HashSet<>();
        for (String line : mountinfo) {
            String[] words = line.split(" ", -1);
            mounts.add(words[4] + " (" + type(line) + ", id " + words[0] + ")");
        }
        return mounts;
    }

    private static String type(String line) {
        String rest = line.substring(line.indexOf(" - ") + 3);
        return rest.substring(0, rest.indexOf(' '));
    }

    private static Set<String> readGroups(List<String> mountinfo) {
        Set<String> groups = new HashSet<>();
        for (String line : mountinfo) {
            String type = type(line);
            if (type.equals("cgroup") || type.equals("cgroup2")) {
                String root = line.split(" ", -1)[4];
                for (String name : names(root)) {
                    if (name.startsWith(OURS)) {
                        groups.add(root + "/" + name);
                    }
                }
            }
        }
        return groups;
    }

    /** Whether it holds processes and all are another test run's on the same machine. */
    private static boolean isAnothers(String group) {
        List<String> members = lines(group + "/cgroup.procs");
        return !members.isEmpty()
                && members.stream()
                        .noneMatch(pid -> Running.of(pid).filter(Running::isOurs).isPresent());
    }

    /** Interfaces have two lines of headings above them, and a colon behind their name. */
    private static Set<String> readLinks() {
        Set<String> links = new HashSet<>();
        List<String> lines = lines("/proc/thread-self/net/dev");
        for (String line : lines.subList(Math.min(2, lines.size()), lines.size())) {
            links.add(line.substring(0, line.lastIndexOf(':')).strip());
        }
        return links;
    }

    private static Set<String> readSystemV() {
        Set<String> objects = new HashSet<>();
        for (String kind : new String[] {"msg", "sem", "shm"}) {
            List<String> lines = lines("/proc/sysvipc/" + kind);
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                try (Scanner words = new Scanner(line)) {
                    String key = words.next();
                    objects.add(kind + " " + words.next() + " key " + key);
                }
            }
        }
        return objects;
    }

    /**
     * Not those of the JVM's own keeping, its class path and its random numbers, nor what a process of Alcove keeps to
     * its end: the image of init, the sets that wait for events.
     */
    private static Set<String> readDescriptors() {
        Set<String> descriptors = new HashSet<>();
        for (String name : names("/proc/self/fd")) {
            try {
                String target =
                        Files.readSymbolicLink(Path.of("/proc/self/fd", name)).toString();
                boolean kept = target.endsWith(".jar")
                        || target.startsWith(HOME)
                        || target.equals("/dev/random")
                        || target.equals("/dev/urandom")
                        || target.startsWith("anon_inode:[event")
                        || target.startsWith("/memfd:alcove-init ")
                        || target.startsWith("/proc/" + SELF + "/fd");
                if (!kept) {
                    descriptors.add(name + " of " + target);
                }
            } catch (IOException e) {
                // Closed since it was listed, as the one of the listing itself.
            }
        }
        return descriptors;
    }

    private static Set<String> readFiles() {
        Set<String> files = new HashSet<>();
        String uid = uid();
        String runtime = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run/user/" + uid);
        for (String root : new String[] {"/run/alcove", runtime + "/" + OURS, "/tmp/alcove-" + uid}) {
            if (Files.exists(Path.of(root), LinkOption.NOFOLLOW_LINKS)) {
                files.add(root);
                for (String name : names(root)) {
                    files.add(root + "/" + name);
                }
            }
        }
        for (String name : names(TEMPORARY)) {
            if (name.startsWith(OURS) && !namesAnother(name)) {
                files.add(TEMPORARY + "/" + name);
            }
        }
        return files;
    }

    /** Whether a file is called by the number of another JVM that runs: what is long there has it in its name. */
    private static boolean namesAnother(String file) {
        for (String word : file.split("-", -1)) {
            if (!word.isEmpty() && word.length() < 8 && word.chars().allMatch(Character::isDigit) && !word.equals(SELF)) {
                return Running.of(word).filter(p -> p.name.equals("java")).isPresent();
            }
        }
        return false;
    }

    private static String uid() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static String[] names(String directory) {
        String[] names = new File(directory).list();
        return names == null ? new String[0] : names;
    }

    /** Empty if it cannot be read: it has just gone, or is not this user's to see. */
    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** proc_pid_stat(5): number, name in brackets, state, parent. */
    private record Running(String pid, String name, String state, String parent) {
        static Optional<Running> of(String pid) {
            List<String> lines = lines("/proc/" + pid + "/stat");
            if (lines.isEmpty()) {
                return Optional.empty();
            }
            // A name may hold anything, line breaks and brackets too.
            String stat = String.join("\n", lines);
            int end = stat.lastIndexOf(')');
            String[] rest = stat.substring(end + 2).split(" ", 3);
            return Optional.of(new Running(pid, stat.substring(stat.indexOf('(') + 1, end), rest[0], rest[1]));
        }

        /**
         * Whether it descends from this JVM; or from no JVM, but from a process called alcove that is in our control
         * groups, which a monitor has from whoever started it.
         */
        boolean isOurs() {
            List<Running> chain = new ArrayList<>(List.of(this));
            Optional<Running> at = of(parent);
            while (at.isPresent()) {
                if (at.get().pid.equals(SELF)) {
                    return true;
                }
                if (at.get().name.equals("java")) {
                    return false;
                }
                chain.add(at.get());
                at = of(at.get().parent);
            }
            List<Running> called =
                    chain.stream().filter(p -> p.name.startsWith(OURS)).toList();
            return !called.isEmpty()
                    && lines("/proc/" + called.getLast().pid + "/cgroup").equals(lines("/proc/self/cgroup"));
        }

        @Override
        public String toString() {
            return pid + " " + name + (state.equals("Z") ? " (zombie)" : "");
        }
    }
}
