package dev.alcove.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The flags of one command in the order of its help. Filled when the command is made, only read afterwards; {@link RunFlags} is one.
 */
final class FlagTable {
    private final List<Flag> flags = new ArrayList<>();
    private final Map<String, String> others = new HashMap<>();
    private String group = "Flags";

    /** The heading of the flags that follow. */
    FlagTable group(String title) {
        group = title;
        return this;
    }

    FlagTable toggle(String name, String help) {
        return toggle(name, Flag.NO_LETTER, help);
    }

    FlagTable toggle(String name, char letter, String help) {
        return add(name, letter, "", help, false);
    }

    FlagTable value(String name, String placeholder, String help) {
        return value(name, Flag.NO_LETTER, placeholder, help);
    }

    FlagTable value(String name, char letter, String placeholder, String help) {
        return add(name, letter, placeholder, help, false);
    }

    FlagTable list(String name, String placeholder, String help) {
        return list(name, Flag.NO_LETTER, placeholder, help);
    }

    FlagTable list(String name, char letter, String placeholder, String help) {
        return add(name, letter, placeholder, help, true);
    }

    /** One whose value may be left out; the letter may be {@link Flag#NO_LETTER}. */
    FlagTable optional(String name, char letter, String placeholder, String help) {
        flags.add(new Flag(name, letter, placeholder, help, group, false, true));
        return this;
    }

    /** Another name of a flag, which the help does not show: docker's own second one. */
    FlagTable also(String other, String name) {
        others.put(other, name);
        return this;
    }

    private FlagTable add(String name, char letter, String placeholder, String help, boolean repeatable) {
        flags.add(new Flag(name, letter, placeholder, help, group, repeatable, false));
        return this;
    }

    List<Flag> flags() {
        return Collections.unmodifiableList(flags);
    }

    /** The flag of a long name, or null. */
    @Nullable
    Flag named(String written) {
        String name = others.getOrDefault(written, written);
        for (Flag flag : flags) {
            if (flag.name().equals(name)) {
                return flag;
            }
        }
        return null;
    }

    /** The flag of a short name, or null. */
    @Nullable
    Flag lettered(char letter) {
        for (Flag flag : flags) {
            if (flag.hasLetter() && flag.letter() == letter) {
                return flag;
            }
        }
        return null;
    }

    /** All long names with their dashes. */
    List<String> spellings() {
        List<String> names = new ArrayList<>();
        for (Flag flag : flags) {
            names.add("--" + flag.name());
        }
        return names;
    }
}
