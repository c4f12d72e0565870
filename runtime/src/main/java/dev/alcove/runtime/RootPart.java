package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The container's root file system: mounted where the host's /tmp was, in the child's own mount namespace. */
final class RootPart {
    /**
     * Where the root is assembled. It is a directory that every system has; what the host has there is only covered, in
     * this mount namespace, until the old root goes.
     */
    private static final String STAGE = "/tmp";

    /** The directories that the image {@code host} has besides the machine's own, each after those above it. */
    static final List<String> HOST_IMAGE = List.of(
            "proc",
            "sys",
            "dev",
            "etc",
            "home",
            "mnt",
            "opt",
            "run",
            "run/lock",
            "srv",
            "var",
            "var/cache",
            "var/lib",
            "var/log",
            "var/spool",
            "root",
            "tmp",
            "var/tmp");

    /** The same of the empty root. */
    static final List<String> EMPTY_ROOT = List.of("proc", "dev", "etc", "tmp");

    private static final String LAYER = "a layer of memory over the root file system, gone at the end";

    private final Plan plan;
    private final boolean userNamespace;

    RootPart(Plan plan, boolean userNamespace) {
        this.plan = plan;
        this.userNamespace = userNamespace;
    }

    /** The child's steps: the root is mounted and its descriptor known to the plan. */
    void mount() {
        switch (plan.spec.rootfs()) {
            case Rootfs.Host h -> host();
            case Rootfs.Directory d -> {
                if (d.ephemeral()) {
                    overlay(d.path().toString());
                } else {
                    directory(d.path().toString());
                }
            }
            case Rootfs.Empty e -> empty();
            case Rootfs.Inherited i -> throw new IllegalStateException("no root to mount");
        }
    }

    private void directory(String path) {
        Arg.Result root =
                plan.copyOf("root", path, true, "the root file system, as a mount of its own: pivot_root needs one");
        plan.p.call(
                "over its own directory",
                Syscall.MOVE_MOUNT,
                root,
                Arg.EMPTY,
                Arg.CWD,
                Arg.string(path),
                plan.flags("MOVE_MOUNT_F_EMPTY_PATH"));
        plan.root(root);
    }

    private Arg.Result stage(String why, String mode) {
        Arg.Result stage =
                plan.fileSystem("tmpfs", "tmpfs", List.of("mode=" + mode), plan.flags("MOUNT_ATTR_NODEV"), why);
        plan.p.call(
                why,
                Syscall.MOVE_MOUNT,
                stage,
                Arg.EMPTY,
                Arg.CWD,
                Arg.string(STAGE),
                plan.flags("MOVE_MOUNT_F_EMPTY_PATH"));
        return stage;
    }

    private void overlay(String lower) {
        Program.Builder p = plan.p;
        Arg.Result tree = plan.copyOf(lower, true, "the directory below");
        Arg.Result stage = stage(LAYER, "700");
        for (String directory : List.of("lower", "upper", "work", "root")) {
            p.call(LAYER, Syscall.MKDIRAT, stage, Arg.string(directory), Arg.mode(0755));
        }
        p.call(
                LAYER,
                Syscall.MOVE_MOUNT,
                tree,
                Arg.EMPTY,
                stage,
                Arg.string("lower"),
                plan.flags("MOVE_MOUNT_F_EMPTY_PATH"));
        p.call("relative names: no path of the host is quoted or cut off", Syscall.FCHDIR, stage);
        List<String> parameters = new ArrayList<>(List.of("lowerdir=lower", "upperdir=upper", "workdir=work"));
        if (userNamespace) {
            parameters.add("userxattr");
        }
        Arg.Result root = plan.fileSystem("overlay", "overlay", parameters, Arg.ZERO, LAYER);
        p.call(
                LAYER,
                Syscall.MOVE_MOUNT,
                root,
                Arg.EMPTY,
                stage,
                Arg.string("root"),
                plan.flags("MOVE_MOUNT_F_EMPTY_PATH"));
        plan.root(root);
    }

    private void empty() {
        plan.root(stage("the root: an empty file system in memory", "755"));
        for (String d : EMPTY_ROOT) {
            directory(plan.root(), d, 0755, "places of the mounts and files to come");
        }
    }

