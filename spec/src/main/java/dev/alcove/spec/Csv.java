package dev.alcove.spec;

import java.util.ArrayList;
import java.util.List;

/** One line of comma-separated fields, RFC 4180: a field that holds a comma stands in quotes, a quote in it twice. */
final class Csv {
    private Csv() {}

    /**
     * The fields.
     *
     * @throws SpecException if a quote is not closed or stands inside a field without quotes
     */
    static List<String> fields(String flag, String line) {
        var fields = new ArrayList<String>();
        var field = new StringBuilder();
        boolean quoted = false;
        boolean closed = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                field.append('"');
                i++;
            } else if (quoted && c == '"') {
                quoted = false;
                closed = true;
            } else if (!quoted && c == ',') {
                fields.add(field.toString());
                field.setLength(0);
                closed = false;
            } else if (!quoted && c == '"' && field.isEmpty() && !closed) {
                quoted = true;
            } else if (!quoted && (c == '"' || closed)) {
                throw SpecException.not(flag, line, "a list: a quote stands inside a field");
            } else {
                field.append(c);
            }
        }
        if (quoted) {
            throw SpecException.not(flag, line, "a list: a quote is not closed");
        }
        fields.add(field.toString());
        return fields;
    }
}
