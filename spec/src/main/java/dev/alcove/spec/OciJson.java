package dev.alcove.spec;

import io.avaje.json.JsonDataException;
import io.avaje.json.JsonReader;
import io.avaje.jsonb.Jsonb;
import io.avaje.jsonb.Types;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes the records of this package as the JSON of the OCI runtime specification.
 *
 * <p>A document is first checked as strict JSON, with its size and depth bounded, and only then mapped; so a hostile one
 * costs no more than its length. Texts where numbers are due, fractions, and numbers that do not fit are refused, never
 * rounded.
 */
public final class OciJson {
    /** The most bytes a document may have. */
    public static final int MAX_BYTES = 16 << 20;
    /** The most objects and lists that may be open at once. */
    public static final int MAX_DEPTH = 64;

    private static final Jsonb JSONB = jsonb();

    private OciJson() {}

    private static Jsonb jsonb() {
        return Jsonb.builder()
                .serializeEmpty(false)
                .add(String.class, JsonValues.OPTIONAL_TEXT)
                .add(Boolean.TYPE, JsonValues.OPTIONAL_FLAG)
                .add(Boolean.class, JsonValues.FLAG.nullSafe())
                .add(Long.TYPE, JsonValues.LONG)
                .add(Long.class, JsonValues.LONG.nullSafe())
                .add(Integer.TYPE, JsonValues.INT)
                .add(Integer.class, JsonValues.INT.nullSafe())
                .add(Uint64.class, JsonValues.UINT64.nullSafe())
                .add(Types.listOf(String.class), JsonValues.TEXTS.nullSafe())
                .add(Types.mapOf(String.class), json -> new JsonMap<>(JsonValues.TEXT.nullSafe()).nullSafe())
                .add(
                        Types.mapOf(LinuxTimeOffset.class),
                        json -> new JsonMap<>(json.adapter(LinuxTimeOffset.class)).nullSafe())
                .add(
                        Types.mapOf(LinuxNetDevice.class),
                        json -> new JsonMap<>(json.adapter(LinuxNetDevice.class)).nullSafe())
                .add(Types.mapOf(LinuxRdma.class), json -> new JsonMap<>(json.adapter(LinuxRdma.class)).nullSafe())
                .build();
    }

    /**
     * Reads a document.
     *
     * @param document UTF-8, at most {@link #MAX_BYTES} bytes and {@link #MAX_DEPTH} levels
     * @param type     the record it holds: {@link OciSpec}, {@link OciProcess}, {@link LinuxResources}, {@link OciState}, …
     * @throws SpecException if it is no JSON, too large, too deep, or a value is of the wrong kind or out of its range
     */
    public static <T extends Record> T read(byte[] document, Class<T> type) {
        if (document.length > MAX_BYTES) {
            throw SpecException.of("", "the document has " + document.length + " bytes, more than " + MAX_BYTES);
        }
        JsonScan.check(document, MAX_DEPTH);
        return readChecked(document, type);
    }

    /** The same for what {@link JsonScan#check} has accepted already. */
    static <T extends Record> T readChecked(byte[] document, Class<T> type) {
        try (JsonReader reader = JSONB.reader(document)) {
            try {
                T value = JSONB.type(type).fromJson(reader);
                if (value == null) {
                    throw new JsonDataException("an object");
                }
                return value;
            } catch (RuntimeException e) {
                throw refusal(document, position(reader.location()), e);
            }
        }
    }

    /** Reads a document from text; see {@link #read(byte[], Class)}. */
    public static <T extends Record> T read(String document, Class<T> type) {
        return read(document.getBytes(StandardCharsets.UTF_8), type);
    }

    /** The record as JSON without white space. */
    public static String write(Record value) {
        return JSONB.toJson(value);
    }

    /** The record as JSON for people: indented, with a line end at its end. */
    public static String pretty(Record value) {
        return JSONB.toJsonPretty(value) + "\n";
    }

    private static SpecException refusal(byte[] document, int position, RuntimeException cause) {
        JsonScan.Found found = JsonScan.find(document, position, MAX_DEPTH);
        SpecException refusal;
        if (cause instanceof SpecException of) {
            refusal = of.below(found.path());
        } else {
            String message = String.valueOf(cause.getMessage());
            String expected = message.contains("'{'") ? "an object" : message.contains("'['") ? "a list" : message;
            refusal = SpecException.not(found.path(), found.text(), expected);
        }
        if (refusal != cause) {
            refusal.initCause(cause);
        }
        return refusal;
    }

    /** The number in avaje's {@code at position: 12, following: …}. */
    private static int position(String location) {
        String mark = "at position: ";
        int at = location.indexOf(mark);
        int position = 0;
        if (at >= 0) {
            for (int i = at + mark.length(); i < location.length() && Character.isDigit(location.charAt(i)); i++) {
                position = position * 10 + location.charAt(i) - '0';
            }
        }
        return position;
    }
}
