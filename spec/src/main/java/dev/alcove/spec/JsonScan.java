package dev.alcove.spec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Walks a document as strict JSON (RFC 8259) without making anything of it: to refuse what is malformed or too deep before
 * it is mapped, and to name the property at a position when mapping refuses a value.
 */
final class JsonScan {
    /** A value: its path as {@code linux.devices[2].path}, and its text. */
    record Found(String path, String text) {}

    private static final int SHOWN = 200;

    private final byte[] bytes;
    private final int deepest;
    private final int target;
    private final StringBuilder path = new StringBuilder();
    private int at;
    private int depth;
    private boolean beyondAscii;
    private String foundPath = "";
    private int foundStart;
    private int foundEnd;
    private boolean settled;

    private JsonScan(byte[] bytes, int deepest, int target) {
        this.bytes = bytes;
        this.deepest = deepest;
        this.target = target;
    }

    /**
     * Refuses what is not one JSON value.
     *
     * @throws SpecException if it is malformed, not UTF-8, or deeper than allowed
     */
    static void check(byte[] bytes, int deepest) {
        var scan = new JsonScan(bytes, deepest, -1);
        scan.document();
        if (scan.beyondAscii) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            } catch (CharacterCodingException e) {
                throw SpecException.of("", "the document is not UTF-8");
            }
        }
    }

    /** The value a reader was at: the object or list that ends at the position, else the last value begun before it. */
    static Found find(byte[] bytes, int position, int deepest) {
        var scan = new JsonScan(bytes, deepest, Math.max(1, position));
        scan.document();
        int end = Math.min(Math.max(scan.foundEnd, scan.foundStart), scan.foundStart + SHOWN);
        return new Found(
                scan.foundPath, new String(bytes, scan.foundStart, end - scan.foundStart, StandardCharsets.UTF_8));
    }

    private void document() {
        space();
        value();
        space();
        if (at < bytes.length) {
            throw malformed("nothing more");
        }
    }

    private void value() {
        int start = at;
        boolean candidate = target >= 0 && !settled && start < target;
        if (candidate) {
            foundPath = path.toString();
            foundStart = start;
            foundEnd = start;
        }
        switch (peek()) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> text();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
        boolean structure = bytes[start] == '{' || bytes[start] == '[';
        if (candidate && structure && at == target) {
            foundPath = path.toString();
            foundStart = start;
            foundEnd = at;
            settled = true;
        } else if (candidate && foundStart == start) {
            foundEnd = at;
        }
    }

    private void object() {
        enter();
        space();
        if (peek() == '}') {
            leave();
            return;
        }
        while (true) {
            space();
            int mark = path.length();
            int start = at + 1;
            if (peek() != '"') {
                throw malformed("a property's name");
            }
            text();
            if (!path.isEmpty()) {
                path.append('.');
            }
            path.append(new String(bytes, start, at - 1 - start, StandardCharsets.UTF_8));
            space();
            if (peek() != ':') {
                throw malformed("':'");
            }
            at++;
            space();
            value();
            path.setLength(mark);
            space();
            if (peek() == '}') {
                leave();
                return;
            }
            comma("',' or '}'");
        }
    }

    private void list() {
        enter();
        space();
        if (peek() == ']') {
            leave();
            return;
        }
        for (int index = 0; ; index++) {
            space();
            int mark = path.length();
            path.append('[').append(index).append(']');
            value();
            path.setLength(mark);
            space();
            if (peek() == ']') {
                leave();
                return;
            }
            comma("',' or ']'");
        }
    }

    private void comma(String what) {
        if (peek() != ',') {
            throw malformed(what);
        }
        at++;
    }

    private void enter() {
        at++;
        if (++depth > deepest) {
            throw SpecException.of(path.toString(), "more than " + deepest + " objects and lists are nested");
        }
    }

    private void leave() {
        at++;
        depth--;
    }

    private void text() {
        at++;
        while (true) {
            int c = peek();
            if (c == '"') {
                at++;
                return;
            } else if (c == '\\') {
                at++;
                escape();
            } else if (c >= 0 && c < ' ') {
                throw malformed("a text's end");
            } else {
                // Bytes beyond ASCII are above 127 here; the end of the document is -1 and refused.
                if (c < 0) {
                    throw malformed("a text's end");
                }
                beyondAscii |= c > 0x7F;
                at++;
            }
        }
    }

    private void escape() {
        int c = peek();
        if (c == 'u') {
            at++;
            for (int i = 0; i < 4; i++) {
                if (Character.digit(peek(), 16) < 0) {
                    throw malformed("four hexadecimal digits");
                }
                at++;
            }
        } else if (c > 0 && "\"\\/bfnrt".indexOf(c) >= 0) {
            at++;
        } else {
            throw malformed("an escape");
        }
    }

    private void number() {
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits("a value");
        }
        if (peek() == '.') {
            at++;
            digits("a digit");
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits("a digit");
        }
    }

    private void digits(String what) {
        if (peek() < '0' || peek() > '9') {
            throw malformed(what);
        }
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
    }

    private void word(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (peek() != word.charAt(i)) {
                throw malformed("'" + word + "'");
            }
            at++;
        }
    }

    private void space() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            at++;
        }
    }

    /** The next byte, 0 to 255, or -1 at the end. */
    private int peek() {
        return at < bytes.length ? bytes[at] & 0xFF : -1;
    }

    private SpecException malformed(String expected) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < at; i++) {
            column++;
            if (bytes[i] == '\n') {
                line++;
                column = 1;
            }
        }
        return SpecException.of(
                path.toString(),
                "not JSON: line " + line + ", column " + column + " should be " + expected
                        + (at < bytes.length ? "" : ", but the document ends"));
    }
}
