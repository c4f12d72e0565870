package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kernel's constants by their names, so that a program is planned and printed in the words of the man pages. */
final class KernelConstants {
    private static final Map<String, Long> VALUES = read(
            "O_RDONLY 0x0",
            "O_WRONLY 0x1",
            "O_RDWR 0x2",
            "O_CREAT 0x40",
            "O_EXCL 0x80",
            "O_TRUNC 0x200",
            "O_APPEND 0x400",
            "O_NOCTTY 0x100",
            "O_NONBLOCK 0x800",
            "O_CLOEXEC 0x80000",
            "O_PATH 0x200000",
            "AT_EMPTY_PATH 0x1000",
            "AT_RECURSIVE 0x8000",
            "AT_SYMLINK_NOFOLLOW 0x100",
            "AT_REMOVEDIR 0x200",
            "RESOLVE_NO_XDEV 0x1",
            "RESOLVE_NO_MAGICLINKS 0x2",
            "RESOLVE_NO_SYMLINKS 0x4",
            "RESOLVE_BENEATH 0x8",
            "RESOLVE_IN_ROOT 0x10",
            "OPEN_TREE_CLONE 0x1",
            "OPEN_TREE_CLOEXEC 0x80000",
            "MOVE_MOUNT_F_EMPTY_PATH 0x4",
            "MOVE_MOUNT_T_EMPTY_PATH 0x40",
            "FSOPEN_CLOEXEC 0x1",
            "FSMOUNT_CLOEXEC 0x1",
            "FSCONFIG_SET_FLAG 0x0",
            "FSCONFIG_SET_STRING 0x1",
            "FSCONFIG_SET_FD 0x5",
            "FSCONFIG_CMD_CREATE 0x6",
            "FSCONFIG_CMD_RECONFIGURE 0x7",
            "MOUNT_ATTR_RDONLY 0x1",
            "MOUNT_ATTR_NOSUID 0x2",
            "MOUNT_ATTR_NODEV 0x4",
            "MOUNT_ATTR_NOEXEC 0x8",
            "MOUNT_ATTR__ATIME 0x70",
            "MOUNT_ATTR_RELATIME 0x0",
            "MOUNT_ATTR_NOATIME 0x10",
            "MOUNT_ATTR_STRICTATIME 0x20",
            "MOUNT_ATTR_NODIRATIME 0x80",
            "MOUNT_ATTR_IDMAP 0x100000",
            "MOUNT_ATTR_NOSYMFOLLOW 0x200000",
            "MS_PRIVATE 0x40000",
            "MS_SLAVE 0x80000",
            "MS_SHARED 0x100000",
            "MS_UNBINDABLE 0x20000",
            "MS_REC 0x4000",
            "MNT_DETACH 0x2",
            "CLONE_NEWNS 0x20000",
            "CLONE_NEWUTS 0x4000000",
            "CLONE_NEWIPC 0x8000000",
            "CLONE_NEWPID 0x20000000",
            "CLONE_NEWNET 0x40000000",
            "CLONE_NEWUSER 0x10000000",
            "CLONE_NEWCGROUP 0x2000000",
            "CLONE_NEWTIME 0x80",
            "CLONE_PIDFD 0x1000",
            "CLONE_INTO_CGROUP 0x200000000",
            "CLONE_PARENT 0x8000",
            "CLONE_FS 0x200",
            "CLOSE_RANGE_CLOEXEC 0x4",
            "PR_SET_PDEATHSIG 0x1",
            "PR_SET_DUMPABLE 0x4",
            "PR_SET_KEEPCAPS 0x8",
            "PR_CAPBSET_DROP 0x18",
            "PR_CAP_AMBIENT 0x2f",
            "PR_CAP_AMBIENT_RAISE 0x2",
            "PR_CAP_AMBIENT_CLEAR_ALL 0x4",
            "PR_SET_NO_NEW_PRIVS 0x26",
            "PR_SET_NAME 0xf",
            "PR_SET_CHILD_SUBREAPER 0x24",
            "BPF_PROG_LOAD 0x5",
            "BPF_PROG_ATTACH 0x8",
            "SECCOMP_SET_MODE_FILTER 0x1",
            "SECCOMP_FILTER_FLAG_TSYNC 0x1",
            "SECCOMP_FILTER_FLAG_LOG 0x2",
            "SECCOMP_FILTER_FLAG_SPEC_ALLOW 0x4",
            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV 0x20",
            "SECCOMP_FILTER_FLAG_NEW_LISTENER 0x8",
            "KEYCTL_JOIN_SESSION_KEYRING 0x1",
            "AF_UNIX 0x1",
            "AF_INET 0x2",
            "SOCK_STREAM 0x1",
            "SOCK_DGRAM 0x2",
            "SOCK_CLOEXEC 0x80000",
            "SOL_SOCKET 0x1",
            "SCM_RIGHTS 0x1",
            "MSG_PEEK 0x2",
            "MSG_DONTWAIT 0x40",
            "TIOCSCTTY 0x540e",
            "TIOCSPTLCK 0x40045431",
            "TIOCGPTPEER 0x5441",
            "TIOCSWINSZ 0x5414",
            "TIOCSPGRP 0x5410",
            "SIOCSIFFLAGS 0x8914",
            "SIOCGSKNS 0x894c",
            "NS_GET_USERNS 0xb701",
            "SCHED_OTHER 0x0",
            "SCHED_FIFO 0x1",
            "SCHED_RR 0x2",
            "SCHED_BATCH 0x3",
            "SCHED_IDLE 0x5",
            "SCHED_DEADLINE 0x6",
            "SCHED_FLAG_RESET_ON_FORK 0x1",
            "SCHED_FLAG_RECLAIM 0x2",
            "SCHED_FLAG_DL_OVERRUN 0x4",
            "SCHED_FLAG_KEEP_POLICY 0x8",
            "SCHED_FLAG_KEEP_PARAMS 0x10",
            "SCHED_FLAG_UTIL_CLAMP_MIN 0x20",
            "SCHED_FLAG_UTIL_CLAMP_MAX 0x40",
            "IOPRIO_WHO_PROCESS 0x1",
            "IOPRIO_CLASS_RT 0x1",
            "IOPRIO_CLASS_BE 0x2",
            "IOPRIO_CLASS_IDLE 0x3",
            "MPOL_DEFAULT 0x0",
            "MPOL_PREFERRED 0x1",
            "MPOL_BIND 0x2",
            "MPOL_INTERLEAVE 0x3",
            "MPOL_LOCAL 0x4",
            "MPOL_PREFERRED_MANY 0x5",
            "MPOL_WEIGHTED_INTERLEAVE 0x6",
            "MPOL_F_NUMA_BALANCING 0x2000",
            "MPOL_F_RELATIVE_NODES 0x4000",
            "MPOL_F_STATIC_NODES 0x8000",
            "PER_LINUX 0x0",
            "PER_LINUX32 0x8",
            "MS_MOVE 0x2000",
            "SIG_SETMASK 0x2",
            "S_IFCHR 0x2000",
            "S_IFBLK 0x6000",
            "S_IFIFO 0x1000",
            "LOCK_EX 0x2",
            "LOCK_NB 0x4",
            "SIGKILL 0x9",
            "SIGCHLD 0x11",
            "__WALL 0x40000000",
            "LANDLOCK_RULE_PATH_BENEATH 0x1",
            "LANDLOCK_CREATE_RULESET_VERSION 0x1");

