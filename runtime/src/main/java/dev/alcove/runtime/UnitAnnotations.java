package dev.alcove.runtime;

import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Annotations {@code org.systemd.property.NAME} as properties of the container's unit, as runc and crun have them. The value
 * is GVariant text: {@code true}, {@code 'text'}, {@code 5} (an int32), {@code uint64 5}, {@code ['a', 'b']}, {@code @as []}.
 * A name that ends in {@code Sec} is given in seconds and becomes the one on the bus, which ends in {@code USec}.
 */
final class UnitAnnotations {
    private static final String PREFIX = "org.systemd.property.";
    private static final double SECOND = 1e6;

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("boolean", "b"),
            Map.entry("byte", "y"),
            Map.entry("int16", "n"),
            Map.entry("uint16", "q"),
            Map.entry("int32", "i"),
            Map.entry("uint32", "u"),
            Map.entry("int64", "x"),
            Map.entry("uint64", "t"),
            Map.entry("double", "d"),
            Map.entry("string", "s"),
            Map.entry("objectpath", "o"),
            Map.entry("signature", "g"));

    private static final Set<String> TEXTS = Set.of("s", "o", "g");

    private final String field;
    private final String text;
    private int at;

    private UnitAnnotations(String field, String text) {
        this.field = field;
        this.text = text;
    }

    /**
     * Those among a configuration's annotations, by their names' order.
     *
     * @throws SpecException naming the annotation whose value is none
     */
    static List<UnitProperty> of(Map<String, String> annotations) {
        List<UnitProperty> all = new ArrayList<>();
        for (String key : annotations.keySet().stream().sorted().toList()) {
            if (key.startsWith(PREFIX)) {
                String value = annotations.getOrDefault(key, "");
                all.add(new UnitAnnotations("annotations." + key, value).property(key.substring(PREFIX.length())));
            }
        }
        return all;
    }

    private UnitProperty property(String name) {
        boolean letters = name.length() >= 3;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            letters &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }
        if (!letters) {
            throw SpecException.of(
                    field, "'" + name + "' is not a property of systemd's units: letters, at least three");
        }
        UnitProperty value = value(name);
        skip();
        if (at < text.length()) {
            throw refused("there is more after the value, at character " + (at + 1));
        }
        return seconds(name) ? micros(value) : value;
    }

    private static boolean seconds(String name) {
        int before = name.length() - "Sec".length() - 1;
        return name.endsWith("Sec") && before >= 0 && Character.isLowerCase(name.charAt(before));
    }

    private UnitProperty micros(UnitProperty value) {
        if (!"ynqiuxtd".contains(value.signature())) {
            throw refused("a number of seconds is needed");
        }
        double seconds = Double.parseDouble(value.words().getFirst());
        if (!(seconds >= 0) || seconds * SECOND >= Long.MAX_VALUE) {
            throw refused("a number of seconds is needed, 0 or more");
        }
        String name = value.name();
        return UnitProperty.number(
                name.substring(0, name.length() - "Sec".length()) + "USec", Math.round(seconds * SECOND));
    }

    private UnitProperty value(String name) {
        skip();
        String type = type();
        skip();
        if (at < text.length() && text.charAt(at) == '[') {
            if (!type.isEmpty() && (type.length() != 2 || type.charAt(0) != 'a')) {
                throw refused("an array is not of type " + type);
            }
            return array(name, type.isEmpty() ? "" : type.substring(1));
        }
        return basic(name, type);
    }

    /** {@code uint64 …} or {@code @t …}; nothing if there is neither. */
    private String type() {
        if (at < text.length() && text.charAt(at) == '@') {
            int end = text.indexOf(' ', at);
            String type = end < 0 ? text.substring(at + 1) : text.substring(at + 1, end);
            String element = type.startsWith("a") ? type.substring(1) : type;
            if (!TYPES.containsValue(element)) {
                throw refused("the type '" + type + "' is neither a basic one nor an array of such");
            }
            at = end < 0 ? text.length() : end;
            return type;
        }
        int end = at;
        while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
            end++;
        }
        String type = TYPES.get(text.substring(at, end));
        if (type == null || end >= text.length() || text.charAt(end) != ' ') {
            return "";
        }
        at = end;
        return type;
    }

    private UnitProperty array(String name, String elements) {
        List<String> words = new ArrayList<>();
        String type = elements;
        at++;
        skip();
        while (at < text.length() && text.charAt(at) != ']') {
            String own = type();
            UnitProperty element = basic(name, own.isEmpty() ? type : own);
            if (!type.isEmpty() && !element.signature().equals(type)) {
                throw refused("an array has elements of one type");
            }
            type = element.signature();
            words.addAll(element.words());
            skip();
            if (at < text.length() && text.charAt(at) == ',') {
                at++;
                skip();
            } else if (at >= text.length() || text.charAt(at) != ']') {
                break;
            }
        }
        if (at >= text.length() || text.charAt(at) != ']') {
            throw refused("the array has no end");
        }
        at++;
        if (type.isEmpty()) {
            throw refused("an empty array needs its type, such as @as []");
        }
        words.addFirst(Integer.toString(words.size()));
        return new UnitProperty(name, "a" + type, words);
    }

    private UnitProperty basic(String name, String type) {
        skip();
        if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
            String value = quoted(text.charAt(at));
            if (!type.isEmpty() && !TEXTS.contains(type)) {
                throw refused("a text is not of type " + type);
            }
            return new UnitProperty(name, type.isEmpty() ? "s" : type, List.of(value));
        }
        int end = at;
        while (end < text.length() && " ,]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        String word = text.substring(at, end);
        at = end;
        if (word.equals("true") || word.equals("false")) {
            if (!type.isEmpty() && !type.equals("b")) {
                throw refused(word + " is not of type " + type);
            }
            return new UnitProperty(name, "b", List.of(word));
        }
        String number = type.isEmpty() ? word.contains(".") || word.contains("e") ? "d" : "i" : type;
        return new UnitProperty(name, number, List.of(number(word, number)));
    }

    private String number(String word, String type) {
        try {
            if (type.equals("d")) {
                return Double.toString(Double.parseDouble(word));
            }
            if (type.equals("t")) {
                return Long.toUnsignedString(Long.parseUnsignedLong(word));
            }
            long least = switch (type) {
                case "n" -> Short.MIN_VALUE;
                case "i" -> Integer.MIN_VALUE;
                case "x" -> Long.MIN_VALUE;
                default -> 0;
            };
            long most = switch (type) {
                case "y" -> 0xff;
                case "n" -> Short.MAX_VALUE;
                case "q" -> 0xffff;
                case "i" -> Integer.MAX_VALUE;
                case "u" -> 0xffff_ffffL;
                case "x" -> Long.MAX_VALUE;
                default -> throw refused("'" + word + "' is not of type " + type);
            };
            long value = Long.parseLong(word);
            if (value < least || value > most) {
                throw refused(word + " is too large for type " + type + ": name a larger one, such as uint64 " + word);
            }
            return Long.toString(value);
        } catch (NumberFormatException e) {
            throw refused("'" + word + "' is neither a number, true, false, a text in quotes nor an array of such");
        }
    }

    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != quote; at++) {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
                char c = text.charAt(at);
                value.append(c == 'n' ? '\n' : c == 't' ? '\t' : c);
            } else {
                value.append(text.charAt(at));
            }
        }
        if (at >= text.length()) {
            throw refused("the text has no end");
        }
        at++;
        return value.toString();
    }

    private void skip() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    private SpecException refused(String why) {
        return SpecException.of(field, "'" + text + "' is no value of a property of systemd's: " + why);
    }
}
