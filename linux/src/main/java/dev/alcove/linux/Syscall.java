package dev.alcove.linux;

import java.util.Locale;

/**
 * The system calls that Alcove itself makes, with their numbers on the two architectures it knows. The table of every
 * call of every architecture, which seccomp needs by name, is {@link SyscallTable}.
 */
public enum Syscall {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    OPENAT(257, 56),
    OPENAT2(437, 437),
    LSEEK(8, 62),
    MMAP(9, 222),
    IOCTL(16, 29),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    READLINKAT(267, 78),
    FSTAT(5, 80),
    NEWFSTATAT(262, 79),
    STATX(332, 291),
    FCHMOD(91, 52),
    FCHMODAT(268, 53),
    FCHOWN(93, 55),
    FCHOWNAT(260, 54),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    UNLINKAT(263, 35),
    SYMLINKAT(266, 36),
    LINKAT(265, 37),
    RENAMEAT2(316, 276),
    FTRUNCATE(77, 46),
    FCNTL(72, 25),
    DUP(32, 23),
    DUP3(292, 24),
    PIPE2(293, 59),
    FLOCK(73, 32),
    FSYNC(74, 82),
    FCHDIR(81, 50),
    CHDIR(80, 49),
    SOCKET(41, 198),
    SOCKETPAIR(53, 199),
    BIND(49, 200),
    CONNECT(42, 203),
    SENDTO(44, 206),
    SENDMSG(46, 211),
    RECVFROM(45, 207),
    RECVMSG(47, 212),
    SHUTDOWN(48, 210),
    GETSOCKNAME(51, 204),
    SETSOCKOPT(54, 208),
    GETSOCKOPT(55, 209),
    CLONE(56, 220),
    CLONE3(435, 435),
    UNSHARE(272, 97),
    SETNS(308, 268),
    EXECVE(59, 221),
    EXIT_GROUP(231, 94),
    WAIT4(61, 260),
    WAITID(247, 95),
    KILL(62, 129),
    TGKILL(234, 131),
    GETPID(39, 172),
    GETTID(186, 178),
    GETPPID(110, 173),
    PIDFD_OPEN(434, 434),
    PIDFD_SEND_SIGNAL(424, 424),
    PIDFD_GETFD(438, 438),
    SETSID(112, 157),
    SETPGID(109, 154),
    GETPGID(121, 155),
    GETUID(102, 174),
    GETEUID(107, 175),
    GETGID(104, 176),
    GETEGID(108, 177),
    GETGROUPS(115, 158),
    GETRANDOM(318, 278),
    SETGROUPS(116, 159),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    UMASK(95, 166),
    CAPGET(125, 90),
    CAPSET(126, 91),
    PRCTL(157, 167),
    PRLIMIT64(302, 261),
    GETRUSAGE(98, 165),
    SETHOSTNAME(170, 161),
    SETDOMAINNAME(171, 162),
    UNAME(63, 160),
    PERSONALITY(135, 92),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    PIVOT_ROOT(155, 41),
    CHROOT(161, 51),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    FSPICK(433, 433),
    MOUNT_SETATTR(442, 442),
    STATFS(137, 43),
    FSTATFS(138, 44),
    SECCOMP(317, 277),
    BPF(321, 280),
    KEYCTL(250, 219),
    ADD_KEY(248, 217),
    LANDLOCK_CREATE_RULESET(444, 444),
    LANDLOCK_ADD_RULE(445, 445),
    LANDLOCK_RESTRICT_SELF(446, 446),
    MEMFD_CREATE(319, 279),
    CLOSE_RANGE(436, 436),
    EPOLL_CREATE1(291, 20),
    EPOLL_CTL(233, 21),
    EPOLL_PWAIT(281, 22),
    EVENTFD2(290, 19),
    PPOLL(271, 73),
    RT_SIGPROCMASK(14, 135),
    RT_SIGTIMEDWAIT(128, 137),
    SIGNALFD4(289, 74),
    SETXATTR(188, 5),
    GETXATTR(191, 8),
    FSETXATTR(190, 7),
    FGETXATTR(193, 10),
    SCHED_SETAFFINITY(203, 122),
    SCHED_GETAFFINITY(204, 123),
    SCHED_SETATTR(314, 274),
    SET_MEMPOLICY(238, 237),
    SENDFILE(40, 71),
    IOPRIO_SET(251, 30),
    NANOSLEEP(35, 101),
    CLOCK_GETTIME(228, 113),
    PTRACE(101, 117),
    PROCESS_VM_READV(310, 270),
    GETDENTS64(217, 61),
    UTIMENSAT(280, 88),
    FACCESSAT(269, 48),
    FACCESSAT2(439, 439),
    SHMGET(29, 194),
    SHMAT(30, 196),
    SHMDT(67, 197),
    SHMCTL(31, 195),
    SEMGET(64, 190),
    SEMCTL(66, 191),
    MSGGET(68, 186),
    MSGCTL(71, 187),
    MQ_OPEN(240, 180),
    MQ_UNLINK(241, 181),
    QUOTACTL_FD(443, 443);

    private final int x86;
    private final int arm;

    Syscall(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    /**
     * The call's number on an architecture.
     *
     * @param arch the architecture
     * @return the number, as in the kernel's unistd.h
     */
    public int number(Arch arch) {
        return switch (arch) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }

    /** The kernel's own name of the call: {@code openat2}. */
    public String kernelName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