    /** A pure function's results, which a planner asks for hundreds of times: as many as there are in all its steps. */
    private static final int MOST = 1024;

    private static final Map<String, Arg.Num> X86_64 = new ConcurrentHashMap<>();
    private static final Map<String, Arg.Num> AARCH64 = new ConcurrentHashMap<>();

    private KernelConstants() {}

    /**
     * A number by the names of its bits.
     *
     * @param names one name, or several with | between them; an empty string is 0
     * @throws IllegalArgumentException if a name is not known
     */
    static Arg.Num flags(Arch arch, String names) {
        Map<String, Arg.Num> known = arch == Arch.AARCH64 ? AARCH64 : X86_64;
        Arg.Num number = known.get(names);
        if (number == null) {
            number = parse(arch, names);
            if (known.size() < MOST) {
                known.put(names, number);
            }
        }
        return number;
    }

    /** The names that begin in one way and not in another, sorted. */
    static List<String> names(String beginning, String butNot) {
        List<String> names = new ArrayList<>();
        for (String name : VALUES.keySet()) {
            if (name.startsWith(beginning) && !name.startsWith(butNot)) {
                names.add(name);
            }
        }
        Collections.sort(names);
        return names;
    }

    private static Arg.Num parse(Arch arch, String names) {
        long value = 0;
        for (int from = 0; from < names.length(); ) {
            int to = names.indexOf('|', from);
            if (to < 0) {
                to = names.length();
            }
            value |= value(arch, names.substring(from, to));
            from = to + 1;
        }
        return new Arg.Num(value, names.isEmpty() ? "0" : names);
    }

    /** The two open flags that differ between the architectures, and all that do not. */
    private static long value(Arch arch, String name) {
        boolean arm = arch == Arch.AARCH64;
        return switch (name) {
            case "O_DIRECTORY" -> arm ? 0x4000 : 0x10000;
            case "O_NOFOLLOW" -> arm ? 0x8000 : 0x20000;
            default -> {
                Long v = VALUES.get(name);
                if (v == null) {
                    throw new IllegalArgumentException("no such constant: " + name);
                }
                yield v;
            }
        };
    }

    private static Map<String, Long> read(String... rows) {
        Map<String, Long> values = new HashMap<>(rows.length * 2);
        for (String row : rows) {
            int space = row.indexOf(' ');
            values.put(row.substring(0, space), Long.parseUnsignedLong(row.substring(space + 3), 16));
        }
        return values;
    }
}
