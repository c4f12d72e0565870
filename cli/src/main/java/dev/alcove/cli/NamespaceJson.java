package dev.alcove.cli;

import dev.alcove.lens.SeenNamespace;
import io.avaje.json.JsonWriter;
import io.avaje.json.stream.BytesJsonWriter;
import io.avaje.json.stream.JsonStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Namespaces as JSON, in the form of lsns(8): {@code {"namespaces": [{"ns": 4026531840, "type": "net", …}]}}. */
final class NamespaceJson {
    private NamespaceJson() {}

    /** A whole document on one line. */
    static String of(Consumer<JsonWriter> content) {
        try (BytesJsonWriter out = JsonStream.builder().build().bufferedWriterAsBytes()) {
            content.accept(out);
            return new String(out.result(), StandardCharsets.UTF_8) + "\n";
        }
    }

    static String list(List<SeenNamespace> namespaces) {
        return of(out -> {
            out.beginObject();
            out.name("namespaces");
            out.beginArray();
            for (SeenNamespace ns : namespaces) {
                out.beginObject();
                fields(out, ns);
                out.endObject();
            }
            out.endArray();
            out.endObject();
        });
    }

    /** One that appeared or went. */
    static String event(String event, SeenNamespace ns) {
        return of(out -> {
            out.beginObject();
            out.name("event");
            out.value(event);
            fields(out, ns);
            out.endObject();
        });
    }

    static void fields(JsonWriter out, SeenNamespace ns) {
        for (NamespaceColumn column : NamespaceColumn.values()) {
            out.name(column.property());
            value(out, column.value(ns), column == NamespaceColumn.COMMAND);
        }
    }

    /** A number, a list of strings, or a string, of which an empty one is null. */
    static void value(JsonWriter out, Object value, boolean keepEmpty) {
        if (value instanceof Long number) {
            out.value(number);
        } else if (value instanceof List<?> list) {
            out.beginArray();
            for (Object item : list) {
                out.value(item.toString());
            }
            out.endArray();
        } else if (value.toString().isEmpty() && !keepEmpty) {
            out.serializeNulls(true);
            out.nullValue();
        } else {
            out.value(value.toString());
        }
    }
}
