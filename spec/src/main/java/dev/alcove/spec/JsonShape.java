package dev.alcove.spec;

import io.avaje.json.JsonReader;
import io.avaje.json.JsonReader.Token;
import io.avaje.json.stream.JsonStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a JSON value should look like. A document is walked once beside its shape, and every place where the two differ is
 * a fault; properties that the shape does not name are passed over, and null is as good as absent.
 */
sealed interface JsonShape {
    /** Text that a check accepts. */
    record Text(String expected, TextCheck check) implements JsonShape {}

    /** One of some words. */
    record Word(String expected, List<String> words) implements JsonShape {}

    /** A whole number in a range. */
    record Whole(BigInteger least, BigInteger most) implements JsonShape {
        static Whole range(long least, long most) {
            return new Whole(BigInteger.valueOf(least), BigInteger.valueOf(most));
        }
    }

    /** True or false. */
    record Flag() implements JsonShape {}

    /** A list. */
    record Items(JsonShape of, boolean empty) implements JsonShape {}

    /** An object whose properties' names are free but for a check. */
    record Entries(Text names, JsonShape values) implements JsonShape {}

    /** An object with certain properties. */
    record Properties(List<Property> all) implements JsonShape {
        @Nullable
        Property find(String name) {
            for (Property p : all) {
                if (p.name().equals(name)) {
                    return p;
                }
            }
            return null;
        }
    }

    /** One property of an object. */
    record Property(String name, JsonShape shape, boolean required) {}

    /** Whether a text is right. */
    @FunctionalInterface
    interface TextCheck {
        boolean accepts(String text);
    }

    /**
     * Where a value is. Its text is made when there is something to say of it: for most there is not.
     *
     * @param up    the object or list that it is in; null for the whole document
     * @param name  the property's, if it is in an object
     * @param index its index, if it is in a list; else negative
     */
    record Place(@Nullable Place up, String name, int index) {
        String text() {
            String above = up == null ? "" : up.text();
            if (index >= 0) {
                return above + "[" + index + "]";
            }
            return above.isEmpty() ? name : above + "." + name;
        }
    }

    /**
     * Walks a document.
     *
     * @param document strict JSON, as {@link JsonScan#check} accepts it
     * @return all faults, in the document's order; a property that is missing follows its object's others
     */
    static List<SpecException> faults(byte[] document, JsonShape shape) {
        Walk walk = new Walk(JsonStream.builder().build().reader(document));
        walk.value(new Place(null, "", -1), shape);
        return List.copyOf(walk.faults);
    }

    /** The paths of all leaves: {@code mounts[].options[]}; {@code *} where names are free. */
    default void collect(String path, List<String> into) {
        switch (this) {
            case Items items -> items.of().collect(path + "[]", into);
            case Entries entries -> entries.values().collect(path + ".*", into);
            case Properties properties -> {
                for (Property p : properties.all()) {
                    p.shape().collect(path.isEmpty() ? p.name() : path + "." + p.name(), into);
                }
            }
            default -> into.add(path);
        }
    }

    /** One walk. */
    final class Walk {
        private static final int LONGEST_NUMBER = 40;

        private final JsonReader in;
        private final List<SpecException> faults = new ArrayList<>();

        private Walk(JsonReader in) {
            this.in = in;
        }

        private void value(Place path, JsonShape shape) {
            // No pattern switch: that is linked at run time, which a cold start feels.
            if (shape instanceof Text text) {
                String found = text(path, text.expected());
                if (found != null && !text.check().accepts(found)) {
                    not(path, found, text.expected());
                }
            } else if (shape instanceof Word word) {
                String found = text(path, word.expected());
                if (found != null && !word.words().contains(found)) {
                    faults.add(SpecException.not(path.text(), found, word.expected(), word.words()));
                }
            } else if (shape instanceof Whole whole) {
                number(path, whole);
            } else if (shape instanceof Flag) {
                if (is(path, Token.BOOLEAN, "true or false")) {
                    in.readBoolean();
                }
            } else if (shape instanceof Items items) {
                list(path, items);
            } else if (shape instanceof Entries entries) {
                entries(path, entries);
            } else if (shape instanceof Properties properties) {
                object(path, properties);
            }
        }

