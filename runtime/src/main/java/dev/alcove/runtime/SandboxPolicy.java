package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Errno;
import dev.alcove.linux.SeccompAction;
import dev.alcove.linux.SeccompArgument;
import dev.alcove.linux.SeccompCompiler;
import dev.alcove.linux.SeccompFilter;
import dev.alcove.linux.SeccompOperator;
import dev.alcove.linux.SeccompOutcome;
import dev.alcove.linux.SeccompPolicy;
import dev.alcove.linux.SeccompRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The system calls of a sandbox: those that one JVM needs for threads, memory, clocks and files. It may make threads and
 * no process, sockets and no connection. About everything else the {@link SandboxSupervisor} is asked, which refuses it
 * and remembers its name.
 *
 * <p>Some calls are refused in the filter, and nobody hears of it: the JVM and the C library try them in every program,
 * and do without.
 */
final class SandboxPolicy {
    /** CLONE_THREAD, and all CLONE_NEW* of clone(2) that are no part of the signal: of these the first alone. */
    private static final long CLONE_THREAD = 0x10000;

    private static final long CLONE_CHECKED = CLONE_THREAD | 0x7e020000L;
    private static final long SET_ID_BITS = 06000;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int TYPE_MASK = 0xf;

    /** How the C library asks for its name service cache: a non-blocking stream. Java's own sockets are made otherwise. */
    private static final int NAME_CACHE = 0x80801;

    /** The descriptor that {@link SupervisorPart} keeps for the one sendmsg(2) after the filter is loaded. */
    private static final int HANDOVER = Wire.CONTROL + 1;

    private static final SeccompOutcome ALLOW = SeccompOutcome.of(SeccompAction.ALLOW);

    /** Calls that need no look at their arguments. */
    private static final String[] ALLOWED = {
        // memory
        "brk munmap mprotect mremap madvise mincore msync membarrier mlock munlock",
        // threads of this process
        "futex set_robust_list get_robust_list rseq set_tid_address arch_prctl exit exit_group sched_yield",
        "sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min",
        "gettid getpid getppid tgkill getcpu getpriority restart_syscall",
        // signals to itself
        "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause",
        // clocks
        "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times",
        // files, as far as the few that are there let it
        "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range",
        "open openat openat2 creat stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat",
        "getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2",
        "link linkat symlink symlinkat utime utimes utimensat futimesat truncate ftruncate fallocate fsync fdatasync",
        "fadvise64 copy_file_range sendfile flock dup dup2 dup3 umask statfs fstatfs",
        "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr",
        "setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr",
        "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch",
        // waiting
        "pipe pipe2 eventfd eventfd2 poll ppoll select pselect6",
        "epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2",
        // sockets are made at the start to see what there is; they lead nowhere
        "getsockopt setsockopt getsockname getpeername shutdown",
        // who and where it is
        "getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid uname sysinfo getrusage",
        "getrandom prlimit64 getrlimit setrlimit",
    };

    /** Refused without a word, as by a kernel that does not have them. */
    private static final String UNKNOWN = "clone3 get_mempolicy set_mempolicy mbind set_mempolicy_home_node "
            + "map_shadow_stack mseal pkey_alloc pkey_free pkey_mprotect statmount listmount futex_waitv io_pgetevents";

    /** Refused without a word: wishes about the scheduler, which a program can do without. */
    private static final String QUIET = "sched_setaffinity sched_setscheduler sched_setparam sched_setattr setpriority";

    /** What ioctl(2) may ask: FICLONE, TCGETS, TCGETS2, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX. */
    private static final long[] REQUESTS = {0x40049409, 0x5401, 0x802c542aL, 0x5413, 0x541b, 0x5421, 0x5451, 0x5450};

    /** What prctl(2) may: dumpable (get), the thread's name, the name of a mapping, capabilities (get). */
    private static final long[] OPTIONS = {3, 15, 16, 0x53564d41L, 23};

    /** What fcntl(2) may of Linux's own: F_DUPFD_CLOEXEC, the size of a pipe, seals. */
    private static final long[] COMMANDS = {1030, 1031, 1032, 1033, 1034};

    private static final long F_SETLEASE = 1024;
    private static final long MAP_HUGETLB = 0x40000;
    private static final long MFD_HUGETLB = 4;

    private SandboxPolicy() {}

    /** Compiled once. */
    private static final class Compiled {
        static final SeccompFilter FILTER =
                new SeccompCompiler(Arch.host(), SeccompCompiler.NewerCalls.DEFAULT).compile(policy());
    }

