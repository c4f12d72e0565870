package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Arch;
import dev.alcove.linux.SeccompAction;
import dev.alcove.linux.SeccompArch;
import dev.alcove.linux.SeccompCompiler;
import dev.alcove.linux.SeccompCompiler.NewerCalls;
import dev.alcove.linux.SeccompFilter;
import dev.alcove.linux.SeccompFlag;
import dev.alcove.linux.SeccompPolicy;
import dev.alcove.linux.SyscallTable;
import dev.alcove.testkit.Bpf;
import dev.alcove.testkit.LibSeccomp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeccompProfileTest {
    private static final int X86_64 = 0xC000003E;
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x50001;
    private static final int ENOSYS = 0x50026;

    @TempDir
    Path dir;

    private static SeccompPolicy standard(Arch arch, String... capabilities) {
        return SeccompProfile.standard().policy(arch, Set.of(capabilities), 6, 1);
    }

    private static int outcome(SeccompPolicy policy, String call, long... args) {
        Bpf filter = new Bpf(new SeccompCompiler(Arch.X86_64).compile(policy).bytes());
        return filter.run(
                SyscallTable.standard().number(call, SeccompArch.X86_64).orElseThrow(), X86_64, args);
    }

    @Test
    void theDefaultNamesOnlyCallsThatExistSomewhere() {
        Set<String> unknown = new TreeSet<>();
        for (var rule : SeccompProfile.standard().rules()) {
            unknown.addAll(rule.rule().names());
        }
        unknown.removeAll(SyscallTable.standard().names());
        assertThat(unknown)
                .containsExactly(
                        "riscv_flush_icache",
                        "riscv_hwprobe",
                        "s390_pci_mmio_read",
                        "s390_pci_mmio_write",
                        "s390_runtime_instr",
                        "swapcontext");
    }

    @ParameterizedTest
    @CsvSource({
        "CAP_SYS_ADMIN, mount",
        "CAP_SYS_ADMIN, unshare",
        "CAP_SYS_ADMIN, clone3",
        "CAP_DAC_READ_SEARCH, open_by_handle_at",
        "CAP_SYS_BOOT, reboot",
        "CAP_SYS_CHROOT, chroot",
        "CAP_SYS_MODULE, init_module",
        "CAP_SYS_PACCT, acct",
        "CAP_SYS_PTRACE, kcmp",
        "CAP_SYS_RAWIO, iopl",
        "CAP_SYS_TIME, settimeofday",
        "CAP_SYS_TTY_CONFIG, vhangup",
        "CAP_SYS_NICE, mbind",
        "CAP_SYSLOG, syslog",
        "CAP_BPF, bpf",
        "CAP_PERFMON, perf_event_open",
    })
    void capabilitiesOpenTheirCalls(String capability, String call) {
        assertThat(outcome(standard(Arch.X86_64), call)).isIn(EPERM, ENOSYS);
        assertThat(outcome(standard(Arch.X86_64, capability), call)).isEqualTo(ALLOW);
    }

    @Test
    void argumentsDecideWhereTheCallAloneCannot() {
        SeccompPolicy plain = standard(Arch.X86_64, "CAP_NET_RAW");
        assertThat(outcome(plain, "socket", 2)).isEqualTo(ALLOW);
        assertThat(outcome(plain, "socket", 16)).isEqualTo(ALLOW);
        assertThat(outcome(plain, "socket", 40)).isEqualTo(EPERM);
        assertThat(outcome(plain, "socket", 38)).isEqualTo(EPERM);
        assertThat(outcome(plain, "clone", 0x11)).isEqualTo(ALLOW);
        for (int flag : new int[] {25, 26, 27, 28, 29, 30}) {
            assertThat(outcome(plain, "clone", 1L << flag)).isEqualTo(EPERM);
        }

        assertThat(outcome(plain, "clone3")).isEqualTo(ENOSYS);
        assertThat(outcome(plain, "personality", 0xffffffffL)).isEqualTo(ALLOW);
        assertThat(outcome(plain, "personality", 0x40000)).isEqualTo(EPERM);
        assertThat(outcome(plain, "ptrace")).isEqualTo(ALLOW);
        assertThat(outcome(SeccompProfile.standard().policy(Arch.X86_64, Set.of(), 4, 7), "ptrace"))
                .isEqualTo(EPERM);
        for (String never :
                List.of("io_uring_setup", "io_uring_enter", "keyctl", "userfaultfd", "kexec_load", "swapon")) {
            assertThat(outcome(plain, never)).as(never).isEqualTo(EPERM);
        }
        assertThat(standard(Arch.X86_64).architectures())
                .containsExactlyInAnyOrder(SeccompArch.X86_64, SeccompArch.X86, SeccompArch.X32);
        assertThat(standard(Arch.AARCH64).architectures())
                .containsExactlyInAnyOrder(SeccompArch.AARCH64, SeccompArch.ARM);
    }

    @Test
    void theDefaultEqualsLibseccompsReadingOfIt() throws IOException {
        var peer = LibSeccomp.build(dir);
        Assumptions.assumeTrue(peer.isPresent(), "gcc and libseccomp-dev are needed to compare with libseccomp");
        for (Arch arch : Arch.values()) {
            for (List<String> capabilities : List.of(
                    List.<String>of(),
                    List.of("CAP_SYS_ADMIN"),
                    List.of("CAP_CHOWN", "CAP_SYS_CHROOT", "CAP_NET_RAW"),
                    List.of("CAP_SYS_PTRACE", "CAP_BPF", "CAP_SYS_TIME"))) {
                SeccompPolicy policy = peer.get().reduce(standard(arch, capabilities.toArray(String[]::new)));
                byte[] theirs = peer.get().export(policy, SeccompArch.of(arch), true);
                SeccompFilter ours = new SeccompCompiler(arch, NewerCalls.DEFAULT).compile(policy);
                assertThat(LibSeccomp.differences(policy, theirs, ours.bytes(), 1))
                        .as("%s with %s", arch, capabilities)
                        .isEmpty();
                assertThat(ours.length()).isLessThan(theirs.length / 8);
            }
        }
    }

    @Test
    void theKernelObeysTheDefault() throws IOException {
        Assumptions.assumeTrue(Arch.host() == Arch.X86_64, "the numbers tried are x86-64's");
        var tool = LibSeccomp.compile("seccomp-try.c", dir.resolve("seccomp-try"), "-static");
        Assumptions.assumeTrue(tool.isPresent(), "gcc and a static C library are needed to try a filter");
        Path filter = Files.write(
                dir.resolve("filter"),
                new SeccompCompiler(Arch.X86_64).compile(standard(Arch.X86_64)).bytes());
        // unshare(NEWUSER), clone3, socket(VSOCK), socket(UNIX, STREAM), personality, io_uring_setup, keyctl, mount
        String output = new String(
                LibSeccomp.run(
                        "",
                        List.of(
                                tool.get().toString(),
                                filter.toString(),
                                "0",
                                "272:0x10000000",
                                "435",
                                "41:40:1",
                                "41:1:1",
                                "135:0xffffffff",
                                "135:0x40000",
                                "425",
                                "250",
                                "165",
                                "500")),
                StandardCharsets.UTF_8);
        assertThat(output.lines())
                .containsExactly(
                        "272 1", "435 38", "41 1", "41 0", "135 0", "135 1", "425 1", "250 1", "165 1", "500 38");
    }

    @Test
    void aPlainSpecificationObjectIsAProfile() {
        SeccompPolicy policy =
                SeccompProfile.parse("""
                {"defaultAction": "SCMP_ACT_KILL", "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_S390X"],
                 "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "/run/agent",
                 "syscalls": [
                   {"names": ["read", "no_such_call"], "action": "SCMP_ACT_ALLOW", "args": null},
                   {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 7,
                    "args": [{"index": 5, "value": 18446744073709551615, "valueTwo": 3, "op": "SCMP_CMP_MASKED_EQ"}]}]}
                """.getBytes(StandardCharsets.UTF_8)).policy(Arch.X86_64, Set.of(), 6, 1);
        assertThat(policy.defaultOutcome().action()).isEqualTo(SeccompAction.KILL_THREAD);
        assertThat(policy.architectures()).containsExactly(SeccompArch.X86);
        assertThat(policy.flags()).containsExactly(SeccompFlag.LOG);
        assertThat(policy.rules()).hasSize(2);
        assertThat(policy.rules().get(1).outcome().errnoRet()).isEqualTo(7);
        assertThat(policy.rules().get(1).arguments().getFirst().value()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | has no 'defaultAction'",
                "[] | must be an object",
                "{'defaultAction': 3} | defaultAction: must be a string",
                "{'defaultAction': 'SCMP_ACT_NO'} | defaultAction: 'SCMP_ACT_NO' is not an action",
                "{'defaultAction': 'SCMP_ACT_NOTIFY'} | defaultAction: SCMP_ACT_NOTIFY cannot be",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultErrnoRet': 1} | defaultErrnoRet: ",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4096} | defaultErrnoRet: 4096 is not from 0 to 4095",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_X86', 'X86']} | architectures[1]: 'X86' is not",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'flags': ['TSYNC']} | flags[0]: 'TSYNC' is not a flag",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'sycalls': []} | sycalls: 'sycalls' is not a property",
            })
    void badTopLevelValuesNameTheirField(String json, String message) {
        assertThatThrownBy(() -> SeccompProfile.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | syscalls[1]: has no 'action'",
                "{'action': 'SCMP_ACT_ALLOW'} | syscalls[1].names: a rule names at least",
                "{'action': 'SCMP_ACT_ALLOW', 'names': ['a', ''] } | syscalls[1].names[1]: the name is empty",
                "{'action': 'SCMP_ACT_ALLOW', 'names': ['a', 7] } | syscalls[1].names[1]: must be a string",
                "{'action': 'SCMP_ACT_ALLOW', 'names': ['a'], 'errnoRet': 3 } | syscalls[1].errnoRet: the action",
                "{'action': 'SCMP_ACT_NOTIFY', 'names': ['write']} | syscalls[1]: SCMP_ACT_NOTIFY is not for write",
                "{'args': [{'index': 6}]} | syscalls[1].args[0].index: 6 is not from 0 to 5",
                "{'args': [{'index': 1.5}]} | syscalls[1].args[0].index: 1.5 is not a whole number",
                "{'args': [{'index': 0, 'op': 'SCMP_CMP_EQUAL'}]} | syscalls[1].args[0].op: 'SCMP_CMP_EQUAL' is not an operator",
                "{'args': [{'index': 0}]} | syscalls[1].args[0]: has no 'op'",
                "{'args': [{'op': 'SCMP_CMP_EQ'}]} | syscalls[1].args[0]: has no 'index'",
                "{'args': [{'value': 18446744073709551616}]} | syscalls[1].args[0].value: 18446744073709551616 is not from 0",
                "{'args': [{'value': -1}]} | syscalls[1].args[0].value: -1 is not from 0",
                "{'args': [{'value': '1'}]} | syscalls[1].args[0].value: must be a number",
                "{'includes': {'caps': ['SYS_ADMIN']}} | syscalls[1].includes.caps[0]: 'SYS_ADMIN' is not a capability",
                "{'includes': {'minKernel': '4'}} | syscalls[1].includes.minKernel: '4' is not a kernel version",
                "{'include': {}} | syscalls[1].include: 'include' is not a property",
            })
    void badRulesNameTheirField(String rule, String message) {
        String json = "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": "
                + "[{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\"}, " + rule.replace('\'', '"') + "]}";
        assertThatThrownBy(() -> SeccompProfile.parse(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"defaultAction\"", "{\"syscalls\": [", "nonsense", "{\"syscalls\": [{]}"})
    void textThatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> SeccompProfile.parse(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
