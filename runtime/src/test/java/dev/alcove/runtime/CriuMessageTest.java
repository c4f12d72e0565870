package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CriuMessageTest {
    private static CriuMessage parse(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return CriuMessage.parse(bytes, bytes.length);
    }

    /** By hand, as protobuf.dev's "Encoding" has it. */
    @Test
    void isEncodedAsProtocolBuffers() {
        CriuMessage message = new CriuMessage.Builder()
                .number(1, "a", 150)
                .text(2, "b", "testing")
                .inner(3, "c", new CriuMessage.Builder().number(1, "a", 150).build())
                .number(16, "d", -1)
                .on(17, "e", false)
                .on(17, "f", true)
                .build();
        assertThat(HexFormat.of().formatHex(message.encode()))
                .isEqualTo("089601" + "120774657374696e67" + "1a03089601" + "8001ffffffffffffffffff01" + "880101");
        assertThat(message).hasToString("""
                        a: 150
                        b: "testing"
                        c {
                          a: 150
                        }
                        d: -1
                        f: 1
                        """);
    }

    @Test
    void anAnswerIsRead() {
        // type NOTIFY, success, notify { script "post-restore", pid 4711 }, a fixed64 and a fixed32 that nobody knows
        CriuMessage answer = parse(
                "0806" + "1001" + "2a110a0c706f73742d726573746f726510e724" + "f9060102030405060708" + "fd0601020304");
        assertThat(answer.number(1)).contains(6L);
        assertThat(answer.number(2)).contains(1L);
        assertThat(answer.number(9)).isEmpty();
        CriuMessage notify = answer.inner(5).orElseThrow();
        assertThat(notify.text(1)).contains("post-restore");
        assertThat(notify.number(2)).contains(4711L);
        assertThat(answer.inner(4)).isEmpty();
    }

    @Test
    void whatIsReadIsWrittenAgain() {
        CriuMessage message = new CriuMessage.Builder()
                .number(1, "", 1L << 62)
                .text(200, "", "ä\n")
                .build();
        byte[] bytes = message.encode();
        assertThat(CriuMessage.parse(Arrays.copyOf(bytes, bytes.length + 9), bytes.length)
                        .encode())
                .isEqualTo(bytes);
    }

    @Test
    void whatIsCutOffIsRefused() {
        for (String hex :
                new String[] {"08", "0896", "1207746573", "08ffffffffffffffffffff01", "0b", "f90601", "12ffffffff0f"}) {
            assertThatIllegalArgumentException().as(hex).isThrownBy(() -> parse(hex));
        }
    }

    @Test
    void noiseIsAMessageOrRefused() {
        Random random = new Random(4);
        int messages = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            try {
                CriuMessage.parse(noise, noise.length);
                messages++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
        assertThat(messages).isPositive();
    }
}
