package dev.alcove.oci;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The flags that were given, with their values by the flag's name. The parser has checked that each value is of the
 * flag's kind.
 *
 * @param given the values in the order in which they were written; of a flag that counts once only the last
 */
record FlagValues(Map<String, List<String>> given) {
    static final FlagValues NONE = new FlagValues(Map.of());

    /** Copies the map. */
    FlagValues {
        given = Map.copyOf(given);
    }

    /** Whether a flag was given at all. */
    boolean has(String name) {
        return given.containsKey(name);
    }

    /** Whether a switch is on. */
    boolean on(String name) {
        return GoValues.bool(last(name, "false"));
    }

    /** A text; empty if it was not given, and as well if it was given as empty, which runc does not tell apart either. */
    Optional<String> text(String name) {
        String value = last(name, "");
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    /** All values of a flag that may be repeated. */
    List<String> texts(String name) {
        return given.getOrDefault(name, List.of());
    }

    long number(String name, long otherwise) {
        return GoValues.integer(last(name, Long.toString(otherwise)));
    }

    List<Long> numbers(String name) {
        List<Long> all = new ArrayList<>();
        for (String text : texts(name)) {
            all.add(GoValues.integer(text));
        }
        return all;
    }

    Duration duration(String name, Duration otherwise) {
        return has(name) ? GoValues.duration(last(name, "")) : otherwise;
    }

    private String last(String name, String otherwise) {
        List<String> values = texts(name);
        return values.isEmpty() ? otherwise : values.getLast();
    }

    /** Collects values while words are read. */
    static final class Collected {
        private final Map<String, List<String>> values = new HashMap<>();

        void add(OciFlag flag, String value) {
            List<String> all = values.computeIfAbsent(flag.name(), name -> new ArrayList<>());
            if (!flag.repeatable()) {
                all.clear();
            }
            all.add(value);
        }

        FlagValues values() {
            values.replaceAll((name, all) -> List.copyOf(all));
            return new FlagValues(values);
        }
    }
}
