package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcTest {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final int NOBODY = Integer.MAX_VALUE;

    @Test
    void theOwnProcessIsTold() {
        ProcStatus status = Proc.status(SELF).orElseThrow();
        assertThat(status.threadGroup()).isEqualTo(SELF);
        assertThat(status.namespacePids()).contains(SELF);
        assertThat(status.threads()).isGreaterThan(1);
        assertThat(status.uids()).hasSize(4);
        assertThat(status.residentBytes()).isGreaterThan(1_000_000);
        ProcStat stat = Proc.stat(SELF).orElseThrow();
        assertThat(stat.pid()).isEqualTo(SELF);
        assertThat(stat.parent()).isEqualTo(status.parent());
        assertThat(stat.parent())
                .isEqualTo((int) ProcessHandle.current().parent().orElseThrow().pid());
        assertThat(stat.startTicks()).isPositive();
        assertThat(Proc.commandLine(SELF).orElseThrow().getFirst()).endsWith("java");
        assertThat(Proc.cgroups(SELF).orElseThrow())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.path()).startsWith("/"));
        assertThat(Proc.pids()).contains(SELF).isSorted();
    }

    @Test
    void aProcessThatIsNotThereIsEmpty() {
        assertThat(Proc.status(NOBODY)).isEmpty();
        assertThat(Proc.stat(NOBODY)).isEmpty();
        assertThat(Proc.commandLine(NOBODY)).isEmpty();
        assertThat(Proc.cgroups(NOBODY)).isEmpty();
        assertThat(Proc.uidMap(NOBODY)).isEmpty();
        assertThat(Proc.limits(NOBODY)).isEmpty();
        assertThat(Proc.mounts(NOBODY)).isEmpty();
    }

    @Test
    void aZombieIsStillTold() {
        try (SpawnedChild child = SpawnedChild.shell("exit 0");
                Pidfd process = child.open()) {
            assertThat(process.awaitEnd(java.time.Duration.ofSeconds(60))).isTrue();
            assertThat(Proc.stat(child.pid()).orElseThrow().state()).isEqualTo('Z');
            assertThat(Proc.status(child.pid()).orElseThrow().state()).isEqualTo('Z');
            assertThat(Proc.commandLine(child.pid()).orElseThrow()).isEmpty();
            assertThat(Proc.mounts(child.pid())).isEmpty();
            assertThat(Namespace.identity(NamespaceKind.MOUNT, child.pid())).isEmpty();
            process.reap();
            assertThat(Proc.stat(child.pid())).isEmpty();
        }
    }

    @Test
    void noNewPrivsAndUsersAreTold() {
        Needs.root();
        try (SpawnedChild child = SpawnedChild.shell(
                "exec setpriv --no-new-privs --reuid 70001 --regid 70002 --groups 5,70003 sleep 300")) {
            while (!Proc.commandLine(child.pid()).orElseThrow().equals(List.of("sleep", "300"))) {
                Thread.onSpinWait();
            }
            ProcStatus status = Proc.status(child.pid()).orElseThrow();
            assertThat(status.noNewPrivs()).isTrue();
            assertThat(status.uids()).containsOnly(70_001L);
            assertThat(status.gids()).containsOnly(70_002L);
            assertThat(status.groups()).containsExactly(5L, 70_003L);
            assertThat(status.capabilities().effective()).isEmpty();
            assertThat(Proc.status(SELF).orElseThrow().noNewPrivs()).isFalse();
        }
    }

    @Test
    void aNameMayHoldAnything() {
        ProcStat stat = ProcStat.parse("7 (a) R (b\n) S 1 7 7 0 -1 4194560 1 2 3 4 50 60 7 8 20 0 1 0 12345 9 9");
        assertThat(stat.name()).isEqualTo("a) R (b\n");
        assertThat(stat.state()).isEqualTo('S');
        assertThat(stat.foreground()).isEqualTo(-1);
        assertThat(stat.userTicks()).isEqualTo(50);
        assertThat(stat.systemTicks()).isEqualTo(60);
        assertThat(stat.threads()).isEqualTo(1);
        assertThat(stat.startTicks()).isEqualTo(12_345);
        assertThatThrownBy(() -> ProcStat.parse("nonsense")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cgroupLinesAreParted() {
        List<ProcCgroup> lines = ProcCgroup.parse("12:cpu,cpuacct:/a:b/c\n1:name=systemd:/\n0::/init.scope\n");
        assertThat(lines)
                .containsExactly(
                        new ProcCgroup(12, List.of("cpu", "cpuacct"), "/a:b/c"),
                        new ProcCgroup(1, List.of("name=systemd"), "/"),
                        new ProcCgroup(0, List.of(), "/init.scope"));
        assertThat(lines).extracting(ProcCgroup::isUnified).containsExactly(false, false, true);
    }

    @Test
    void threadsAndDescriptorsOfThisProcess() throws Exception {
        int self = Kernel.pid();
        assertThat(Proc.threads(self)).contains(self).hasSizeGreaterThan(1);
        assertThat(Proc.descriptors(self)).contains(0, 1, 2);
        assertThat(Proc.threads(Integer.MAX_VALUE)).isEmpty();
        assertThat(Proc.descriptors(Integer.MAX_VALUE)).isEmpty();
        assertThat(Proc.timeOffsets(self).orElseThrow()).contains("monotonic", "boottime");
    }
}
