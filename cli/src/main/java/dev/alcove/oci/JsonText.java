package dev.alcove.oci;

import java.util.List;
import java.util.Map;

/**
 * Writes JSON, property by property, in the layouts runc prints: on one line, or indented as Go's json.MarshalIndent.
 *
 * {@snippet :
 * String json = new JsonText("").begin('[').value(7).value("a").end(']').toString();
 * }
 */
public final class JsonText {
    private final StringBuilder out = new StringBuilder(512);
    private final String indent;
    private int depth;
    private boolean first = true;
    private boolean named;

    /**
     * An empty text.
     *
     * @param indent what one level is indented by; empty: all on one line
     */
    public JsonText(String indent) {
        this.indent = indent;
    }

    /** Opens an object or a list by its bracket. */
    public JsonText begin(char bracket) {
        separate();
        out.append(bracket);
        depth++;
        first = true;
        return this;
    }

    /** Closes what {@link #begin} opened. */
    public JsonText end(char bracket) {
        depth--;
        if (!first) {
            line();
        }
        out.append(bracket);
        first = false;
        return this;
    }

    public JsonText name(String name) {
        separate();
        text(name);
        out.append(indent.isEmpty() ? ":" : ": ");
        named = true;
        return this;
    }

    public JsonText value(String value) {
        separate();
        text(value);
        return this;
    }

    public JsonText value(long value) {
        separate();
        out.append(value);
        return this;
    }

    public JsonText value(boolean value) {
        separate();
        out.append(value);
        return this;
    }

    public JsonText none() {
        separate();
        out.append("null");
        return this;
    }

    JsonText values(List<String> values) {
        begin('[');
        for (String value : values) {
            value(value);
        }
        return end(']');
    }

    JsonText values(Map<String, String> values) {
        begin('{');
        for (Map.Entry<String, String> e : values.entrySet()) {
            name(e.getKey()).value(e.getValue());
        }
        return end('}');
    }

    private void separate() {
        if (named) {
            named = false;
            return;
        }
        if (!first) {
            out.append(',');
        }
        first = false;
        if (depth > 0) {
            line();
        }
    }

    private void line() {
        if (!indent.isEmpty()) {
            out.append('\n').repeat(indent, depth);
        }
    }

    private void text(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                // The line ends of JavaScript and a half of a pair would make a reader see another line, or no UTF-8.
                case '\u2028', '\u2029' -> escape(c);
                default -> {
                    if (c < ' ' || isLone(text, i)) {
                        escape(c);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isLone(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }

    private void escape(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(c >> shift & 15, 16));
        }
    }

    /** A JSON text laid out anew. */
    static String indented(String json, String indent) {
        StringBuilder out = new StringBuilder(json.length() * 2);
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean empty = i + 1 < json.length() && (c == '{' || c == '[') && isClosing(json.charAt(i + 1));
            if (quoted) {
                out.append(c);
                if (c == '\\') {
                    out.append(json.charAt(++i));
                }
                quoted = c != '"';
            } else if (c == '"') {
                quoted = true;
                out.append(c);
            } else if (empty) {
                out.append(c).append(json.charAt(++i));
            } else if (c == '{' || c == '[') {
                out.append(c).append('\n').repeat(indent, ++depth);
            } else if (isClosing(c)) {
                out.append('\n').repeat(indent, --depth).append(c);
            } else if (c == ',') {
                out.append(c).append('\n').repeat(indent, depth);
            } else if (c == ':') {
                out.append(": ");
            } else if (c > ' ') {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isClosing(char c) {
        return c == '}' || c == ']';
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
