package dev.alcove.network;

import dev.alcove.network.NetworkException.Kind;
import io.avaje.json.JsonException;
import io.avaje.json.mapper.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON that is passed on as it is: plugins have properties of their own. */
final class CniJson {
    private CniJson() {}

    /**
     * An object's properties.
     *
     * @param source what to call it in a refusal
     * @throws NetworkException INVALID if the text is none
     */
    static Map<String, Object> object(String source, String text) {
        try {
            Map<String, Object> object = JsonMapper.builder().build().fromJsonObject(text);
            if (object != null) {
                return object;
            }
            throw invalid(source, "it is empty");
        } catch (JsonException | ClassCastException | IllegalStateException e) {
            throw invalid(source, String.valueOf(e.getMessage()));
        }
    }

    private static NetworkException invalid(String source, String why) {
        return NetworkException.of(
                Kind.INVALID,
                source + " is no JSON object: " + why,
                "it is cut off, or something else was written there",
                "look into it");
    }

    static String write(Map<String, Object> object) {
        return JsonMapper.builder().build().toJson(object);
    }

    /** A text; empty if it is missing or something else. */
    static String text(Map<String, Object> object, String name) {
        return object.get(name) instanceof String text ? text : "";
    }

    /** A whole number; 0 if it is missing or something else. */
    static long number(Map<String, Object> object, String name) {
        return object.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** The properties of an object; none if it is missing or something else. */
    static Map<String, Object> part(Map<String, Object> object, String name) {
        return map(object.get(name));
    }

    /** The objects of a list; none if it is missing or something else. */
    static List<Map<String, Object>> objects(Map<String, Object> object, String name) {
        List<Map<String, Object>> all = new ArrayList<>();
        if (object.get(name) instanceof List<?> list) {
            for (Object one : list) {
                all.add(map(one));
            }
        }
        return all;
    }

    /** The texts of a list; none if it is missing or something else. */
    static List<String> texts(Map<String, Object> object, String name) {
        List<String> all = new ArrayList<>();
        if (object.get(name) instanceof List<?> list) {
            for (Object one : list) {
                if (one instanceof String text) {
                    all.add(text);
                }
            }
        }
        return all;
    }

    private static Map<String, Object> map(@Nullable Object value) {
        Map<String, Object> copy = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (entry.getKey() instanceof String name && entry.getValue() != null) {
                    copy.put(name, entry.getValue());
                }
            }
        }
        return copy;
    }
}
