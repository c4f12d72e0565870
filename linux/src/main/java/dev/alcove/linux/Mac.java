package dev.alcove.linux;

/**
 * A hardware address of Ethernet.
 *
 * @param bits the 48 bits, the first byte uppermost
 */
public record Mac(long bits) {
    private static final int LENGTH = 6;
    private static final String HEX = "0123456789abcdef";

    /** Checks that there are no more than 48 bits. */
    public Mac {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("a hardware address has 48 bits");
        }
    }

    /**
     * Reads the usual form, {@code 02:42:ac:11:00:02}, in either case.
     *
     * @param text six pairs of hexadecimal digits with colons between
     * @return the address
     * @throws IllegalArgumentException if it is anything else
     */
    public static Mac parse(String text) {
        long bits = 0;
        boolean good = text.length() == LENGTH * 3 - 1;
        for (int i = 0; good && i < text.length(); i++) {
            char c = text.charAt(i);
            if (i % 3 == 2) {
                good = c == ':';
            } else {
                int digit = c < 128 ? Character.digit(c, 16) : -1;
                good = digit >= 0;
                bits = bits << 4 | (digit & 0xf);
            }
        }
        if (!good) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a hardware address; write it like 02:42:ac:11:00:02");
        }
        return new Mac(bits);
    }

    static Mac of(byte[] bytes) {
        long bits = 0;
        for (byte b : bytes) {
            bits = bits << 8 | (b & 0xff);
        }
        return new Mac(bits);
    }

    byte[] bytes() {
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bytes[i] = (byte) (bits >>> (8 * (LENGTH - 1 - i)));
        }
        return bytes;
    }

    /** The usual form, in lower case. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(LENGTH * 3);
        for (byte b : bytes()) {
            if (!text.isEmpty()) {
                text.append(':');
            }
            text.append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
        }
        return text.toString();
    }
}