    /** The image {@code host}: /usr and its aliases read-only, everything else made here. */
    private void host() {
        Program.Builder p = plan.p;
        Arg.Result root = stage("the root: a file system in memory", "755");
        plan.root(root);
        for (Map.Entry<String, String> e : plan.facts.rootLinks().entrySet()) {
            String name = e.getKey();
            if (e.getValue().isEmpty()) {
                bindReadOnly(root, "/" + name, true, "the machine's own programs, read-only, without set-user-ID");
            } else {
                p.call("as the machine has it", Syscall.SYMLINKAT, Arg.string(e.getValue()), root, Arg.string(name));
            }
        }
        String why = "the directories that programs expect";
        for (String d : HOST_IMAGE) {
            int mode = d.equals("root") ? 0700 : d.endsWith("tmp") ? 0777 | 01000 : 0755;
            directory(root, d, mode, why);
        }
        p.call(why, Syscall.SYMLINKAT, Arg.string("../run"), root, Arg.string("var/run"));
        p.call(why, Syscall.SYMLINKAT, Arg.string("../run/lock"), root, Arg.string("var/lock"));
        p.call(why, Syscall.SYMLINKAT, Arg.string("/proc/self/mounts"), root, Arg.string("etc/mtab"));
        for (String entry : plan.facts.etc()) {
            boolean directory = entry.endsWith("/");
            String path = directory ? entry.substring(0, entry.length() - 1) : entry;
            int slash = path.indexOf('/');
            if (slash > 0) {
                directory(root, "etc/" + path.substring(0, slash), 0755, "settings that hold no secret");
            }
            bindReadOnly(root, "/etc/" + path, directory, "settings that hold no secret");
        }
    }

    private void directory(Arg root, String path, int mode, String why) {
        plan.p.tolerant(
                "made",
                List.of(dev.alcove.linux.Errno.EEXIST),
                why,
                Syscall.MKDIRAT,
                root,
                Arg.string(path),
                Arg.mode(mode));
        plan.made(path);
    }

    private void bindReadOnly(Arg root, String path, boolean directory, String why) {
        Program.Builder p = plan.p;
        String rel = Plan.relative(path);
        Arg.Result tree = plan.copyOf(path, true, why);
        plan.setAttributes(
                tree,
                true,
                plan.attributes("MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV", "", "MS_PRIVATE"),
                why);
        if (directory) {
            directory(root, rel, 0755, why);
        } else {
            emptyFile(root, rel, why);
        }
        p.call(why, Syscall.MOVE_MOUNT, tree, Arg.EMPTY, root, Arg.string(rel), plan.flags("MOVE_MOUNT_F_EMPTY_PATH"));
        plan.close(tree);
    }

    private void emptyFile(Arg root, String path, String why) {
        plan.p.call(why, Syscall.MKNODAT, root, Arg.string(path), Arg.mode(0100644), Arg.ZERO);
    }

    /** When all is mounted: the new root becomes /, and the old one is no longer there. */
    void enter(boolean readOnly, boolean pivot) {
        Program.Builder p = plan.p;
        if (readOnly) {
            plan.setAttributes(
                    plan.root(), false, plan.attributes("MOUNT_ATTR_RDONLY", "", ""), "a read-only root file system");
        }
        p.call("by descriptor: no name can be exchanged under us", Syscall.FCHDIR, plan.root());
        if (!pivot) {
            moveOver();
            return;
        }
        p.call(
                "the new root becomes /, the old one comes to lie over it",
                Syscall.PIVOT_ROOT,
                Arg.string("."),
                Arg.string("."));
        p.call(
                "the old root goes, with all that was mounted in it",
                Syscall.UMOUNT2,
                Arg.string("."),
                plan.flags("MNT_DETACH"));
        p.call("from here on paths are the container's", Syscall.CHDIR, Arg.string("/"));
    }

    /**
     * Without pivot_root(2), which the kernel refuses where / is its first file system, an initramfs: the new root is moved
     * over the old one, and chroot(2) goes into it. The old one stays below, so the host's /proc and /sys are taken from it
     * before: whoever leaves the chroot would have them whole.
     */
    private void moveOver() {
        Program.Builder p = plan.p;
        String why = "what is left of the old root shows nothing of the host's kernel";
        for (String path : List.of("/sys", "/proc", "/proc")) {
            p.attempt(why, Syscall.UMOUNT2, Arg.string(path), plan.flags("MNT_DETACH"));
        }
        p.call(
                "the new root is moved over the old one",
                Syscall.MOUNT,
                Arg.string("."),
                Arg.string("/"),
                Arg.NULL,
                plan.flags("MS_MOVE"),
                Arg.NULL);
        p.call("into it", Syscall.CHROOT, Arg.string("."));
        p.call("from here on paths are the container's", Syscall.CHDIR, Arg.string("/"));
    }
}
