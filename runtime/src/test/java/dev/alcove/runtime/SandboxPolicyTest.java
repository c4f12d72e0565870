package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Errno;
import dev.alcove.linux.SeccompArch;
import dev.alcove.linux.SeccompCompiler;
import dev.alcove.linux.SyscallTable;
import dev.alcove.testkit.Bpf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sandbox's filter answers, call by call, run in an interpreter of its instructions. */
class SandboxPolicyTest {
    private static final int ALLOW = 0x7fff0000;
    private static final int NOTIFY = 0x7fc00000;
    private static final int REFUSE = 0x00050000;
    private static final int KILL = 0;
    private static final int X86_64 = 0xC000003E;
    private static final int AARCH64 = 0xC00000B7;
    private static final int I386 = 0x40000003;

    private static final Bpf FILTER = new Bpf(SandboxPolicy.filter().bytes());

    private static int ask(String call, long... arguments) {
        int number = SyscallTable.standard()
                .number(call, SeccompArch.of(Arch.host()))
                .orElseThrow();
        long[] all = java.util.Arrays.copyOf(arguments, 6);
        return FILTER.run(number, Arch.host() == Arch.X86_64 ? X86_64 : AARCH64, all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "mmap", "futex", "openat", "exit_group", "tgkill", "getrandom", "close"})
    void aJvmRuns(String call) {
        assertThat(ask(call)).isEqualTo(ALLOW);
    }

    @ParameterizedTest
    @CsvSource({
        "clone, 0x3d0f00, true",
        "clone, 0x11, false",
        "clone, 0x4111, false",
        "clone, 0x103d0f00, false",
        "clone, 0x203d0f00, false",
        "ioctl, 0, false",
        "prctl, 15, true",
        "prctl, 1, false",
        "prctl, 38, false",
        "sendmsg, 4, true",
        "sendmsg, 5, false",
        "personality, 0xffffffff, true",
        "personality, 0x40000, false"
    })
    void byTheFirstArgument(String call, String argument, boolean allowed) {
        assertThat(ask(call, Long.decode(argument))).isEqualTo(allowed ? ALLOW : NOTIFY);
    }

    @Test
    void socketsOfHarmlessKindsAlone() {
        assertThat(ask("socket", 2, 1, 0)).isEqualTo(ALLOW);
        assertThat(ask("socket", 10, 0x80802, 17)).isEqualTo(ALLOW);
        assertThat(ask("socket", 1, 1, 0)).isEqualTo(ALLOW);
        assertThat(ask("socket", 1, 0x80801, 0)).as("the name cache").isEqualTo(REFUSE | Errno.EACCES.number());
        assertThat(ask("socket", 2, 3, 1)).as("raw").isEqualTo(NOTIFY);
        assertThat(ask("socket", 16, 3, 0)).as("netlink").isEqualTo(NOTIFY);
        assertThat(ask("socket", 40, 1, 0)).as("vsock").isEqualTo(NOTIFY);
        assertThat(ask("connect")).isEqualTo(NOTIFY);
        assertThat(ask("bind")).isEqualTo(NOTIFY);
    }

    @Test
    void modesWithoutSetUserId() {
        assertThat(ask("fchmod", 3, 0777)).isEqualTo(ALLOW);
        assertThat(ask("fchmod", 3, 04755)).isEqualTo(NOTIFY);
        assertThat(ask("fchmodat", -100, 0, 02755)).isEqualTo(NOTIFY);
    }

    @Test
    void noMemoryThatNobodyCountsAndNoLeases() {
        assertThat(ask("mmap", 0, 4096, 3, 0x22, -1, 0)).isEqualTo(ALLOW);
        assertThat(ask("mmap", 0, 4096, 3, 0x40022, -1, 0)).isEqualTo(NOTIFY);
        assertThat(ask("memfd_create", 0, 1)).isEqualTo(ALLOW);
        assertThat(ask("memfd_create", 0, 5)).isEqualTo(NOTIFY);
        assertThat(ask("fcntl", 3, 3)).isEqualTo(ALLOW);
        assertThat(ask("fcntl", 3, 1030)).isEqualTo(ALLOW);
        assertThat(ask("fcntl", 3, 1024)).isEqualTo(NOTIFY);
        assertThat(ask("fcntl", 3, 1026)).isEqualTo(NOTIFY);
    }