    static SeccompFilter filter() {
        return Compiled.FILTER;
    }

    static SeccompPolicy policy() {
        List<SeccompRule> rules = new ArrayList<>();
        for (String line : ALLOWED) {
            rules.add(new SeccompRule(List.of(line.split(" ", -1)), ALLOW));
        }
        rules.add(new SeccompRule(List.of(UNKNOWN.split(" ", -1)), SeccompOutcome.errno(Errno.ENOSYS)));
        rules.add(new SeccompRule(List.of(QUIET.split(" ", -1)), SeccompOutcome.errno(Errno.EPERM)));
        rules.add(allow("clone", new SeccompArgument(0, SeccompOperator.MASKED_EQ, CLONE_CHECKED, CLONE_THREAD)));
        for (String chmod : List.of("chmod", "fchmod")) {
            rules.add(allow(chmod, new SeccompArgument(1, SeccompOperator.MASKED_EQ, SET_ID_BITS, 0)));
        }
        for (String chmod : List.of("fchmodat", "fchmodat2")) {
            rules.add(allow(chmod, new SeccompArgument(2, SeccompOperator.MASKED_EQ, SET_ID_BITS, 0)));
        }
        for (long request : REQUESTS) {
            rules.add(allow("ioctl", new SeccompArgument(1, SeccompOperator.EQ, request)));
        }
        for (long option : OPTIONS) {
            rules.add(allow("prctl", new SeccompArgument(0, SeccompOperator.EQ, option)));
        }
        // Not of the pages that no limit of memory counts: MAP_HUGETLB, MFD_HUGETLB.
        rules.add(allow("mmap", new SeccompArgument(3, SeccompOperator.MASKED_EQ, MAP_HUGETLB, 0)));
        rules.add(allow("memfd_create", new SeccompArgument(1, SeccompOperator.MASKED_EQ, MFD_HUGETLB, 0)));
        // No F_SETLEASE and F_NOTIFY, by which others would wait for it.
        rules.add(allow("fcntl", new SeccompArgument(1, SeccompOperator.LT, F_SETLEASE)));
        for (long command : COMMANDS) {
            rules.add(allow("fcntl", new SeccompArgument(1, SeccompOperator.EQ, command)));
        }
        // Its personality may be asked for, not changed.
        rules.add(allow("personality", new SeccompArgument(0, SeccompOperator.EQ, 0xffffffffL)));
        sockets(rules);
        rules.add(pairs());
        rules.add(allow("sendmsg", new SeccompArgument(0, SeccompOperator.EQ, HANDOVER)));
        return new SeccompPolicy(SeccompOutcome.of(SeccompAction.NOTIFY), Set.of(), rules, Set.of());
    }

    private static void sockets(List<SeccompRule> rules) {
        rules.add(new SeccompRule(
                List.of("socket"),
                SeccompOutcome.errno(Errno.EACCES),
                List.of(
                        new SeccompArgument(0, SeccompOperator.EQ, AF_UNIX),
                        new SeccompArgument(1, SeccompOperator.EQ, NAME_CACHE))));
        for (int family : new int[] {AF_UNIX, AF_INET, AF_INET6}) {
            for (int type : new int[] {SOCK_STREAM, SOCK_DGRAM}) {
                if (family == AF_UNIX && type == SOCK_DGRAM) {
                    // By sendmsg, which the handover needs, it would reach whoever listens below a path that may be
                    // read.
                    continue;
                }
                rules.add(new SeccompRule(
                        List.of("socket"),
                        ALLOW,
                        List.of(
                                new SeccompArgument(0, SeccompOperator.EQ, family),
                                new SeccompArgument(1, SeccompOperator.MASKED_EQ, TYPE_MASK, type))));
            }
        }
    }

    /** A pair too is of streams alone, for the same reason: one of datagrams can write to others than each other. */
    private static SeccompRule pairs() {
        return new SeccompRule(
                List.of("socketpair"),
                ALLOW,
                List.of(
                        new SeccompArgument(0, SeccompOperator.EQ, AF_UNIX),
                        new SeccompArgument(1, SeccompOperator.MASKED_EQ, TYPE_MASK, SOCK_STREAM)));
    }

    private static SeccompRule allow(String call, SeccompArgument condition) {
        return new SeccompRule(List.of(call), ALLOW, List.of(condition));
    }
}
