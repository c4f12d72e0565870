package dev.alcove.runtime;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.BytesJsonWriter;
import io.avaje.json.stream.JsonStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A JSON array of strings. */
record JsonStrings(List<String> strings) {
    JsonStrings {
        strings = List.copyOf(strings);
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static JsonStrings parse(byte[] json) {
        PathJson in = new PathJson(json);
        List<String> strings = new ArrayList<>();
        in.beginArray();
        while (in.nextElement()) {
            strings.add(in.string());
        }
        in.endDocument();
        return new JsonStrings(strings);
    }

    String text() {
        try (BytesJsonWriter out = JsonStream.builder().build().bufferedWriterAsBytes()) {
            write(out);
            return new String(out.result(), StandardCharsets.UTF_8);
        }
    }

    private void write(JsonWriter out) {
        out.beginArray();
        for (String text : strings) {
            out.value(text);
        }
        out.endArray();
    }
}
