package dev.alcove.spec;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * A size in bytes, or no limit.
 *
 * <p>Written as docker has it: a number, then nothing or {@code b} for bytes, {@code k}, {@code m}, {@code g}, {@code t} or
 * {@code p} for powers of 1024, which {@code kb} and {@code kib} mean too. Letter case does not count.
 *
 * @param value bytes from 0 on, or -1 for no limit
 */
public record Bytes(long value) implements Comparable<Bytes> {
    /** No limit. */
    public static final Bytes UNLIMITED = new Bytes(-1);

    private static final String UNITS = "kmgtp";
    private static final int LONGEST = 40;
    private static final int STEP = 10;

    /**
     * A size.
     *
     * @throws SpecException if it is below -1
     */
    public Bytes {
        if (value < -1) {
            throw SpecException.not("", Long.toString(value), "a size: it is negative");
        }
    }

    /** So many bytes. */
    public static Bytes of(long bytes) {
        return scaled(bytes, 0);
    }

    /** So many times 1024 bytes. */
    public static Bytes kibi(long n) {
        return scaled(n, STEP);
    }

    /** So many times 1024^2 bytes. */
    public static Bytes mebi(long n) {
        return scaled(n, 2 * STEP);
    }

    /** So many times 1024^3 bytes. */
    public static Bytes gibi(long n) {
        return scaled(n, 3 * STEP);
    }

    private static Bytes scaled(long n, int shift) {
        if (n < 0 || n > Long.MAX_VALUE >> shift) {
            throw SpecException.not("", Long.toString(n), "a size: it is negative or too large");
        }
        return new Bytes(n << shift);
    }

    /**
     * Reads a size as people write it.
     *
     * @param field the flag, for the refusal
     * @param text  as {@code 512}, {@code 64k}, {@code 1.5g}, {@code 1GiB}; a part of a byte is dropped
     * @throws SpecException if it is no size, negative or above 2^63-1
     */
    public static Bytes parse(String field, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int end = 0;
        int dots = 0;
        while (end < lower.length() && "0123456789.".indexOf(lower.charAt(end)) >= 0) {
            dots += lower.charAt(end) == '.' ? 1 : 0;
            end++;
        }
        String number = lower.substring(0, end);
        String unit = lower.substring(end).strip();
        int shift = shift(unit);
        boolean digits = end > dots && number.charAt(0) != '.' && dots <= 1 && !number.endsWith(".");
        if (!digits || shift < 0 || end > LONGEST) {
            String why = lower.startsWith("-") ? "a size: it is negative" : "a size, as 512, 64k, 256m or 1.5g";
            throw SpecException.not(field, text, why);
        }
        BigDecimal bytes = new BigDecimal(number).multiply(BigDecimal.valueOf(1L << shift));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw SpecException.not(field, text, "a size below 8 EiB");
        }
        return new Bytes(bytes.longValue());
    }

    /**
     * Reads a size, or {@code -1} for no limit.
     *
     * @throws SpecException as {@link #parse}
     */
    public static Bytes parseLimit(String field, String text) {
        return text.equals("-1") ? UNLIMITED : parse(field, text);
    }

    private static int shift(String unit) {
        if (unit.isEmpty() || unit.equals("b")) {
            return 0;
        }
        int index = UNITS.indexOf(unit.charAt(0));
        String rest = unit.substring(1);
        return index >= 0 && (rest.isEmpty() || rest.equals("b") || rest.equals("ib")) ? (index + 1) * STEP : -1;
    }

    /** Whether this is no limit. */
    public boolean isUnlimited() {
        return value < 0;
    }

    /** The shortest text that {@link #parseLimit} reads back as the same: {@code 1536m}. */
    public String exact() {
        int unit = 0;
        long n = value;
        while (n > 0 && unit < UNITS.length() && (n & ((1 << STEP) - 1)) == 0) {
            n >>= STEP;
            unit++;
        }
        return unit == 0 ? Long.toString(n) : Long.toString(n) + UNITS.charAt(unit - 1);
    }

    /** About the size, for people: {@code 1.5GiB}; three digits at least count. */
    public String text() {
        if (isUnlimited()) {
            return "unlimited";
        }
        int unit = 0;
        while (unit < UNITS.length() && value >> (STEP * (unit + 1)) > 0) {
            unit++;
        }
        if (unit == 0) {
            return value + "B";
        }
        BigDecimal n = BigDecimal.valueOf(value).divide(BigDecimal.valueOf(1L << (STEP * unit)));
        String digits = n.setScale(n.longValue() >= 100 ? 0 : n.longValue() >= 10 ? 1 : 2, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
        return digits + Character.toUpperCase(UNITS.charAt(unit - 1)) + "iB";
    }

    @Override
    public int compareTo(Bytes other) {
        return Long.compareUnsigned(value, other.value);
    }
}
