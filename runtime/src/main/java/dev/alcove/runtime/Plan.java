package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program being planned: what the parts of the planner share. Each part adds its steps in the order in which the
 * planner asks for them.
 */
final class Plan {
    final Program.Builder p;
    final ContainerSpec spec;
    final HostFacts facts;

    /** Directories that the program itself made in a root of its own, so that they need not be looked for. */
    private final Set<String> made = new HashSet<>();

    /** The same structure for the same flags, by its text: one place in the program's memory, read by many steps. */
    private final Map<String, Arg.At> hows = new HashMap<>();

    private final Map<String, Arg.At> attributes = new HashMap<>();

    /** The file systems made for this container alone, by where they are: the ones in others come after those. */
    private final Map<String, Arg.Result> own = new LinkedHashMap<>();

    private Arg root = Arg.ZERO;
    private Arg hostProc = Arg.CWD;
    private boolean child;

    Plan(ContainerSpec spec, HostFacts facts) {
        this.p = new Program.Builder(facts.arch());
        this.spec = spec;
        this.facts = facts;
    }

    Arg.Num flags(String names) {
        return KernelConstants.flags(facts.arch(), names);
    }

    /** The descriptor of the container's root, once it is mounted. */
    Arg root() {
        return root;
    }

    void root(Arg root) {
        this.root = root;
    }

    /** By the monitor, before it joins a container: what is at /proc there may be anything. */
    void openHostProc() {
        hostProc = p.callTo(
                "host_proc",
                "the host's /proc: the container's own may be anything",
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string("/proc"),
                flags("O_PATH|O_DIRECTORY|O_CLOEXEC"),
                Arg.ZERO);
    }

    /** Writes a file of this process's own folder in the host's /proc. */
    void writeOwnFile(String name, String content, String why) {
        boolean opened = hostProc instanceof Arg.Result;
        writeFile(hostProc, (opened ? "self/" : "/proc/self/") + name, content, List.of(), why);
    }

    void made(String path) {
        made.add(relative(path));
    }

    /** struct open_how for a path in the root. */
    Arg.At inRoot(String flags) {
        Arg.At how = hows.get(flags);
        if (how == null) {
            how = Arg.at(Data.longs(
                    "{" + flags + ", RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS}",
                    flags(flags).value(),
                    0,
                    flags("RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS").value()));
            hows.put(flags, how);
        }
        return how;
    }

    static final Arg.Num HOW_SIZE = Arg.num(24);

    /** A path in the root as openat2 takes it with the root's descriptor. */
    static String relative(String path) {
        int from = 0;
        while (from < path.length() && path.charAt(from) == '/') {
            from++;
        }
        int to = path.length();
        while (to > from && path.charAt(to - 1) == '/') {
            to--;
        }
        return from == to ? "." : path.substring(from, to);
    }

    /**
     * Opens a place in the root to mount on, making it where it is missing.
     *
     * @param path      in the container, absolute
     * @param directory whether a directory is to be mounted there, else a file
     * @param why       what for
     * @return an O_PATH descriptor
     */
    Arg.Result place(String path, boolean directory, String why) {
        String rel = relative(path);
        Arg.Result at = p.place(rel);
        String flags = directory ? "O_PATH|O_DIRECTORY|O_CLOEXEC" : "O_PATH|O_CLOEXEC";
        if (rel.equals(".") || made.contains(rel)) {
            open(at, rel, flags, List.of(), why);
            return at;
        }
        open(at, rel, flags, List.of(Errno.ENOENT), why);
        Step.Label there = new Step.Label();
        p.jump(Step.When.POSITIVE, at, there, "it is there");
        makeParents(rel, directory);
        open(at, rel, flags, List.of(), why);
        p.bind(there);
        if (directory) {
            made.add(rel);
        }
        return at;
    }

    /** Opens a path in the root that may be missing. */
    Arg.Result openIfThere(String path, String flags, List<Errno> tolerated, String why) {
        Arg.Result at = p.place(relative(path));
        open(at, relative(path), flags, tolerated, why);
        return at;
    }