    @Test
    void whatProgramsTryAndDoWithout() {
        assertThat(ask("clone3")).isEqualTo(REFUSE | Errno.ENOSYS.number());
        assertThat(ask("sched_setaffinity")).isEqualTo(REFUSE | Errno.EPERM.number());
    }

    @Test
    void theOtherArchitectureHasOneToo() {
        Bpf arm = new Bpf(new SeccompCompiler(Arch.AARCH64, SeccompCompiler.NewerCalls.DEFAULT)
                .compile(SandboxPolicy.policy())
                .bytes());
        for (String call : List.of("openat", "futex", "newfstatat", "ppoll", "exit_group", "clock_gettime")) {
            assertThat(arm.run(number(call), AARCH64, 0, 0, 0, 0, 0, 0))
                    .as(call)
                    .isEqualTo(ALLOW);
        }
        for (String call : List.of("execve", "mount", "connect", "ptrace", "bpf")) {
            assertThat(arm.run(number(call), AARCH64, 0, 0, 0, 0, 0, 0))
                    .as(call)
                    .isEqualTo(NOTIFY);
        }
    }

    private static int number(String call) {
        return SyscallTable.standard().number(call, SeccompArch.AARCH64).orElseThrow();
    }

    @Test
    void anotherConventionIsTheEnd() {
        assertThat(FILTER.run(1, I386, 0, 0, 0, 0, 0, 0)).isEqualTo(KILL);
        if (Arch.host() == Arch.X86_64) {
            assertThat(FILTER.run(0x40000000 + 1, X86_64, 0, 0, 0, 0, 0, 0)).isEqualTo(KILL);
        }
    }

    /** Whatever is not in the lists is asked about: also what this table does not know yet. */
    @Test
    void everythingElseIsAskedAbout() {
        List<String> allowed = new ArrayList<>();
        for (String call : SyscallTable.standard().names()) {
            if (SyscallTable.standard()
                            .number(call, SeccompArch.of(Arch.host()))
                            .isPresent()
                    && ask(call, -1, -1, -1, -1, -1, -1) == ALLOW) {
                allowed.add(call);
            }
        }
        assertThat(allowed)
                .hasSizeLessThan(190)
                .doesNotContain(
                        "mount",
                        "umount2",
                        "pivot_root",
                        "chroot",
                        "open_tree",
                        "move_mount",
                        "fsopen",
                        "mount_setattr",
                        "setns",
                        "unshare",
                        "bpf",
                        "keyctl",
                        "add_key",
                        "request_key",
                        "userfaultfd",
                        "io_uring_setup",
                        "io_uring_enter",
                        "io_uring_register",
                        "perf_event_open",
                        "ptrace",
                        "process_vm_readv",
                        "process_vm_writev",
                        "process_madvise",
                        "pidfd_open",
                        "pidfd_getfd",
                        "pidfd_send_signal",
                        "kill",
                        "tkill",
                        "rt_sigqueueinfo",
                        "rt_tgsigqueueinfo",
                        "execve",
                        "execveat",
                        "fork",
                        "vfork",
                        "setuid",
                        "setgid",
                        "setresuid",
                        "setresgid",
                        "setgroups",
                        "capset",
                        "chown",
                        "fchown",
                        "mknod",
                        "mknodat",
                        "init_module",
                        "finit_module",
                        "delete_module",
                        "kexec_load",
                        "reboot",
                        "swapon",
                        "sethostname",
                        "settimeofday",
                        "clock_settime",
                        "adjtimex",
                        "open_by_handle_at",
                        "name_to_handle_at",
                        "fanotify_init",
                        "quotactl",
                        "acct",
                        "syslog",
                        "seccomp",
                        "connect",
                        "bind",
                        "listen",
                        "accept",
                        "accept4",
                        "sendto",
                        "sendmmsg",
                        "shmget",
                        "shmat",
                        "msgget",
                        "semget",
                        "mq_open",
                        "splice",
                        "vmsplice",
                        "tee",
                        "ioperm",
                        "iopl",
                        "modify_ldt",
                        "setsid",
                        "setpgid");
        assertThat(FILTER.run(4000, Arch.host() == Arch.X86_64 ? X86_64 : AARCH64, 0, 0, 0, 0, 0, 0))
                .isEqualTo(NOTIFY);
    }
}
