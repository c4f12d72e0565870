package dev.alcove.lens;

import dev.alcove.linux.NamespaceKind;
import java.util.Optional;
import java.util.OptionalLong;

/** Namespaces as the kernel names them: {@code net:[4026531840]}. */
final class Labels {
    private Labels() {}

    static Optional<NamespaceKind> kind(String label) {
        int colon = label.indexOf(':');
        if (colon < 1 || colon + 1 >= label.length() || label.charAt(colon + 1) != '[') {
            return Optional.empty();
        }
        for (NamespaceKind kind : NamespaceKind.values()) {
            if (label.regionMatches(0, kind.fileName(), 0, colon)
                    && kind.fileName().length() == colon) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    static OptionalLong number(String label) {
        int open = label.indexOf('[');
        int close = label.indexOf(']', open + 1);
        if (open < 0 || close != label.length() - 1) {
            return OptionalLong.empty();
        }
        return decimal(label.substring(open + 1, close));
    }

    /** A number of decimal digits alone. */
    static OptionalLong decimal(String digits) {
        if (digits.isEmpty() || digits.length() > 18) {
            return OptionalLong.empty();
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return OptionalLong.empty();
            }
            number = number * 10 + c - '0';
        }
        return OptionalLong.of(number);
    }
}
