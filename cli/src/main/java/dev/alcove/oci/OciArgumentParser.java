package dev.alcove.oci;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads words as Go's package flag does, which is runc's grammar: a flag has one dash or two, its value is the next word
 * or follows {@code =}, a switch takes one only after {@code =}, and {@code --} ends the flags.
 */
final class OciArgumentParser {
    private final String command;
    private final List<OciFlag> flags;
    private final boolean flagsLast;
    private final List<String> words;
    private final FlagValues.Collected values = new FlagValues.Collected();
    private final List<String> positionals = new ArrayList<>();
    private int at;

    private OciArgumentParser(String command, List<OciFlag> flags, boolean flagsLast, List<String> words) {
        this.command = command;
        this.flags = flags;
        this.flagsLast = flagsLast;
        this.words = words;
    }

    /** Flags and what stands after them. */
    record Parsed(FlagValues flags, List<String> rest) {}

    /**
     * Reads the flags before the command.
     *
     * @throws OciUsageException for a flag that is not there, or a value that is none
     */
    static Parsed globals(List<String> words) {
        return new OciArgumentParser("", OciManuals.GLOBALS, false, words).parse();
    }

    /**
     * Reads a command's flags and arguments. The number of arguments is left to {@link OciManual#checkCount}, since
     * {@code --help} needs none.
     *
     * @throws OciUsageException for a flag that is not there, or a value that is none
     */
    static Parsed command(OciManual manual, List<String> words) {
        return new OciArgumentParser(manual.name(), manual.flags(), manual.flagsLast(), words).parse();
    }

    private Parsed parse() {
        while (at < words.size()) {
            String word = words.get(at);
            if (word.length() < 2 || word.charAt(0) != '-') {
                positionals.add(word);
                at++;
                if (!flagsLast) {
                    break;
                }
            } else if (word.equals("--")) {
                at++;
                break;
            } else if (!positionals.isEmpty() && !isKnown(word)) {
                // As runc: among arguments only a word that is one of the flags counts as a flag ("kill web -9").
                positionals.add(word);
                at++;
            } else {
                flag(word);
            }
        }
        positionals.addAll(words.subList(at, words.size()));
        return new Parsed(values.values(), List.copyOf(positionals));
    }

    private static String name(String word) {
        String name = word.substring(word.startsWith("--") ? 2 : 1);
        int equals = name.indexOf('=');
        return equals < 0 ? name : name.substring(0, equals);
    }

    private boolean isKnown(String word) {
        String name = name(word);
        for (OciFlag flag : flags) {
            if (flag.is(name)) {
                return true;
            }
        }
        return OciManuals.HELP.is(name);
    }

    private void flag(String word) {
        String name = name(word);
        if (name.isEmpty() || name.charAt(0) == '-') {
            throw refusal("bad flag syntax: " + word);
        }
        OciFlag flag = find(name);
        int equals = word.indexOf('=');
        at++;
        if (equals >= 0) {
            set(flag, name, word.substring(equals + 1));
        } else if (flag.kind() == OciFlag.Kind.SWITCH) {
            values.add(flag, "true");
        } else if (at < words.size()) {
            set(flag, name, words.get(at++));
        } else {
            throw refusal("flag needs an argument: -" + name);
        }
    }

    private OciFlag find(String name) {
        for (OciFlag flag : flags) {
            if (flag.is(name)) {
                return flag;
            }
        }
        if (OciManuals.HELP.is(name)) {
            return OciManuals.HELP;
        }
        throw refusal("flag provided but not defined: -" + name);
    }

    private void set(OciFlag flag, String name, String value) {
        try {
            switch (flag.kind()) {
                case SWITCH -> GoValues.bool(value);
                case NUMBER, NUMBERS -> GoValues.integer(value);
                case DURATION -> GoValues.duration(value);
                case TEXT, TEXTS -> {}
            }
        } catch (GoValues.BadValueException e) {
            String quoted = GoValues.quote(value);
            throw refusal(
                    flag.kind() == OciFlag.Kind.SWITCH
                            ? "invalid boolean value " + quoted + " for -" + name + ": " + e.reason()
                            : "invalid value " + quoted + " for flag -" + name + ": " + reason(flag, quoted, e));
        }
        values.add(flag, value);
    }

    /** Go's list of numbers has its own words for the same. */
    private static String reason(OciFlag flag, String quoted, GoValues.BadValueException e) {
        if (flag.kind() != OciFlag.Kind.NUMBERS) {
            return e.reason();
        }
        return "strconv.ParseInt: parsing " + quoted + ": "
                + (e.reason().equals("parse error") ? "invalid syntax" : e.reason());
    }

    private OciUsageException refusal(String message) {
        return OciUsageException.flag(command, message);
    }
}
