package dev.alcove.cli;

import java.util.ArrayList;
import java.util.List;

/** What can be completed, read off the commands' flag tables: the same for all shells. */
final class Completion {
    private Completion() {}

    /** What follows a flag. */
    enum Kind {
        /** Nothing: it has no value. */
        NONE,
        /** One of its {@link #words}. */
        WORDS,
        /** A file or directory of the host. */
        FILE,
        /** Something that cannot be guessed. */
        FREE
    }

    static List<Manual> manuals() {
        List<Manual> all = new ArrayList<>();
        for (String name : Commands.NAMES) {
            Commands.find(name).ifPresent(command -> all.add(command.manual()));
        }
        for (String name : Commands.OF_TWO_WORDS) {
            Commands.find(name).ifPresent(command -> all.add(command.manual()));
        }
        return all;
    }

    /** The second words of a command. */
    static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        for (String name : Commands.OF_TWO_WORDS) {
            if (name.startsWith(command + " ")) {
                words.add(name.substring(command.length() + 1));
            }
        }
        return words;
    }

    static Kind kind(Flag flag) {
        if (!flag.takesValue()) {
            return Kind.NONE;
        }
        if (!words(flag).isEmpty()) {
            return Kind.WORDS;
        }
        String p = flag.placeholder();
        return p.equals("FILE") || p.equals("DIR") || p.startsWith("HOST") ? Kind.FILE : Kind.FREE;
    }

    /** The choices in a placeholder such as {@code none|host|container:NAME}: what is lower case in each. */
    static List<String> words(Flag flag) {
        List<String> words = new ArrayList<>();
        if (flag.placeholder().indexOf('|') < 0 || flag.placeholder().indexOf('[') >= 0) {
            return words;
        }
        for (String part : parts(flag.placeholder())) {
            int end = 0;
            while (end < part.length() && !Character.isUpperCase(part.charAt(end)) && part.charAt(end) != ',') {
                end++;
            }
            if (end > 0 && !words.contains(part.substring(0, end))) {
                words.add(part.substring(0, end));
            }
        }
        return words;
    }

    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int to = text.indexOf('|'); to >= 0; to = text.indexOf('|', from)) {
            parts.add(text.substring(from, to));
            from = to + 1;
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** The commands that have second words. */
    static List<String> twoWorded() {
        List<String> first = new ArrayList<>();
        for (String name : Commands.OF_TWO_WORDS) {
            String word = name.substring(0, name.indexOf(' '));
            if (!first.contains(word)) {
                first.add(word);
            }
        }
        return first;
    }

    /** Whether the command's own arguments are networks, or the first of them is. */
    static boolean takesNetworks(String command) {
        return List.of("network inspect", "network rm", "network connect", "network disconnect", "network dns")
                .contains(command);
    }

    /** Whether the command's own arguments are containers. */
    static boolean takesContainers(String command) {
        return List.of("exec", "kill", "wait", "rm", "ns show", "ns diff").contains(command);
    }

    /** A text for a script's single quotes. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