    /**
     * Something is mounted there. A file system made for this container is from now on entered by its own descriptor, and
     * no more by its name: whoever else has the root's directory could exchange that, and what is to be hidden or made
     * read-only would be something else (CVE-2019-19921, CVE-2025-52881).
     *
     * @param path where, in the container
     * @param made its descriptor, if it was made for this container alone; empty for what others may change
     */
    void mounted(String path, Optional<Arg.Result> made) {
        String rel = relative(path);
        own.keySet().removeIf(other -> rel.equals(".") || isBelow(other, rel));
        made.ifPresent(mount -> own.put(rel, mount));
    }

    /** Whether a file system made for this container alone is what is mounted there. */
    boolean isOwn(String path) {
        return own.containsKey(relative(path));
    }

    private static boolean isBelow(String rel, String directory) {
        return rel.startsWith(directory)
                && (rel.length() == directory.length() || rel.charAt(directory.length()) == '/');
    }

    private void open(Arg.Result into, String path, String flags, List<Errno> tolerated, String why) {
        Arg from = root;
        String rel = path;
        for (Map.Entry<String, Arg.Result> e : own.entrySet()) {
            // The later ones lie in the earlier ones.
            if (isBelow(path, e.getKey())) {
                from = e.getValue();
                rel = relative(path.substring(e.getKey().length()));
            }
        }
        p.add(new Step.Call(
                Syscall.OPENAT2,
                List.of(from, Arg.string(rel), inRoot(flags), HOW_SIZE),
                into,
                tolerated,
                false,
                Integer.MIN_VALUE,
                why));
    }

    /** mkdir -p of the path's parents, and of itself or an empty file; each step resolved inside the root. */
    private void makeParents(String rel, boolean directory) {
        Arg parent = root;
        int from = 0;
        while (true) {
            int slash = rel.indexOf('/', from);
            boolean last = slash < 0;
            String part = last ? rel.substring(from) : rel.substring(from, slash);
            if (last && !directory) {
                Arg.Result file = p.callTo(
                        "file",
                        "the mount point is missing in the root: make it",
                        Syscall.OPENAT,
                        parent,
                        Arg.string(part),
                        flags("O_WRONLY|O_CREAT|O_NOFOLLOW|O_CLOEXEC"),
                        Arg.mode(0644));
                closeNow(file);
                return;
            }
            p.tolerant(
                    "made",
                    List.of(Errno.EEXIST),
                    "the mount point is missing in the root: make it",
                    Syscall.MKDIRAT,
                    parent,
                    Arg.string(part),
                    Arg.mode(0755));
            if (last) {
                return;
            }
            Arg.Result next = p.place(rel.substring(0, slash));
            open(
                    next,
                    rel.substring(0, slash),
                    "O_PATH|O_DIRECTORY|O_CLOEXEC",
                    List.of(),
                    "the mount point is missing in the root: make it");
            parent = next;
            from = slash + 1;
        }
    }

    /** In the child nothing needs closing: all its descriptors are close-on-exec, and it executes in a moment. */
    void close(Arg fd) {
        if (!child) {
            closeNow(fd);
        }
    }

    /**
     * Closes also in the child: where the other side waits for it, or what was opened for writing, which keeps the mount
     * from becoming read-only.
     */
    void closeNow(Arg fd) {
        p.attempt("done with it", Syscall.CLOSE, fd);
    }

    /** From here on the steps are the child's. */
    void beginChild() {
        child = true;
    }

