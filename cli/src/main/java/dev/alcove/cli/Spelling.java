package dev.alcove.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Spells flags out as commons-cli reads them without doubt: {@code -itv/a:/b} becomes {@code --interactive --tty
 * --volume=/a:/b}. docker's rules (those of Go's pflag) differ from commons-cli's in the short forms: there {@code
 * -eKEY=VALUE} is refused, {@code -username} means {@code --user name}, and a value that begins with a dash is taken for
 * a flag.
 *
 * @param flags     flags only, each with its value in the same word
 * @param remaining what comes after the last flag: from the first word that is none, or after {@code --}
 */
record Spelling(List<String> flags, List<String> remaining) {
    static Spelling of(String command, FlagTable table, List<String> words) {
        List<String> flags = new ArrayList<>();
        int i = 0;
        while (i < words.size()) {
            String word = words.get(i);
            if (word.equals("--")) {
                i++;
                break;
            }
            if (word.length() < 2 || word.charAt(0) != '-') {
                break;
            }
            i++;
            String last = word.charAt(1) == '-' ? longFlag(table, word, flags) : letters(command, table, word, flags);
            if (!last.isEmpty()) {
                if (i == words.size()) {
                    throw new UsageException(command, last + ": needs a value");
                }
                flags.add(last + "=" + words.get(i++));
            }
        }
        return new Spelling(flags, words.subList(i, words.size()));
    }

    /** Adds the flag, or returns it if its value is the next word. */
    private static String longFlag(FlagTable table, String word, List<String> flags) {
        int equals = word.indexOf('=');
        @Nullable Flag flag = table.named(word.substring(2, equals < 0 ? word.length() : equals));
        if (flag != null && !flag.name().equals(word.substring(2, equals < 0 ? word.length() : equals))) {
            // By its other name.
            return longFlag(table, "--" + flag.name() + (equals < 0 ? "" : word.substring(equals)), flags);
        }
        if (flag != null && flag.takesValue() && equals < 0) {
            return word;
        }
        if (flag != null && !flag.takesValue() && !flag.optional() && equals >= 0) {
            toggle(flag, word.substring(equals + 1), word, flags);
        } else {
            flags.add(word);
        }
        return "";
    }

    private static String letters(String command, FlagTable table, String word, List<String> flags) {
        for (int i = 1; i < word.length(); i++) {
            @Nullable Flag flag = table.lettered(word.charAt(i));
            if (flag == null) {
                throw unknown(command, table, word, word.charAt(i));
            }
            String spelled = "--" + flag.name();
            String rest = word.substring(i + 1);
            if (flag.optional() && (rest.startsWith("=") || rest.startsWith("/"))) {
                flags.add(spelled + "=" + (rest.startsWith("=") ? rest.substring(1) : rest));
                return "";
            }
            if (!flag.takesValue()) {
                if (rest.startsWith("=")) {
                    toggle(flag, rest.substring(1), word, flags);
                    return "";
                }
                flags.add(spelled);
            } else if (rest.isEmpty()) {
                return spelled;
            } else {
                flags.add(spelled + "=" + (rest.startsWith("=") ? rest.substring(1) : rest));
                return "";
            }
        }
        return "";
    }

    private static UsageException unknown(String command, FlagTable table, String word, char letter) {
        if (command.equals("run")) {
            NotYet.refuseFlag("-" + letter);
        }
        String in = word.length() > 2 ? " in '" + word + "'" : "";
        @Nullable Flag whole = table.named(word.substring(1));
        String hint = whole == null ? "" : "; did you mean '-" + word + "'?";
        return new UsageException(command, "unknown flag '-" + letter + "'" + in + hint);
    }

    private static void toggle(Flag flag, String value, String word, List<String> flags) {
        switch (value) {
            case "true", "1" -> flags.add("--" + flag.name());
            case "false", "0" -> flags.remove("--" + flag.name());
            // Left as it is: commons-cli refuses it.
            default -> flags.add(word);
        }
    }
}
