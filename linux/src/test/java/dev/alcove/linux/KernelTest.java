package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelTest {
    @Test
    void randomBytesAreAsManyAsAskedForAndNeverTheSame() {
        assertThat(Kernel.random(0)).isEmpty();
        assertThat(Kernel.random(32)).hasSize(32).isNotEqualTo(Kernel.random(32));
        assertThat(Kernel.random(256)).hasSize(256);
    }

    @Test
    void refusesAnotherNumberOfRandomBytes() {
        assertThatThrownBy(() -> Kernel.random(-1)).hasMessage("random bytes: -1 is not 0 to 256");
        assertThatThrownBy(() -> Kernel.random(257)).hasMessage("random bytes: 257 is not 0 to 256");
    }

    @Test
    void theVersionIsTheOneOfUname() {
        assertThat(System.getProperty("os.version"))
                .startsWith(Kernel.version() / 1000 + "." + Kernel.version() % 1000);
    }
}