    /**
     * Watches a process to its end, and kills it when it is to be killed.
     *
     * @param running   the step that watches it
     * @param killable  whether that can come to be: by its owner's end or a time limit
     * @param afterKill adds the steps without which what was killed does not die
     */
    void watch(Step.Monitor running, boolean killable, Runnable afterKill) {
        p.add(running);
        if (!killable) {
            return;
        }
        Step.Label over = new Step.Label();
        p.jump(Step.When.ZERO, running.ended(), over, "it has ended by itself");
        p.attempt(
                "its time is over, or its owner is gone",
                Syscall.PIDFD_SEND_SIGNAL,
                running.pidfd(),
                flags("SIGKILL"),
                Arg.NULL,
                Arg.ZERO);
        afterKill.run();
        Arg never = Arg.num(-1);
        p.add(new Step.Monitor(
                running.ended(),
                running.pid(),
                running.pidfd(),
                never,
                never,
                running.terminal(),
                running.exited(),
                "until it is dead"));
        p.bind(over);
    }

    /** move_mount(2) of a mount by descriptor onto a place by descriptor. */
    void attach(Arg mount, Arg place, String why) {
        p.call(
                why,
                Syscall.MOVE_MOUNT,
                mount,
                Arg.EMPTY,
                place,
                Arg.EMPTY,
                flags("MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"));
    }

    /** struct mount_attr. */
    Arg.At attributes(String set, String clear, String propagation) {
        String text = "{set " + (set.isEmpty() ? "0" : set)
                + (clear.isEmpty() ? "" : ", clear " + clear)
                + (propagation.isEmpty() ? "" : ", " + propagation) + "}";
        Arg.At known = attributes.get(text);
        if (known == null) {
            known = Arg.at(Data.longs(
                    text,
                    flags(set).value(),
                    flags(clear).value(),
                    flags(propagation).value(),
                    0));
            attributes.put(text, known);
        }
        return known;
    }

    static final Arg.Num ATTR_SIZE = Arg.num(32);

    /** mount_setattr(2) of a mount by descriptor, and of all below it if recursive. */
    void setAttributes(Arg mount, boolean recursive, Arg.At attributes, String why) {
        p.call(
                why,
                Syscall.MOUNT_SETATTR,
                mount,
                Arg.EMPTY,
                flags(recursive ? "AT_EMPTY_PATH|AT_RECURSIVE" : "AT_EMPTY_PATH"),
                attributes,
                ATTR_SIZE);
    }

    /**
     * A new file system, not yet attached.
     *
     * @param type       such as {@code tmpfs}
     * @param source     what /proc/mounts shows as its device
     * @param parameters {@code size=64m} or a lone word
     * @param attributes of the mount
     */
    Arg.Result fileSystem(String type, String source, List<String> parameters, Arg.Num attributes, String why) {
        Arg.Result fs = p.callTo(type + "_fs", why, Syscall.FSOPEN, Arg.string(type), flags("FSOPEN_CLOEXEC"));
        if (!source.isEmpty()) {
            set(fs, "source", source, why);
        }
        for (String parameter : parameters) {
            int eq = parameter.indexOf('=');
            if (eq < 0) {
                p.call(
                        why,
                        Syscall.FSCONFIG,
                        fs,
                        flags("FSCONFIG_SET_FLAG"),
                        Arg.string(parameter),
                        Arg.NULL,
                        Arg.ZERO);
            } else {
                set(fs, parameter.substring(0, eq), parameter.substring(eq + 1), why);
            }
        }
        p.call(why, Syscall.FSCONFIG, fs, flags("FSCONFIG_CMD_CREATE"), Arg.NULL, Arg.NULL, Arg.ZERO);
        Arg.Result mount = p.callTo(type, why, Syscall.FSMOUNT, fs, flags("FSMOUNT_CLOEXEC"), attributes);
        close(fs);
        return mount;
    }

    private void set(Arg fs, String key, String value, String why) {
        p.call(why, Syscall.FSCONFIG, fs, flags("FSCONFIG_SET_STRING"), Arg.string(key), Arg.string(value), Arg.ZERO);
    }

    /** A detached copy of what is at a host path, to be attached in the container. */
    Arg.Result copyOf(String hostPath, boolean recursive, String why) {
        return copyOf("tree", hostPath, recursive, why);
    }

