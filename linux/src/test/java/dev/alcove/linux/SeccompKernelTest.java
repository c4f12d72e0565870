package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.testkit.LibSeccomp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's own verdicts: a small program loads the filter and tries calls under it. */
class SeccompKernelTest {
    @TempDir
    Path dir;

    @Test
    void theKernelTakesTheFilterAndObeysIt() throws IOException {
        var tool = LibSeccomp.compile("seccomp-try.c", dir.resolve("seccomp-try"), "-static");
        Assumptions.assumeTrue(tool.isPresent(), "gcc and a static C library are needed to try a filter");
        SeccompOutcome allow = SeccompOutcome.of(SeccompAction.ALLOW);
        SeccompPolicy policy = new SeccompPolicy(
                SeccompOutcome.errno(Errno.EPERM),
                Set.of(SeccompArch.values()),
                List.of(
                        new SeccompRule(List.of("write", "exit_group", "fstat", "newfstatat", "brk"), allow),
                        new SeccompRule(
                                List.of("personality"),
                                allow,
                                List.of(new SeccompArgument(0, SeccompOperator.EQ, 0xffffffffL))),
                        new SeccompRule(List.of("getppid"), SeccompOutcome.errno(Errno.EXDEV)),
                        new SeccompRule(List.of("openat2"), SeccompOutcome.errno(Errno.EACCES))),
                Set.of(SeccompFlag.LOG));
        Path filter = Files.write(
                dir.resolve("filter"),
                new SeccompCompiler(Arch.host()).compile(policy).bytes());
        Arch arch = Arch.host();
        int personality = Syscall.PERSONALITY.number(arch);
        int getppid = Syscall.GETPPID.number(arch);
        String output = new String(
                LibSeccomp.run(
                        "",
                        List.of(
                                tool.get().toString(),
                                filter.toString(),
                                Integer.toString(SeccompFlag.bits(policy.flags())),
                                personality + ":0xffffffff",
                                personality + ":0x1ffffffff",
                                personality + ":0",
                                Integer.toString(getppid),
                                Integer.toString(Syscall.GETPID.number(arch)),
                                "437",
                                "438",
                                "5000")),
                StandardCharsets.UTF_8);
        assertThat(output.lines())
                .containsExactly(
                        personality + " 0",
                        personality + " 1",
                        personality + " 1",
                        getppid + " 18",
                        Syscall.GETPID.number(arch) + " 1",
                        "437 13",
                        "438 38",
                        "5000 38");
    }
}
