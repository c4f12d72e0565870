package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.OciLinux;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What of /proc and /sys is set, hidden, or made read-only; and the small files of the container. */
final class ProtectPart {
    private final Plan plan;

    ProtectPart(Plan plan) {
        this.plan = plan;
    }

    /** Kernel parameters of the container's own namespaces, by descriptor inside the new /proc. */
    void sysctls(OciLinux linux) {
        for (Map.Entry<String, String> e : linux.sysctl().entrySet()) {
            String path = "/proc/sys/" + e.getKey().replace('.', '/');
            Arg.Result file = plan.openIfThere(path, "O_WRONLY|O_CLOEXEC", List.of(), "sysctl " + e.getKey());
            plan.write(file, e.getValue(), "sysctl " + e.getKey());
            plan.closeNow(file);
        }
    }

    /** Paths bound over themselves read-only. */
    void readOnly(OciLinux linux) {
        for (String path : linux.readonlyPaths()) {
            String why = "the container must not change the kernel through " + path;
            Arg.Result place = plan.openIfThere(path, "O_PATH|O_CLOEXEC", List.of(Errno.ENOENT, Errno.ENOTDIR), why);
            Step.Label missing = new Step.Label();
            plan.p.jump(Step.When.NEGATIVE, place, missing, "not on this kernel");
            Arg.Result tree = plan.copyOf(place, why);
            plan.setAttributes(
                    tree,
                    true,
                    plan.attributes("MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC", "", ""),
                    why);
            plan.attach(tree, place, why);
            plan.close(tree);
            plan.close(place);
            plan.p.bind(missing);
        }
    }

    /**
     * Files covered by /dev/null, directories by an empty read-only one. Both are made once, and each place gets a copy.
     * Only what is attached can be copied (open_tree(2)): so they cover the host's /dev/null and /proc, which this mount
     * namespace has until the old root goes, and which nothing after this needs.
     */
    void mask(OciLinux linux) {
        if (linux.maskedPaths().isEmpty()) {
            return;
        }
        Program.Builder p = plan.p;
        String file = "what covers a hidden file: nothing can be read from it";
        Arg.Result nothing = plan.copyOf("nothing", "/dev/null", false, file);
        plan.setAttributes(nothing, false, plan.attributes(DevicePart.BOUND, "", ""), DevicePart.BOUND_WHY);
        over(nothing, "/dev/null", file);
        String directory = "what covers a hidden directory: it is empty, and stays so";
        Arg.Result empty = plan.fileSystem(
                "tmpfs",
                "tmpfs",
                List.of("size=0"),
                plan.flags("MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC"),
                directory);
        over(empty, "/proc", directory);
        for (String path : linux.maskedPaths()) {
            String why = "hidden: " + path + " tells of the host, or acts on it";
            Step.Label done = new Step.Label();
            Arg.Result at = plan.openIfThere(path, "O_PATH|O_CLOEXEC", List.of(Errno.ENOENT, Errno.ENOTDIR), why);
            p.jump(Step.When.NEGATIVE, at, done, "not on this kernel");
            // A directory takes no file: EINVAL of a move, ENOTDIR of a new mount. Then the directory below must fit.
            Arg.Result covered = p.tolerant(
                    "covered",
                    List.of(Errno.EINVAL, Errno.ENOTDIR),
                    why,
                    Syscall.MOVE_MOUNT,
                    copyOf(nothing, why),
                    Arg.EMPTY,
                    at,
                    Arg.EMPTY,
                    plan.flags("MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"));
            p.jump(Step.When.ZERO, covered, done, "a file, and hidden");
            plan.attach(copyOf(empty, why), at, why);
            p.bind(done);
        }
    }

    private void over(Arg mount, String path, String why) {
        plan.p.call(
                why,
                Syscall.MOVE_MOUNT,
                mount,
                Arg.EMPTY,
                Arg.CWD,
                Arg.string(path),
                plan.flags("MOVE_MOUNT_F_EMPTY_PATH"));
    }

    private Arg.Result copyOf(Arg mount, String why) {
        return plan.p.callTo(
                "tree",
                why,
                Syscall.OPEN_TREE,
                mount,
                Arg.EMPTY,
                plan.flags("OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH"));
    }

    /** The container's own small files. In a root that the program made they are written, else bound over what is there. */
    void files() {
        Program.Builder p = plan.p;
        List<TextFile> files = plan.spec.files();
        if (files.isEmpty()) {
            return;
        }
        boolean own = plan.spec.rootfs() instanceof Rootfs.Host || plan.spec.rootfs() instanceof Rootfs.Empty;
        String why = "files made for this container";
        if (own) {
            for (TextFile f : files) {
                writeNew(plan.root(), Plan.relative(f.path()), f.content(), why);
            }
            return;
        }
        Arg.Result memory = plan.fileSystem(
                "tmpfs",
                "alcove",
                List.of("size=1m", "mode=755"),
                plan.flags("MOUNT_ATTR_NODEV|MOUNT_ATTR_NOSUID"),
                why);
        List<String> names = new ArrayList<>();
        for (TextFile f : files) {
            String name = names.size() + f.path().substring(f.path().lastIndexOf('/') + 1);
            names.add(name);
            writeNew(memory, name, f.content(), why);
        }
        // A copy can only be taken of what is attached: for the moment over the place of the first file's directory.
        Arg.Result moment = plan.place("/dev", true, why);
        plan.attach(memory, moment, why);
        List<Arg.Result> trees = new ArrayList<>();
        for (String name : names) {
            trees.add(p.callTo(
                    "tree",
                    why,
                    Syscall.OPEN_TREE,
                    memory,
                    Arg.string(name),
                    plan.flags("OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC")));
        }
        p.call(why, Syscall.FCHDIR, memory);
        p.call(why, Syscall.UMOUNT2, Arg.string("."), plan.flags("MNT_DETACH"));
        plan.close(moment);
        plan.close(memory);
        for (int i = 0; i < files.size(); i++) {
            Arg.Result place = plan.place(files.get(i).path(), false, why);
            plan.attach(trees.get(i), place, why);
            plan.close(place);
            plan.close(trees.get(i));
        }
    }

    private void writeNew(Arg directory, String path, String content, String why) {
        Arg.Result file = plan.p.callTo(
                "file",
                why,
                Syscall.OPENAT,
                directory,
                Arg.string(path),
                plan.flags("O_WRONLY|O_CREAT|O_TRUNC|O_NOFOLLOW|O_CLOEXEC"),
                Arg.mode(0644));
        if (!content.isEmpty()) {
            plan.write(file, content, why);
        }
        plan.closeNow(file);
    }
}
