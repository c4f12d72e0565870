package dev.alcove.runtime;

import dev.alcove.spec.ConsoleSize;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a builder was told that cannot be, each fault by the method that was called: all of them are told at once. What
 * holds for any process, a container's first or one more, is looked at here.
 */
final class Faults {
    private static final int MOST_CHARACTERS = 0xffff;

    private final List<String> found = new ArrayList<>(0);

    void add(String method, String problem) {
        found.add(method + ": " + problem);
    }

    /** One that names its method itself. */
    void add(String fault) {
        found.add(fault);
    }

    /**
     * Refuses, if there are any.
     *
     * @param what what cannot be, such as {@code this container}
     * @throws IllegalArgumentException with a line for every fault, {@code method: what is wrong}
     */
    void refuse(String what) {
        if (found.size() == 1) {
            throw new IllegalArgumentException(found.getFirst());
        }
        if (!found.isEmpty()) {
            throw new IllegalArgumentException(
                    what + " cannot be, for " + found.size() + " reasons:\n  " + String.join("\n  ", found));
        }
    }

    static String quote(String value) {
        return SpecException.quote(value);
    }

    boolean clean(String method, String text) {
        if (text.indexOf('\0') >= 0) {
            add(method, quote(text) + " holds a NUL character, which ends a string for the kernel");
            return false;
        }
        return true;
    }

    void command(List<String> command) {
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            add("command", "there is no command to run");
        }
        command.forEach(word -> clean("command", word));
    }

    void environment(Map<String, String> environment) {
        for (Map.Entry<String, String> e : environment.entrySet()) {
            String name = e.getKey();
            if (name.isEmpty() || name.indexOf('=') >= 0) {
                add("environment", quote(name) + " is not a variable's name: it has no =, and is not empty");
            }
            if (clean("environment", name)) {
                clean("environment", e.getValue());
            }
        }
    }

    void directory(String directory) {
        if (clean("directory", directory) && !directory.isEmpty() && !directory.startsWith("/")) {
            add("directory", quote(directory) + " is not an absolute path");
        }
    }

    void user(OciUser user) {
        if (!SpecCheck.goodUmask(user)) {
            add("user", "the umask is not a mask of permissions, 0 to 0777");
        }
    }

    void streams(StreamChoice s, Optional<ConsoleSize> consoleSize) {
        if (s.hiddenByTerminal()) {
            add("terminal", "a terminal takes the place of standard input, output and error: leave redirects out");
        }
        if (!s.given().isEmpty() && s.redirected()) {
            add("redirect", "the streams are given as descriptors and as redirects: choose one");
        }
        consoleSize.ifPresent(size -> {
            if (!s.terminal()) {
                add("terminalSize", "there is no terminal: terminal(true) gives it one");
            }
            if (size.height() < 0
                    || size.height() > MOST_CHARACTERS
                    || size.width() < 0
                    || size.width() > MOST_CHARACTERS) {
                add(
                        "terminalSize",
                        size.height() + " rows and " + size.width() + " columns: each is 0 to " + MOST_CHARACTERS);
            }
        });
    }
}
