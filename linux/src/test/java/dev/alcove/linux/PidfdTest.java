package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PidfdTest {
    @Test
    void reapsTheStatusOfAnExit() {
        try (SpawnedChild child = SpawnedChild.shell("exit 37");
                Pidfd process = child.open()) {
            Pidfd.End end = process.reap();
            assertThat(end.status()).isEqualTo(new WaitStatus.Exited(37));
            assertThat(end.status().shellCode()).isEqualTo(37);
            assertThat(end.usage().maxResidentBytes()).isGreaterThan(100_000);
            assertThat(process.isAlive()).isFalse();
            assertThat(process.exists()).isFalse();
            assertThat(process.send(Signal.TERM)).isFalse();
            assertThatThrownBy(process::reap)
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECHILD));
        }
    }

    @Test
    void reapsTheSignalOfADeath() {
        try (SpawnedChild child = SpawnedChild.shell("exec sleep 300");
                Pidfd process = child.open()) {
            assertThat(process.isAlive()).isTrue();
            assertThat(process.tryReap()).isEmpty();
            assertThat(process.send(Signal.KILL)).isTrue();
            assertThat(process.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(process.exists()).isTrue();
            assertThat(process.isAlive()).isFalse();
            WaitStatus status = process.tryReap().orElseThrow().status();
            assertThat(status).isEqualTo(new WaitStatus.Signaled(Signal.KILL, false));
            assertThat(status.shellCode()).isEqualTo(137);
        }
    }

    @Test
    void aSignalReachesTheProcessesOwnHandler() {
        try (SpawnedChild child =
                        SpawnedChild.shell("trap 'exit 5' USR1; kill -STOP $$; while :; do sleep 0.01; done");
                Pidfd process = child.open()) {
            // It stops itself after its trap is set, so the signal cannot come too early.
            while (Proc.stat(child.pid()).orElseThrow().state() != 'T') {
                Thread.onSpinWait();
            }
            process.send(Signal.USR1);
            process.send(Signal.CONT);
            assertThat(process.reap().status()).isEqualTo(new WaitStatus.Exited(5));
        }
    }

    @Test
    void nobodyIsNotOpened() {
        assertThat(Pidfd.open(Integer.MAX_VALUE)).isEmpty();
        assertThatThrownBy(() -> Pidfd.open(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void statusWordsAreDecoded() {
        assertThat(WaitStatus.decode(0x0300)).isEqualTo(new WaitStatus.Exited(3));
        assertThat(WaitStatus.decode(9)).isEqualTo(new WaitStatus.Signaled(Signal.KILL, false));
        assertThat(WaitStatus.decode(0x8b)).isEqualTo(new WaitStatus.Signaled(Signal.SEGV, true));
        assertThatThrownBy(() -> WaitStatus.decode(0x137f)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WaitStatus.decode(0xffff)).isInstanceOf(IllegalArgumentException.class);
    }
}
