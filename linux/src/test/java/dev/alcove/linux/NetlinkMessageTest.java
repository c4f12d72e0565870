package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NetlinkMessageTest {
    private static NetlinkAttributes read(byte[] message) {
        return NetlinkAttributes.of(ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()), NetlinkMessage.HEADER);
    }

    @Test
    void readsBackWhatItWrote() {
        NetlinkMessage message = new NetlinkMessage(16, NetlinkMessage.ACK);
        message.attribute(1, "odd").attribute(2, 0xfedcba98).attribute(3, new byte[] {1, 2, 3, 4, 5});
        int outer = message.begin(4);
        message.attribute(1, "inside");
        int inner = message.begin(2);
        message.attribute(9, 9);
        message.end(inner);
        message.end(outer);
        message.attribute(5, new byte[1000]).attribute(6, "after it grew");

        byte[] bytes = message.bytes(77);
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        assertThat(header.getInt(0)).isEqualTo(bytes.length);
        assertThat(header.getShort(4)).isEqualTo((short) 16);
        assertThat(header.getShort(6)).isEqualTo((short) 5);
        assertThat(header.getInt(8)).isEqualTo(77);

        NetlinkAttributes attributes = read(bytes);
        assertThat(attributes.string(1)).isEqualTo("odd");
        assertThat(attributes.u32(2)).hasValue(0xfedcba98);
        assertThat(attributes.bytes(3)).containsExactly(1, 2, 3, 4, 5);
        assertThat(attributes.nested(4).string(1)).isEqualTo("inside");
        assertThat(attributes.nested(4).nested(2).u32(9)).hasValue(9);
        assertThat(attributes.bytes(5)).hasSize(1000);
        assertThat(attributes.string(6)).isEqualTo("after it grew");
        assertThat(attributes.has(7)).isFalse();
        assertThat(attributes.string(7)).isEmpty();
        assertThat(attributes.nested(7).u32(1)).isEmpty();
    }

    @Test
    void staysWithinWhateverBytesItGets() {
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            for (int at = 1; at < bytes.length; at += 4) {
                // Small lengths and types, or nearly every list would end at its first attribute.
                bytes[at] = 0;
            }
            assertThatCode(() -> {
                        NetlinkAttributes attributes = read(bytes);
                        for (int type = 0; type < 16; type++) {
                            attributes.u32(type);
                            attributes.string(type);
                            attributes.nested(type).nested(1).bytes(1);
                        }
                    })
                    .doesNotThrowAnyException();
        }
    }
}
