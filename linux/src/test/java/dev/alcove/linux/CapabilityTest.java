package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CapabilityTest {
    @Test
    void theNumbersAreTheKernels() {
        assertThat(Capability.values()).hasSize(41);
        int number = 0;
        for (Capability capability : Capability.values()) {
            assertThat(capability.number()).isEqualTo(number++);
        }
        assertThat(Capability.SYS_ADMIN.number()).isEqualTo(21);
        assertThat(Capability.CHECKPOINT_RESTORE.number()).isEqualTo(40);
    }

    @Test
    void namesAreReadInEveryUsualSpelling() {
        assertThat(Capability.named("CAP_CHOWN")).contains(Capability.CHOWN);
        assertThat(Capability.named("chown")).contains(Capability.CHOWN);
        assertThat(Capability.named("cap_Net_Admin")).contains(Capability.NET_ADMIN);
        assertThat(Capability.named("CAP_")).isEmpty();
        assertThat(Capability.named("ALL")).isEmpty();
        assertThat(Capability.allNamed("all")).hasSize(41);
        assertThat(Capability.allNamed("kill")).containsExactly(Capability.KILL);
        assertThat(Capability.allNamed("killer")).isEmpty();
    }

    @Test
    void masksGoBothWays() {
        long docker = 0xa80425fbL;
        assertThat(Capability.ofMask(docker)).hasSize(14).contains(Capability.NET_RAW, Capability.SETFCAP);
        assertThat(Capability.mask(Capability.ofMask(docker))).isEqualTo(docker);
        assertThat(Capability.ofMask(-1)).isEqualTo(EnumSet.allOf(Capability.class));
    }

    @Test
    void procAndCapgetAgree() {
        CapabilitySets asked = Capabilities.ofThread();
        CapabilitySets read =
                Capabilities.of((int) ProcessHandle.current().pid()).orElseThrow();
        assertThat(read).isEqualTo(asked);
        assertThat(asked.permitted()).containsAll(asked.effective());
        assertThat(Capabilities.of(Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void aDroppedCapabilityIsGone() throws Exception {
        Needs.root();
        try (SpawnedChild child = SpawnedChild.shell("exec setpriv --bounding-set=-mknod --inh-caps=-all sleep 300")) {
            while (!Proc.commandLine(child.pid()).orElseThrow().equals(List.of("sleep", "300"))) {
                Thread.onSpinWait();
            }
            CapabilitySets sets = Capabilities.of(child.pid()).orElseThrow();
            assertThat(sets.bounding()).doesNotContain(Capability.MKNOD).contains(Capability.CHOWN);
            assertThat(sets.effective()).doesNotContain(Capability.MKNOD).contains(Capability.CHOWN);
        }
    }

    @Test
    void thisKernelKnowsAtLeastThoseOfFiveFifteen() {
        assertThat(Capabilities.last()).isGreaterThanOrEqualTo(40);
        assertThat(Capabilities.known()).hasSize(41);
    }
}
