package dev.alcove.spec;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonDataException;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How single values are read and written: strictly, and left out when they say no more than their absence. A refusal
 * holds only what was expected; {@link OciJson} adds where and what it found.
 */
final class JsonValues {
    static final JsonAdapter<String> TEXT = new Text();
    /** A property's text; the empty one is left out. Elements of lists and maps are {@link #TEXT}. */
    static final JsonAdapter<String> OPTIONAL_TEXT = new OptionalText().nullSafe();

    static final JsonAdapter<Boolean> FLAG = new Flag();
    static final JsonAdapter<Boolean> OPTIONAL_FLAG = new OptionalFlag();
    static final JsonAdapter<List<String>> TEXTS = new Texts();
    static final JsonAdapter<Long> LONG =
            new Whole<>(0L, "a whole number of 64 bits", r -> r.readDecimal().longValueExact());
    static final JsonAdapter<Integer> INT =
            new Whole<>(0, "a whole number of 32 bits", r -> r.readDecimal().intValueExact());
    static final JsonAdapter<Uint64> UINT64 = new Whole<>(
            Uint64.ZERO, "a whole number from 0 to 18446744073709551615", r -> Uint64.exact(r.readDecimal()));

    private JsonValues() {}

    private static void expect(JsonReader reader, JsonReader.Token token, String what) {
        if (reader.currentToken() != token) {
            throw new JsonDataException(what);
        }
    }

    private static final class Text implements JsonAdapter<String> {
        @Override
        public String fromJson(JsonReader reader) {
            expect(reader, JsonReader.Token.STRING, "a text");
            return reader.readString();
        }

        @Override
        public void toJson(JsonWriter writer, String value) {
            writer.value(value);
        }
    }

    private static final class OptionalText implements JsonAdapter<String> {
        @Override
        public String fromJson(JsonReader reader) {
            return TEXT.fromJson(reader);
        }

        @Override
        public void toJson(JsonWriter writer, String value) {
            if (value.isEmpty()) {
                writer.nullValue();
            } else {
                writer.value(value);
            }
        }
    }

    private static final class Flag implements JsonAdapter<Boolean> {
        @Override
        public Boolean fromJson(JsonReader reader) {
            expect(reader, JsonReader.Token.BOOLEAN, "true or false");
            return reader.readBoolean();
        }

        @Override
        public void toJson(JsonWriter writer, Boolean value) {
            writer.value(value.booleanValue());
        }
    }

    private static final class OptionalFlag implements JsonAdapter<Boolean> {
        @Override
        public Boolean fromJson(JsonReader reader) {
            return !reader.isNullValue() && FLAG.fromJson(reader);
        }

        @Override
        public void toJson(JsonWriter writer, Boolean value) {
            if (value) {
                writer.value(true);
            } else {
                writer.nullValue();
            }
        }
    }

    private static final class Texts implements JsonAdapter<List<String>> {
        @Override
        public List<String> fromJson(JsonReader reader) {
            expect(reader, JsonReader.Token.BEGIN_ARRAY, "a list");
            var texts = new ArrayList<String>();
            reader.beginArray();
            while (reader.hasNextElement()) {
                texts.add(TEXT.fromJson(reader));
            }
            reader.endArray();
            return texts;
        }

        @Override
        public void toJson(JsonWriter writer, List<String> texts) {
            if (texts.isEmpty()) {
                writer.nullValue();
                return;
            }
            writer.beginArray();
            for (String text : texts) {
                writer.value(text);
            }
            writer.endArray();
        }
    }

    /** Whole numbers by way of exact decimals: what does not fit is refused instead of cut. */
    private static final class Whole<T> implements JsonAdapter<T> {
        private final T absent;
        private final String what;
        private final Function<JsonReader, T> exact;

        Whole(T absent, String what, Function<JsonReader, T> exact) {
            this.absent = absent;
            this.what = what;
            this.exact = exact;
        }

        @Override
        public T fromJson(JsonReader reader) {
            if (reader.isNullValue()) {
                return absent;
            }
            expect(reader, JsonReader.Token.NUMBER, what);
            try {
                return exact.apply(reader);
            } catch (ArithmeticException | JsonDataException e) {
                throw new JsonDataException(what, e);
            }
        }

        @Override
        public void toJson(JsonWriter writer, T value) {
            // Not a pattern switch: that makes a class at run time, which no start-up cache keeps.
            if (value instanceof Uint64 number) {
                writer.value(number.value());
            } else if (value instanceof Long number) {
                writer.value(number.longValue());
            } else if (value instanceof Integer number) {
                writer.value(number.intValue());
            } else {
                throw new IllegalArgumentException("not a number: " + value);
            }
        }
    }
}
