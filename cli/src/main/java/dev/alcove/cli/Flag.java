package dev.alcove.cli;

/**
 * A flag of a command: one row of the table from which parser, help and shell completion are made.
 *
 * @param name        its long name, without dashes
 * @param letter      its short name, or {@link #NO_LETTER}
 * @param placeholder how its value is called in the help, as {@code FILE} or {@code none|host|ns:PATH}; empty if it has none
 * @param help        one sentence for the help
 * @param group       the heading it stands under
 * @param repeatable  whether each use adds a value; otherwise the last one counts
 * @param optional    whether it may stand without its value, which then is in the same word: {@code --net} and {@code
 *     --net=FILE}, {@code -n} and {@code -n=FILE}
 */
public record Flag(
        String name, char letter, String placeholder, String help, String group, boolean repeatable, boolean optional) {
    /** Stands for no short name. */
    public static final char NO_LETTER = ' ';

    /** Whether it has a value, which may be the next word. */
    public boolean takesValue() {
        return !placeholder.isEmpty() && !optional;
    }

    /** Whether it has a short name. */
    public boolean hasLetter() {
        return letter != NO_LETTER;
    }
}
