package dev.alcove.spec;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonDataException;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** A map by name, left out when it is empty. */
final class JsonMap<V> implements JsonAdapter<Map<String, V>> {
    private final JsonAdapter<V> values;

    JsonMap(JsonAdapter<V> values) {
        this.values = values;
    }

    @Override
    public Map<String, V> fromJson(JsonReader reader) {
        if (reader.currentToken() != JsonReader.Token.BEGIN_OBJECT) {
            throw new JsonDataException("an object");
        }
        Map<String, V> map = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNextField()) {
            map.put(reader.nextField(), values.fromJson(reader));
        }
        reader.endObject();
        return map;
    }

    @Override
    public void toJson(JsonWriter writer, Map<String, V> map) {
        if (map.isEmpty()) {
            writer.nullValue();
            return;
        }
        writer.beginObject();
        for (Map.Entry<String, V> entry : map.entrySet()) {
            writer.name(entry.getKey());
            values.toJson(writer, entry.getValue());
        }
        writer.endObject();
    }
}
