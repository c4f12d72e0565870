package dev.alcove.spec;

import java.util.List;
import java.util.Locale;

/**
 * A resource limit as docker writes it: {@code --ulimit NAME=SOFT[:HARD]}, setrlimit(2).
 *
 * @param name as {@code nofile}
 * @param soft the limit in force, or -1 for none; the unit is the limit's own
 * @param hard the ceiling, or -1 for none
 */
public record Ulimit(String name, long soft, long hard) {
    /** The limits there are. */
    public static final List<String> NAMES = List.of(
            "as",
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack");

    private static final String FIELD = "--ulimit";

    /**
     * Reads {@code NAME=SOFT[:HARD]}; without HARD both are SOFT.
     *
     * @throws SpecException if there is no such limit, a number is wrong, or SOFT is above HARD
     */
    public static Ulimit parse(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw SpecException.not(FIELD, text, "a limit, as nofile=1024 or nofile=1024:4096");
        }
        String name = text.substring(0, equals);
        if (!NAMES.contains(name)) {
            throw SpecException.not(FIELD, name, "a resource limit", NAMES);
        }
        String values = text.substring(equals + 1);
        int colon = values.indexOf(':');
        long soft = number(text, colon < 0 ? values : values.substring(0, colon));
        long hard = colon < 0 ? soft : number(text, values.substring(colon + 1));
        if (hard >= 0 && (soft < 0 || soft > hard)) {
            throw SpecException.not(FIELD, text, "a limit: the soft one is above the hard one");
        }
        return new Ulimit(name, soft, hard);
    }

    private static long number(String text, String digits) {
        if (digits.equals("-1") || digits.equals("unlimited")) {
            return -1;
        }
        if (Split.isDigits(digits)) {
            try {
                return Long.parseLong(digits);
            } catch (NumberFormatException e) {
                throw SpecException.not(
                        FIELD, text, "a limit: numbers end at " + Long.MAX_VALUE + ", -1 is without end");
            }
        }
        throw SpecException.not(
                FIELD, text, "a limit: " + SpecException.quote(digits) + " is no number; -1 is without end");
    }

    /** As config.json has it. */
    public PosixRlimit toRlimit() {
        return new PosixRlimit("RLIMIT_" + name.toUpperCase(Locale.ROOT), new Uint64(hard), new Uint64(soft));
    }
}
