package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.alcove.linux.CgroupLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The flags that limit, and those that choose a policy or a root: what the kernel has afterwards is what was asked. */
class LimitAndPolicyFlagsTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    @TempDir
    Path folder;

    private Alcoves alcoves;

    @BeforeEach
    void prepare() {
        Needs.root();
        alcoves = new Alcoves(folder);
    }

    private Alcoves.Outcome run(List<String> flags, String... command) {
        List<String> words = new ArrayList<>(List.of("run"));
        words.addAll(flags);
        words.addAll(List.of(command));
        return alcoves.run(words.toArray(new String[0]));
    }

    private String inside(List<String> flags, String script) {
        Alcoves.Outcome outcome = run(flags, "host", "sh", "-c", script);
        assertThat(outcome.err()).isEmpty();
        return outcome.out().strip();
    }

    @ParameterizedTest
    @CsvSource({
        "--cpus 0.5, cpu/cpu.cfs_quota_us, 50000",
        "--cpu-shares 512, cpu/cpu.shares, 512",
        "--cpuset-cpus 0, cpuset/cpuset.cpus, 0",
        "--cpuset-mems 0, cpuset/cpuset.mems, 0",
        "--memory 64m, memory/memory.limit_in_bytes, 67108864",
        "--memory-reservation 32m, memory/memory.soft_limit_in_bytes, 33554432",
        "--pids-limit 33, pids/pids.max, 33",
    })
    void aLimitIsInForce(String flag, String file, String value) {
        CgroupLayout.Mode mode = CgroupLayout.read().mode();
        assumeTrue(
                mode == CgroupLayout.Mode.V1 || mode == CgroupLayout.Mode.HYBRID,
                "the files are those of cgroup version 1, and this machine has " + mode);
        String read = "cat /sys/fs/cgroup/" + file;
        assertThat(inside(List.of(flag.split(" ", 2)), read)).isEqualTo(value);
        assertThat(inside(List.of(), read)).isNotEqualTo(flag.startsWith("--cpuset") ? "" : value);
    }

    @Test
    void aSeccompProfileOfOnesOwn() throws IOException {
        Path profile = folder.resolve("no-mkdir.json");
        Files.writeString(profile, """
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}
                """);
        String script = "mkdir /tmp/d 2>/dev/null; echo $?";
        assertThat(inside(List.of("--security-opt", "seccomp=" + profile), script))
                .isEqualTo("1");
        assertThat(inside(List.of(), script)).isEqualTo("0");
    }

    @Test
    void aPathIsUnmasked() {
        String script = "wc -c < /proc/timer_list";
        assertThat(inside(List.of(), script)).isEqualTo("0");
        assertThat(inside(List.of("--security-opt", "unmask=/proc/timer_list"), script))
                .isNotEqualTo("0");
    }

    @Test
    void aDirectoryAsRootAndALayerOverIt() throws IOException {
        assumeTrue(Files.exists(BUSYBOX), "busybox-static is not installed");
        Path root = folder.resolve("root");
        Files.createDirectories(root.resolve("bin"));
        Files.copy(BUSYBOX, root.resolve("bin/busybox"));
        Files.createSymbolicLink(root.resolve("bin/sh"), Path.of("busybox"));
        String touch = "/bin/busybox touch /written && /bin/busybox ls /bin";
        Alcoves.Outcome layered = run(List.of("--rootfs", root.toString(), "--overlay"), "sh", "-c", touch);
        assertThat(layered.out()).isEqualTo("busybox\nsh\n");
        assertThat(root.resolve("written")).doesNotExist();
        Alcoves.Outcome direct = run(List.of("--rootfs", root.toString()), "sh", "-c", touch);
        assertThat(direct.status()).isZero();
        assertThat(root.resolve("written")).exists();
    }

    @Test
    void rangesForRoot() throws IOException {
        assertThat(inside(List.of("--userns", "private"), "id -u; cat /proc/self/uid_map"))
                .matches("0\\s+0\\s+[1-9]\\d+\\s+65536");
        assertThat(Files.readString(Path.of("/proc/self/uid_map"))).contains("4294967295");
    }
}
