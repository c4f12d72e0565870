package dev.alcove.spec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;

/** Durations as Go and docker write them: {@code 10s}, {@code 1m30s}, {@code 1.5h}, {@code 500ms}; plain numbers are seconds. */
public final class Durations {
    private static final List<String> UNITS = List.of("ns", "us", "µs", "μs", "ms", "s", "m", "h");
    private static final long[] NANOS = {
        1, 1_000, 1_000, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000L, 3_600_000_000_000L
    };
    private static final int LONGEST = 64;

    private Durations() {}

    /**
     * Reads a duration of nought or more.
     *
     * @param field the flag, for the refusal
     * @throws SpecException if it is none, is negative, or has more than 2^63-1 seconds; parts of a nanosecond are dropped
     */
    public static Duration parse(String field, String text) {
        if (text.startsWith("-")) {
            throw SpecException.not(field, text, "a duration: it is negative");
        }
        return parseSigned(field, text);
    }

    /** Reads a duration that may begin with {@code +} or {@code -}; otherwise as {@link #parse}. */
    public static Duration parseSigned(String field, String text) {
        boolean minus = text.startsWith("-");
        int at = minus || text.startsWith("+") ? 1 : 0;
        if (at == text.length() || text.length() > LONGEST) {
            throw none(field, text);
        }
        BigDecimal nanos = BigDecimal.ZERO;
        while (at < text.length()) {
            int start = at;
            while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            BigDecimal number = number(field, text, text.substring(start, at));
            int unitStart = at;
            while (at < text.length() && !isDigit(text.charAt(at)) && text.charAt(at) != '.') {
                at++;
            }
            String unit = text.substring(unitStart, at);
            boolean plain = unit.isEmpty() && start <= 1 && nanos.signum() == 0;
            int index = plain ? UNITS.indexOf("s") : UNITS.indexOf(unit);
            if (index < 0) {
                throw none(field, text);
            }
            nanos = nanos.add(number.multiply(BigDecimal.valueOf(NANOS[index])));
        }
        BigInteger whole = minus ? nanos.toBigInteger().negate() : nanos.toBigInteger();
        BigInteger[] parts = whole.divideAndRemainder(BigInteger.valueOf(1_000_000_000));
        if (parts[0].bitLength() > 62) {
            throw SpecException.not(field, text, "a duration below 146 billion years");
        }
        return Duration.ofSeconds(parts[0].longValue(), parts[1].longValue());
    }

    private static BigDecimal number(String field, String text, String digits) {
        int dot = digits.indexOf('.');
        boolean good = dot < 0
                ? Split.isDigits(digits)
                : digits.length() > 1 && Split.isDigits(digits.substring(0, dot) + digits.substring(dot + 1));
        if (!good) {
            throw none(field, text);
        }
        return new BigDecimal(digits.startsWith(".") ? "0" + digits : digits);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static SpecException none(String field, String text) {
        return SpecException.not(field, text, "a duration, as 10s, 1m30s, 500ms or a number of seconds");
    }

    /** The duration as {@link #parseSigned} reads it: {@code 1h30m}, {@code -5s}, {@code 500ms}. */
    public static String text(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        if (duration.isNegative()) {
            return "-" + text(duration.negated());
        }
        var out = new StringBuilder();
        long hours = duration.toHours();
        int minutes = duration.toMinutesPart();
        int seconds = duration.toSecondsPart();
        int nanos = duration.toNanosPart();
        if (hours > 0) {
            out.append(hours).append('h');
        }
        if (minutes > 0) {
            out.append(minutes).append('m');
        }
        if (seconds > 0) {
            out.append(seconds).append('s');
        }
        if (nanos > 0) {
            int unit = nanos % 1_000_000 == 0 ? 4 : nanos % 1_000 == 0 ? 1 : 0;
            out.append(nanos / NANOS[unit]).append(UNITS.get(unit));
        }
        return out.toString();
    }
}