    /** The same, under a name for the reader. */
    Arg.Result copyOf(String name, String hostPath, boolean recursive, String why) {
        return p.callTo(
                name,
                why,
                Syscall.OPEN_TREE,
                Arg.CWD,
                Arg.string(hostPath),
                flags(
                        recursive
                                ? "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE"
                                : "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC"));
    }

    /** A detached copy of what an O_PATH descriptor refers to. */
    Arg.Result copyOf(Arg place, String why) {
        return p.callTo(
                "tree",
                why,
                Syscall.OPEN_TREE,
                place,
                Arg.EMPTY,
                flags("OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH|AT_RECURSIVE"));
    }

    void sync(int which, Arg pid, String why) {
        sync(which, pid, Arg.ZERO, why);
    }

    /** Java acts for the container, and init waits for its answer. */
    void sync(int which, Arg pid, Arg more, String why) {
        Data sync = Data.buffer(Wire.REPORT_SIZE, "sync");
        p.add(new Step.Put(Arg.at(sync), Arg.num(Wire.REPORT_SYNC, "SYNC"), 4, "the report"));
        p.add(new Step.Put(Arg.at(sync, Wire.REPORT_VALUE), Arg.num(which), 8, "the report"));
        p.add(new Step.Put(Arg.at(sync, Wire.REPORT_EXTRA0), pid, 8, "for whom"));
        if (more instanceof Arg.Result) {
            p.add(new Step.Put(Arg.at(sync, Wire.REPORT_EXTRA1), more, 8, "the report"));
        }
        p.callAtLeast(
                Wire.REPORT_SIZE, why, Syscall.WRITE, Arg.num(spec.control()), Arg.at(sync), Arg.num(Wire.REPORT_SIZE));
        p.callAtLeast(
                8, "until it is done", Syscall.READ, Arg.num(spec.control()), Arg.at(Data.buffer(8, "go")), Arg.num(8));
    }

    /** Tells whoever started it that the program runs. */
    void reportStarted(Arg.Result pid) {
        Data started = Data.buffer(Wire.REPORT_SIZE, "started");
        p.add(new Step.Put(Arg.at(started), Arg.num(Wire.REPORT_STARTED, "STARTED"), 4, "the report"));
        p.add(new Step.Put(Arg.at(started, Wire.REPORT_VALUE), pid, 8, "the report"));
        p.attempt(
                "tell that it runs",
                Syscall.WRITE,
                Arg.num(spec.control()),
                Arg.at(started),
                Arg.num(Wire.REPORT_SIZE));
    }

    /** The path of a file of a process whose id only the program knows: {@code /proc/PID} and then {@code file}. */
    Arg.At procFile(Arg.Result pid, String file, String why) {
        Data path = Data.bytes(
                java.util.Arrays.copyOf("/proc/".getBytes(java.nio.charset.StandardCharsets.UTF_8), 48),
                "\"/proc/PID" + file + "\"");
        Arg.Result length = p.register("length");
        p.add(new Step.Decimal(length, Arg.at(path, 6), pid, file, why));
        return Arg.at(path);
    }

    /** Writes one string to a file in one write(2), as the kernel's own files want it. */
    void writeFile(Arg directory, String path, String content, List<Errno> tolerated, String why) {
        Arg.Result file = p.tolerant(
                "file",
                tolerated,
                why,
                Syscall.OPENAT,
                directory,
                Arg.string(path),
                flags("O_WRONLY|O_CLOEXEC"),
                Arg.ZERO);
        Step.Label missing = new Step.Label();
        if (!tolerated.isEmpty()) {
            p.jump(Step.When.NEGATIVE, file, missing, "not there");
        }
        write(file, content, why);
        closeNow(file);
        p.bind(missing);
    }

    void write(Arg file, String content, String why) {
        Arg.At text = Arg.string(content);
        int length = text.data().size() - 1;
        p.callAtLeast(length, why, Syscall.WRITE, file, text, Arg.num(length));
    }
}
