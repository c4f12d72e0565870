package dev.alcove.spec;

import java.util.ArrayList;
import java.util.List;

/** Cuts text at a character, without regular expressions. */
final class Split {
    private Split() {}

    /** All parts, empty ones too; at least one. */
    static List<String> at(char separator, String text) {
        var parts = new ArrayList<String>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** Whether the text is one or more of 0 to 9. */
    static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** A letter or digit of ASCII. */
    static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
