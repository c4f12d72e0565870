package dev.alcove.oci;

/**
 * A flag: one row of a command's table, from which both the parser and the help are made.
 *
 * @param name    its name without dashes
 * @param alias   its short name; empty if it has none
 * @param kind    what its value is
 * @param initial the value it has when it is not given, as the help shows it; empty: the help shows none
 * @param help    what the help says of it
 */
record OciFlag(String name, String alias, Kind kind, String initial, String help) {
    /** What a flag's value is, and how often it counts. */
    enum Kind {
        /** On or off; a value only in the same word: {@code --all}, {@code --all=false}. */
        SWITCH,
        /** Any text; the last one counts. */
        TEXT,
        /** Any texts; each use adds one. */
        TEXTS,
        /** A whole number as Go writes it, 64 bits; the last one counts. */
        NUMBER,
        /** Whole numbers; each use adds one. */
        NUMBERS,
        /** A time as Go writes it: {@code 1m30s}. */
        DURATION
    }

    static OciFlag on(String name, String alias, String help) {
        return new OciFlag(name, alias, Kind.SWITCH, "", help);
    }

    static OciFlag text(String name, String alias, String help) {
        return new OciFlag(name, alias, Kind.TEXT, "", help);
    }

    static OciFlag text(String name, String alias, String initial, String help) {
        return new OciFlag(name, alias, Kind.TEXT, initial, help);
    }

    static OciFlag texts(String name, String alias, String help) {
        return new OciFlag(name, alias, Kind.TEXTS, "", help);
    }

    static OciFlag number(String name, long initial, String help) {
        return new OciFlag(name, "", Kind.NUMBER, Long.toString(initial), help);
    }

    /** Whether a word of the command line, without its dashes, means this flag. */
    boolean is(String word) {
        return name.equals(word) || (!alias.isEmpty() && alias.equals(word));
    }

    /** Whether each use adds a value. */
    boolean repeatable() {
        return kind == Kind.TEXTS || kind == Kind.NUMBERS;
    }
}
