package dev.alcove.oci;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Points of time as RFC 3339 has them, in UTC. By hand: java.time's formatter is the dearest class of a cold start that
 * prints one.
 */
final class Timestamps {
    private static final int NANO_DIGITS = 9;

    private Timestamps() {}

    /** To the second: {@code 2026-01-02T03:04:05Z}, as in the log. */
    static String seconds(Instant time) {
        return text(time, false);
    }

    /** With as many digits of the second as are not zero, as Go's RFC3339Nano: {@code 2026-01-02T03:04:05.25Z}. */
    static String nanos(Instant time) {
        return text(time, true);
    }

    private static String text(Instant time, boolean fraction) {
        LocalDateTime t = LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
        StringBuilder out = new StringBuilder("0000-00-00T00:00:00".length() + NANO_DIGITS + 2);
        number(out, t.getYear(), 4).append('-');
        number(out, t.getMonthValue(), 2).append('-');
        number(out, t.getDayOfMonth(), 2).append('T');
        number(out, t.getHour(), 2).append(':');
        number(out, t.getMinute(), 2).append(':');
        number(out, t.getSecond(), 2);
        int nano = t.getNano();
        if (fraction && nano > 0) {
            number(out.append('.'), nano, NANO_DIGITS);
            while (out.charAt(out.length() - 1) == '0') {
                out.setLength(out.length() - 1);
            }
        }
        return out.append('Z').toString();
    }

    private static StringBuilder number(StringBuilder out, int value, int width) {
        String digits = Integer.toString(value);
        return out.repeat('0', Math.max(0, width - digits.length())).append(digits);
    }
}