        private void not(Place path, String found, String expected) {
            faults.add(SpecException.not(path.text(), found, expected));
        }

        /** Whether the value is of a kind; if not, it is a fault and passed over. */
        private boolean is(Place path, Token kind, String expected) {
            Token found = in.currentToken();
            if (found == kind) {
                return true;
            }
            String what = switch (found) {
                case BEGIN_OBJECT -> "an object";
                case BEGIN_ARRAY -> "a list";
                case STRING -> SpecException.quote(in.readString());
                case NUMBER -> decimal(in).toString();
                case BOOLEAN -> Boolean.toString(in.readBoolean());
                default -> "null";
            };
            if (found == Token.BEGIN_OBJECT || found == Token.BEGIN_ARRAY) {
                // Behind a whole document there is nothing to go on to.
                if (path.up() != null) {
                    in.skipValue();
                }
            } else if (what.equals("null")) {
                in.isNullValue();
            }
            faults.add(SpecException.of(path.text(), what + " is not " + expected));
            return false;
        }

        private static BigDecimal decimal(JsonReader in) {
            return in.readDecimal();
        }

        private @Nullable String text(Place path, String expected) {
            return is(path, Token.STRING, expected) ? in.readString() : null;
        }

        private void number(Place path, Whole whole) {
            if (in.currentToken() != Token.NUMBER) {
                is(path, Token.NUMBER, expected(whole));
                return;
            }
            BigDecimal found = decimal(in);
            // 1e999999999 is a number of a few bytes and of a billion digits.
            boolean small = found.precision() <= LONGEST_NUMBER && Math.abs((long) found.scale()) <= LONGEST_NUMBER;
            boolean good = false;
            if (small && found.stripTrailingZeros().scale() <= 0) {
                BigInteger value = found.toBigInteger();
                good = value.compareTo(whole.least()) >= 0 && value.compareTo(whole.most()) <= 0;
            }
            if (!good) {
                faults.add(SpecException.of(
                        path.text(), (small ? found.toPlainString() : "the number") + " is not " + expected(whole)));
            }
        }

        private void list(Place path, Items items) {
            if (!is(path, Token.BEGIN_ARRAY, "a list")) {
                return;
            }
            in.beginArray();
            int index = 0;
            while (in.hasNextElement()) {
                value(new Place(path, "", index), items.of());
                index++;
            }
            in.endArray();
            if (index == 0 && !items.empty()) {
                faults.add(SpecException.of(path.text(), "the list must not be empty"));
            }
        }

        private void entries(Place path, Entries entries) {
            if (!is(path, Token.BEGIN_OBJECT, "an object")) {
                return;
            }
            in.beginObject();
            while (in.hasNextField()) {
                String name = in.nextField();
                if (!entries.names().check().accepts(name)) {
                    not(path, name, entries.names().expected());
                }
                value(new Place(path, name, -1), entries.values());
            }
            in.endObject();
        }

        private void object(Place path, Properties properties) {
            if (!is(path, Token.BEGIN_OBJECT, "an object")) {
                return;
            }
            Set<String> seen = new HashSet<>();
            in.beginObject();
            while (in.hasNextField()) {
                String name = in.nextField();
                Property property = properties.find(name);
                if (property == null) {
                    in.skipValue();
                } else if (!in.isNullValue()) {
                    seen.add(name);
                    value(new Place(path, name, -1), property.shape());
                }
            }
            in.endObject();
            for (Property p : properties.all()) {
                if (p.required() && !seen.contains(p.name())) {
                    faults.add(SpecException.of(
                            new Place(path, p.name(), -1).text(), "is missing; it should be " + expected(p.shape())));
                }
            }
        }

        private static String expected(JsonShape shape) {
            return switch (shape) {
                case Text t -> t.expected();
                case Word w -> w.expected();
                case Whole w -> "a whole number from " + w.least() + " to " + w.most();
                case Flag f -> "true or false";
                case Items i -> i.empty() ? "a list" : "a list that is not empty";
                case Entries e -> "an object";
                case Properties p -> "an object";
            };
        }
    }
}
