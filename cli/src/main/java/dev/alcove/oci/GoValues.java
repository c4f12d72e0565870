package dev.alcove.oci;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;

/**
 * Values as Go's packages flag, strconv and time read and print them, since runc's callers write them so and match what
 * it prints.
 */
final class GoValues {

    private GoValues() {}

    /** A value that is none of its kind; the message is Go's reason. */
    static final class BadValueException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BadValueException(String reason) {
            super(reason);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * {@code strconv.ParseBool}.
     *
     * @throws BadValueException if it is none of its words
     */
    static boolean bool(String text) {
        return switch (text) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw new BadValueException("parse error");
        };
    }

    /**
     * {@code strconv.ParseInt} with base 0: decimal, 0x, 0o, 0b, or octal after a 0; with {@code _} between digits.
     *
     * @throws BadValueException if it is none, or does not fit 64 bits
     */
    static long integer(String text) {
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        String rest = text.substring(at);
        int radix = 10;
        boolean prefixed = false;
        if (rest.length() > 1 && rest.charAt(0) == '0') {
            radix = switch (Character.toLowerCase(rest.charAt(1))) {
                case 'x' -> 16;
                case 'b' -> 2;
                default -> 8;
            };
            prefixed = !Character.isDigit(rest.charAt(1)) && rest.charAt(1) != '_';
            boolean known = !prefixed || "xXbBoO".indexOf(rest.charAt(1)) >= 0;
            if (!known) {
                throw new BadValueException("parse error");
            }
            rest = rest.substring(prefixed ? 2 : 1);
            if (rest.startsWith("_")) {
                rest = rest.substring(1);
            }
        }
        if (rest.isEmpty() || rest.endsWith("_") || rest.startsWith("_") || rest.contains("__")) {
            throw new BadValueException("parse error");
        }
        String digits = rest.replace("_", "");
        for (int i = 0; i < digits.length(); i++) {
            if (Character.digit(digits.charAt(i), radix) < 0 || digits.charAt(i) > 'z') {
                throw new BadValueException("parse error");
            }
        }
        BigInteger value = new BigInteger((text.startsWith("-") ? "-" : "") + digits, radix);
        if (value.bitLength() > Long.SIZE - 1) {
            throw new BadValueException("value out of range");
        }
        return value.longValue();
    }

    /**
     * {@code time.ParseDuration}: decimal numbers with units, such as {@code 1.5s} and {@code 1h2m}.
     *
     * @throws BadValueException if it is none
     */
    static Duration duration(String text) {
        String rest = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        BigDecimal nanos = BigDecimal.ZERO;
        if (rest.isEmpty()) {
            throw new BadValueException("parse error");
        }
        for (int at = 0; at < rest.length(); ) {
            int unitAt = at;
            while (unitAt < rest.length() && "0123456789.".indexOf(rest.charAt(unitAt)) >= 0) {
                unitAt++;
            }
            int end = unitAt;
            while (end < rest.length() && "0123456789.".indexOf(rest.charAt(end)) < 0) {
                end++;
            }
            nanos = nanos.add(decimal(rest.substring(at, unitAt)).multiply(unit(rest.substring(unitAt, end))));
            at = end;
        }
        if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new BadValueException("parse error");
        }
        long whole = nanos.setScale(0, RoundingMode.DOWN).longValue();
        return Duration.ofNanos(text.startsWith("-") ? -whole : whole);
    }

    private static BigDecimal decimal(String text) {
        try {
            return new BigDecimal(text.startsWith(".") && text.length() > 1 ? "0" + text : text);
        } catch (NumberFormatException e) {
            throw new BadValueException("parse error");
        }
    }

    private static BigDecimal unit(String unit) {
        return BigDecimal.valueOf(
                switch (unit) {
                    case "ns" -> 1L;
                    case "us", "µs", "μs" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    default -> throw new BadValueException("parse error");
                });
    }

    /** A text in quotes as {@code %q} prints it. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\u0007' -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\u000b' -> out.append("\\v");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        out.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
