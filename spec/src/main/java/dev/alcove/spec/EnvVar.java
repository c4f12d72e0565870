package dev.alcove.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One environment variable.
 *
 * @param name  not empty, without {@code =} and NUL
 * @param value anything without NUL
 */
public record EnvVar(String name, String value) {
    /**
     * Reads {@code -e KEY=VALUE}, or {@code -e KEY}, which passes the caller's own value on.
     *
     * @param caller the caller's environment
     * @return the variable; empty if only a name was given and the caller has none of it
     * @throws SpecException if it has no name or holds NUL
     */
    public static Optional<EnvVar> parse(String text, Map<String, String> caller) {
        if (text.isEmpty() || text.startsWith("=") || text.indexOf('\0') >= 0) {
            throw SpecException.not("-e", text, "an environment variable, as NAME=value or NAME");
        }
        return resolve(text, caller);
    }

    /**
     * Reads an {@code --env-file}: a variable a line, as {@code -e} has it. Blanks before a name, empty lines and lines that
     * begin with {@code #} do not count; quotes have no meaning; a value goes to the end of its line.
     *
     * @param file   the file's name, for the refusal
     * @param text   its content
     * @param caller the caller's environment
     * @throws SpecException naming the file and line, if a line has no name, a name holds blanks, or a value NUL
     */
    public static List<EnvVar> parseFile(String file, String text, Map<String, String> caller) {
        var variables = new ArrayList<EnvVar>();
        int number = 0;
        for (String raw : Split.at('\n', text.startsWith("\uFEFF") ? text.substring(1) : text)) {
            number++;
            String line = (raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw).stripLeading();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String field = "--env-file " + file + ", line " + number;
            int equals = line.indexOf('=');
            String name = equals < 0 ? line : line.substring(0, equals);
            if (name.isEmpty()) {
                throw SpecException.not(field, line, "a variable: it has no name");
            }
            for (int i = 0; i < name.length(); i++) {
                if (Character.isWhitespace(name.charAt(i))) {
                    throw SpecException.not(field, name, "a variable's name: it holds a blank");
                }
            }
            if (line.indexOf('\0') >= 0) {
                throw SpecException.not(field, line, "a variable: it holds NUL");
            }
            resolve(line, caller).ifPresent(variables::add);
        }
        return List.copyOf(variables);
    }

    private static Optional<EnvVar> resolve(String text, Map<String, String> caller) {
        int equals = text.indexOf('=');
        if (equals >= 0) {
            return Optional.of(new EnvVar(text.substring(0, equals), text.substring(equals + 1)));
        }
        String value = caller.get(text);
        return value == null ? Optional.empty() : Optional.of(new EnvVar(text, value));
    }

    /** As execve(2) takes it: {@code NAME=value}. */
    public String text() {
        return name + "=" + value;
    }
}
