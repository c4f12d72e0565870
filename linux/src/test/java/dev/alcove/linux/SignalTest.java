package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SignalTest {
    @ParameterizedTest
    @CsvSource({
        "TERM,15",
        "SIGTERM,15",
        "sigterm,15",
        "kill,9",
        "15,15",
        "1,1",
        "64,64",
        "RTMIN,34",
        "SIGRTMIN+3,37",
        "rtmax-1,63",
        "RTMAX,64",
        "CLD,17",
        "IOT,6",
        "POLL,29",
        "SYS,31",
        "RTMIN+30,64"
    })
    void readsNamesAndNumbers(String text, int number) {
        assertThat(Signal.parse(text)).contains(Signal.of(number));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "65",
                "-1",
                "SIG",
                "TERMS",
                "RTMIN+31",
                "RTMIN-1",
                "RTMAX-31",
                "1x",
                "999999999999",
                "RTMIN+"
            })
    void refusesWhatIsNone(String text) {
        assertThat(Signal.parse(text)).isEmpty();
    }

    @Test
    void everyNameIsReadBack() {
        for (int i = 1; i <= Signal.MAX; i++) {
            if (i != 32 && i != 33) {
                assertThat(Signal.parse(Signal.of(i).kernelName())).contains(Signal.of(i));
            }
        }
        assertThatThrownBy(() -> Signal.of(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Signal.of(65)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Names and numbers against another reader of the kernel's headers: the shell. */
    @Test
    void namesAreThoseOfTheShell() throws Exception {
        for (int i = 1; i <= 31; i++) {
            Process shell = new ProcessBuilder("/bin/bash", "-c", "kill -l " + i).start();
            String name = new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Signal.of(i).kernelName()).isEqualTo("SIG" + name.strip());
        }
    }
}
