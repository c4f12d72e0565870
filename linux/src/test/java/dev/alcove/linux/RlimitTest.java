package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class RlimitTest {
    @Test
    void everyLimitReadIsTheOneProcShows() {
        int self = (int) ProcessHandle.current().pid();
        Map<Rlimit, RlimitValue> shown = Proc.limits(self).orElseThrow();
        assertThat(shown).hasSize(16);
        for (Rlimit resource : Rlimit.values()) {
            assertThat(resource.of(0)).contains(shown.get(resource));
        }
    }

    @Test
    void aLimitSetOnAChildIsInForce() {
        try (SpawnedChild child = SpawnedChild.shell("exec sleep 300")) {
            RlimitValue value = new RlimitValue(17, 18);
            assertThat(Rlimit.NOFILE.set(child.pid(), value)).isTrue();
            assertThat(Rlimit.NOFILE.of(child.pid())).contains(value);
            assertThat(Proc.limits(child.pid()).orElseThrow()).containsEntry(Rlimit.NOFILE, value);
        }
        assertThat(Rlimit.NOFILE.of(Integer.MAX_VALUE)).isEmpty();
        assertThat(Rlimit.NOFILE.set(Integer.MAX_VALUE, RlimitValue.of(1))).isFalse();
    }

    @Test
    void namesAreReadAndTextIsDockers() {
        assertThat(Rlimit.named("nofile")).contains(Rlimit.NOFILE);
        assertThat(Rlimit.named("RLIMIT_AS")).contains(Rlimit.AS);
        assertThat(Rlimit.named("files")).isEmpty();
        assertThat(Rlimit.RTTIME.kernelName()).isEqualTo("RLIMIT_RTTIME");
        assertThat(new RlimitValue(5, RlimitValue.UNLIMITED)).hasToString("5:unlimited");
        assertThatThrownBy(() -> new RlimitValue(RlimitValue.UNLIMITED, 5))
                .hasMessage("the soft limit unlimited is above the hard limit 5");
    }
}
