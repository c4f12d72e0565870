package dev.alcove.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a command was called with.
 *
 * @param command   the command's name, for refusals
 * @param toggles   names of the flags without value that are on, and of those whose value may be left out
 * @param values    the values of the others in the order given, by name
 * @param remaining what follows the flags
 */
record Arguments(String command, List<String> toggles, Map<String, List<String>> values, List<String> remaining) {
    /** Whether a flag without value, or with one that may be left out, is there. */
    boolean has(String name) {
        return toggles.contains(name);
    }

    /** The last value of a flag. */
    Optional<String> value(String name) {
        List<String> all = all(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** All values of a flag. */
    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /**
     * The last value of a flag as a whole number.
     *
     * @throws UsageException if it is none, or not between the two
     */
    OptionalLong number(String name, long least, long most) {
        Optional<String> text = value(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        long number;
        try {
            number = Long.parseLong(text.get());
        } catch (NumberFormatException e) {
            throw notANumber(name, text.get(), least, most);
        }
        if (number < least || number > most) {
            throw notANumber(name, text.get(), least, most);
        }
        return OptionalLong.of(number);
    }

    private UsageException notANumber(String name, String text, long least, long most) {
        String range = most == Long.MAX_VALUE ? "from " + least + " on" : "from " + least + " to " + most;
        return new UsageException(
                command,
                "--" + name + ": " + dev.alcove.spec.SpecException.quote(text) + " is not a whole number " + range);
    }

    /**
     * The only words a command takes.
     *
     * @throws UsageException if there are none, or more than {@code most}
     */
    List<String> words(String what, int most) {
        if (remaining.isEmpty()) {
            throw new UsageException(command, "missing argument: " + what);
        }
        if (remaining.size() > most) {
            throw new UsageException(
                    command,
                    "unexpected argument " + dev.alcove.spec.SpecException.quote(remaining.get(most)) + " after "
                            + what);
        }
        return remaining;
    }
}
