package dev.alcove.spec;

import java.util.List;

/**
 * A value that is not valid: which field or flag, the value, what it should have been, and the nearest valid word.
 *
 * <p>The message reads {@code FIELD: 'VALUE' is not …; did you mean '…'?} on one line, whatever the value holds.
 */
public final class SpecException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private static final int SHOWN = 120;

    /** The field or flag that is refused. */
    private final String field;
    /** What is wrong with it. */
    private final String problem;

    private SpecException(String field, String problem) {
        super(field.isEmpty() ? problem : field + ": " + problem);
        this.field = field;
        this.problem = problem;
    }

    /**
     * A refusal in free words.
     *
     * @param field   the flag as it is written, or the property's path; empty for the document itself
     * @param problem what is wrong; values in it are to be {@link #quote quoted}
     */
    public static SpecException of(String field, String problem) {
        return new SpecException(field, problem);
    }

    /** A refusal that reads {@code FIELD: 'VALUE' is not EXPECTED}. */
    public static SpecException not(String field, String value, String expected) {
        return new SpecException(field, quote(value) + " is not " + expected);
    }

    /** A refusal that also suggests the nearest of the valid words, or lists them when none is near and they are few. */
    public static SpecException not(String field, String value, String expected, List<String> words) {
        String end = DidYouMean.nearest(value, words)
                .map(word -> "; did you mean '" + word + "'?")
                .orElseGet(() -> words.size() > 12 ? "" : "; one of " + String.join(", ", words));
        return new SpecException(field, quote(value) + " is not " + expected + end);
    }

    /** The value in quotes, shortened, with control characters shown as {@code ?} so that it stays on its line. */
    public static String quote(String value) {
        var out = new StringBuilder().append('\'');
        int length = Math.min(value.length(), SHOWN);
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            out.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return out.append(length < value.length() ? "…'" : "'").toString();
    }

    /** The same refusal of a field that lies below another: {@code prefix.field}. */
    SpecException below(String prefix) {
        if (prefix.isEmpty()) {
            return this;
        }
        return new SpecException(field.isEmpty() ? prefix : prefix + "." + field, problem);
    }

    /** The flag as it is written, or the property's path; empty for a whole document. */
    public String field() {
        return field;
    }

    /** What is wrong, without the field. */
    public String problem() {
        return problem;
    }
}
