package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import java.util.List;

/** The likely cause of a failed step and what mends it: one table, from what is known of such failures. */
final class Causes {
    /** Empty strings where nothing better than the error itself is known. */
    record Cause(String likely, String mend) {}

    private static final Cause UNKNOWN = new Cause("", "");

    /** What a start needs no more than. */
    static final Cause TOO_SMALL = new Cause(
            "the memory limit is too small for the start itself", "allow more memory; 4 MiB are enough to start");

    private static final Cause NO_PROCESS =
            new Cause("no more processes can be made: a pids limit, RLIMIT_NPROC, or memory", "raise the limit");

    private Causes() {}

    static Cause of(Step step, Errno error, ContainerSpec spec, HostFacts facts) {
        if (!(step instanceof Step.Call call)) {
            return UNKNOWN;
        }
        StringBuilder words = new StringBuilder();
        for (Arg a : call.args()) {
            words.append(a.text()).append(' ');
        }
        String text = words.toString();
        Cause exhausted = exhausted(call.call(), error, text, spec);
        return exhausted.likely().isEmpty() ? known(call, error, text, spec, facts) : exhausted;
    }

    /** What is used up, whatever was being done: those errors say the same of every call but a few. */
    private static Cause exhausted(Syscall call, Errno error, String text, ContainerSpec spec) {
        boolean namespaces = call == Syscall.CLONE3 || call == Syscall.UNSHARE;
        boolean mounts = call == Syscall.MOVE_MOUNT || call == Syscall.OPEN_TREE || call == Syscall.FSMOUNT;
        return switch (error) {
            case EMFILE, ENFILE, EDQUOT -> exhausted(error);
            case ENOMEM -> namespaces ? UNKNOWN : spec.memoryLimited() ? TOO_SMALL : exhausted(error);
            case ENOSPC ->
                mounts
                        ? new Cause(
                                "a mount namespace has as many mounts as it may",
                                "mount less, or as root: raise the sysctl fs.mount-max")
                        : namespaces || text.contains("cgroup") ? UNKNOWN : exhausted(error);
            case ENOENT ->
                text.contains("cgroup") && call == Syscall.OPENAT && text.contains("/tasks")
                        ? new Cause(
                                "the container's control group was removed while it started",
                                "start it again; find out who removes groups that it did not make")
                        : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    /** What is used up, if it is that; with neither a step nor a program. */
    static Cause exhausted(Errno error) {
        return switch (error) {
            case EMFILE ->
                new Cause(
                        "this process has as many files open as it may (RLIMIT_NOFILE)",
                        "close what is not needed, or raise the limit (ulimit -n)");
            case ENFILE ->
                new Cause("the machine has as many files open as it may", "as root: raise the sysctl fs.file-max");
            case ENOSPC ->
                new Cause("the file system is full, of bytes or of files", "make room on it: df and df -i show which");
            case EDQUOT -> new Cause("the quota of disk space or of files is used up", "make room, or raise the quota");
            case ENOMEM -> new Cause("the machine has no memory left for it", "free memory, and start it again");
            case EAGAIN -> NO_PROCESS;
            default -> UNKNOWN;
        };
    }

    private static Cause known(Step.Call call, Errno error, String text, ContainerSpec spec, HostFacts facts) {
        return switch (call.call()) {
            case CLONE -> error == Errno.EAGAIN ? NO_PROCESS : UNKNOWN;
            case CLONE3, UNSHARE -> makeNamespaces(error, text, facts);
            case SETNS ->
                error == Errno.ESRCH
                        ? new Cause("the container has just ended", "start it again")
                        : error == Errno.EINVAL
                                ? new Cause(
                                        "a process cannot join the user namespace that it is in already, nor one that is above it",
                                        "leave --user out; with --all what both share is left out by itself")
                                : new Cause(
                                        "the namespace belongs to a user namespace over which this process has no rights",
                                        "join its user namespace as well, or run as root");
            case FSMOUNT, FSCONFIG, FSOPEN ->
                call.why().equals(UnsharePlanner.FORMATS) ? formats(error) : fileSystem(error, text, facts);
            case SCHED_SETATTR, IOPRIO_SET, SCHED_SETAFFINITY, SET_MEMPOLICY -> scheduling(error);
            case SENDMSG ->
                error == Errno.EPERM || error == Errno.ENOSYS
                        ? new Cause(
                                "the filter forbids the call by which its own listener is handed over",
                                "allow sendmsg, write and close in the profile")
                        : UNKNOWN;
            case MOUNT_SETATTR ->
                text.contains("MOUNT_ATTR_IDMAP")
                        ? mapped(error)
                        : error == Errno.EPERM
                                ? new Cause(
                                        "in a user namespace, options that the host's mount has (nosuid, nodev, ro) cannot be taken away",
                                        "ask for the same options, or mount something else")
                                : UNKNOWN;
            case OPEN_TREE ->
                switch (error) {
                    case ENOENT -> new Cause("the path does not exist on the host", "create it, or correct the path");
                    case EINVAL ->
                        new Cause(
                                "its mount is unbindable, or another user namespace's that must be bound with all below it",
                                "mount --make-private it, or bind it recursively (rbind)");
                    default -> UNKNOWN;
                };
            case OPENAT2 ->
                switch (error) {
                    case ENOENT -> new Cause("the path does not exist in the root file system", "create it there");
                    case ENOTDIR ->
                        new Cause(
                                "a file is where a directory is to be mounted, or the other way round",
                                "mount a directory on a directory, a file on a file");
                    case ELOOP, EXDEV ->
                        new Cause(
                                "a link in the root file system leads where it must not",
                                "look at the path's parts in the image");
                    default -> UNKNOWN;
                };
            case FCNTL ->
                error == Errno.EBADF
                        ? new Cause(
                                "the caller announces more descriptors than it has open; they are counted from 3 on",
                                "open it without close-on-exec, or lower --preserve-fds")
                        : UNKNOWN;
            case MKDIRAT -> mkdir(error, text, spec);
            case OPENAT, WRITE -> write(call.why(), error, text, facts);
            case SECCOMP ->
                new Cause(
                        "a filter without no-new-privileges needs CAP_SYS_ADMIN",
                        "add --security-opt no-new-privileges");
            case SETGROUPS, SETRESGID, SETRESUID ->
                error == Errno.EINVAL
                        ? new Cause(
                                "the id is not mapped in the container's user namespace",
                                "choose a mapped user, or map more ids (/etc/subuid, /etc/subgid)")
                        : new Cause("this process may not change to that user", "run as root or in a user namespace");
            case PRCTL, CAPSET ->
                new Cause("the caller does not have the capability itself", "drop it, or run with more privileges");
            case CHDIR ->
                new Cause("the working directory cannot be entered by the container's user", "choose another with -w");
            case MKNODAT ->
                error == Errno.EPERM
                        ? new Cause(
                                "making devices needs CAP_MKNOD in the first user namespace",
                                "use a user namespace: then they are bound")
                        : UNKNOWN;
            case PIVOT_ROOT ->
                new Cause(
                        "the root of this process is itself not a mount (a chroot, or an initramfs)",
                        "run where / is a mount point");
            default -> UNKNOWN;
        };
    }

    private static Cause scheduling(Errno error) {
        return switch (error) {
            case EPERM ->
                new Cause(
                        "it needs CAP_SYS_NICE in the first user namespace; on cgroup version 1 a real-time policy also needs"
                                + " the group's share of real time",
                        "run as root without a user namespace; give linux.resources.cpu.realtimeRuntime, or leave it out");
            case EINVAL ->
                new Cause(
                        "the kernel does not know it, or the container's cpuset has none of these processors or nodes",
                        "compare with linux.resources.cpu, or leave it out");
            case EBUSY -> new Cause("the processors have no time left for this deadline", "ask for a smaller runtime");
            default -> UNKNOWN;
        };
    }

    /** A mount that is to show other owners. */
    private static Cause mapped(Errno error) {
        return switch (error) {
            case EINVAL ->
                new Cause(
                        "the file system does not allow mapped mounts, or something below the mount does not (ridmap)",
                        "leave the mappings out; see mount_setattr(2) for those that allow it");
            case EPERM ->
                new Cause(
                        "it needs CAP_SYS_ADMIN over the file system, and a mount that is not mapped already",
                        "run as root, or leave the mappings out");
            default -> UNKNOWN;
        };
    }

    private static Cause makeNamespaces(Errno error, String text, HostFacts facts) {
        if (error == Errno.EINVAL) {
            for (String kind : List.of("CLONE_NEWNS", "CLONE_NEWUSER")) {
                if (text.contains(kind) && text.contains("CLONE_FS")) {
                    return new Cause(
                            kind + " and CLONE_FS exclude each other: what has rooms of its own cannot share root,"
                                    + " working directory and umask with a process outside",
                            "leave one of the two flags out");
                }
            }
        }
        return switch (error) {
            case EPERM ->
                facts.privileged()
                        ? new Cause(
                                "a sandbox around this process (seccomp, an outer container) forbids new namespaces",
                                "run the outer container with --security-opt seccomp=unconfined")
                        : new Cause(
                                "the machine does not let ordinary users make user namespaces",
                                "as root: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000");
            case ENOSPC ->
                new Cause(
                        "the limit of nested or counted namespaces is reached", "as root: raise user.max_*_namespaces");
            case EINVAL ->
                new Cause("this kernel lacks one of the kinds of namespace", "alcove check names the missing kind");
            case EAGAIN, ENOMEM -> NO_PROCESS;
            case EBUSY ->
                new Cause(
                        "the control group is not one that can hold processes (it has children with controllers)",
                        "give another cgroupsPath");
            default -> UNKNOWN;
        };
    }

    /** A list of program formats of a user namespace's own. */
    private static Cause formats(Errno error) {
        return switch (error) {
            case ENODEV ->
                new Cause("this kernel has no binfmt_misc, or it is not loaded", "as root: modprobe binfmt_misc");
            case EPERM, EINVAL ->
                new Cause(
                        "before Linux 6.7 there is one list for the whole machine, and none of a user namespace's own",
                        "leave --load-interp and --mount-binfmt out, or run Linux 6.7 or newer");
            default -> UNKNOWN;
        };
    }

    private static Cause fileSystem(Errno error, String text, HostFacts facts) {
        if (error == Errno.ENODEV) {
            return new Cause("the kernel does not have this file system", "modprobe it, or leave the mount out");
        }
        if (error == Errno.EPERM && text.contains("proc")) {
            return new Cause(
                    "this process runs in a container whose /proc is partly hidden; the kernel then refuses a new one",
                    "run the outer container with --security-opt systempaths=unconfined, or use --pid host");
        }
        if (error == Errno.EPERM && !facts.privileged()) {
            return new Cause(
                    "the file system cannot be mounted in a user namespace, or its namespace is not the container's own",
                    "leave the mount out, or run as root");
        }
        if (error == Errno.EINVAL) {
            return new Cause("an option that the file system does not know, or a value out of its range", "correct it");
        }
        return UNKNOWN;
    }

    private static Cause mkdir(Errno error, String text, ContainerSpec spec) {
        if (text.contains("cgroup")) {
            return switch (error) {
                case EACCES, EPERM, EROFS ->
                    new Cause(
                            "the control groups are not this user's to change",
                            "run as root, or under a systemd user session with delegation (systemd-run --user --scope -p Delegate=yes)");
                case EEXIST ->
                    new Cause(
                            "a container of the same id runs, or one died and left its group",
                            "choose another id, or alcove rm -f " + spec.name());
                default -> UNKNOWN;
            };
        }
        return error == Errno.EROFS || error == Errno.EACCES
                ? new Cause(
                        "the mount point is missing in the root file system, which cannot be written",
                        "create the directory in it, or add a throw-away layer")
                : UNKNOWN;
    }

    private static Cause write(String why, Errno error, String text, HostFacts facts) {
        if (why.startsWith("the limit ")) {
            return switch (error) {
                case EINVAL, ERANGE -> new Cause("the kernel does not take this value for the limit", "see cgroups(7)");
                case EACCES, EPERM ->
                    text.contains("cpuset.")
                            ? new Cause(
                                    "the group above has not all of these itself, or is not this user's to change",
                                    "ask for those that its file of the same name lists")
                            : new Cause(
                                    "the control group is not this user's to change",
                                    "run as root, or leave the limit out");
                case ENOENT -> new Cause("the controller lacks this file on this kernel", "leave the limit out");
                default -> UNKNOWN;
            };
        }
        if (why.equals(UnsharePlanner.FORMATS)) {
            return switch (error) {
                case EACCES ->
                    new Cause("only root of the user namespace may load it", "map the caller to root: --map-root-user");
                case EEXIST -> new Cause("two definitions have the same name", "give each another");
                default ->
                    new Cause(
                            "it is no definition, or with the flag F its interpreter cannot be opened",
                            "give one as :name:type:offset:magic:mask:interpreter:flags");
            };
        }
        if (why.startsWith(LandlockPart.WHY)) {
            return switch (error) {
                case ENOENT, ENOTDIR ->
                    new Cause(
                            "the path does not exist inside the container, whose files are not the machine's",
                            "correct the path of --landlock, or show it with -v or --mount");
                case EACCES ->
                    new Cause("the container's user may not look there", "name a directory above it, or leave it out");
                default -> UNKNOWN;
            };
        }
        if (text.contains("_map")) {
            return new Cause(
                    "this user may not map these ids",
                    "alcove check says which ranges /etc/subuid and /etc/subgid give");
        }
        if (why.startsWith("sysctl ")) {
            return new Cause(
                    "the parameter is not of the container's own namespaces, or the value is refused",
                    "only kernel.msg*, kernel.shm*, kernel.sem, fs.mqueue.* and net.* belong to a container");
        }
        if (text.contains("oom_score_adj") && error == Errno.EACCES) {
            return new Cause("lowering it needs CAP_SYS_RESOURCE", "give a value that is not below the caller's");
        }
        if (text.contains("timens_offsets")) {
            return new Cause("the clock would be negative, or out of range", "choose a smaller offset");
        }
        return error == Errno.ENOENT && !facts.privileged()
                ? new Cause("the path does not exist, or is not visible to this user", "check it")
                : UNKNOWN;
    }
}
