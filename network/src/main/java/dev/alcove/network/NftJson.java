package dev.alcove.network;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.JsonStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The words of a rule, and the text of all, as libnftables-json(5) has them. A value of null is written as empty. */
final class NftJson {
    private static final Object NULL = Optional.empty();

    private NftJson() {}

    /** An object of keys and values, in this order. */
    static Map<String, Object> object(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    /** A packet's surroundings: {@code iifname}, {@code l4proto}. */
    static Object meta(String key) {
        return object("meta", object("key", key));
    }

    /** A field of a packet: {@code ip saddr}, {@code th dport}. */
    static Object payload(String protocol, String field) {
        return object("payload", object("protocol", protocol, "field", field));
    }

    /** Of the connection a packet belongs to: {@code state}, {@code status}. */
    static Object ct(String key) {
        return object("ct", object("key", key));
    }

    /** Values side by side, as one key. */
    static Object concat(Object... parts) {
        return object("concat", List.of(parts));
    }

    /** Any of some values, or the elements of a named set by its name: {@code @bridges}. */
    static Object anyOf(Object... values) {
        return object("set", List.of(values));
    }

    /** All addresses of a range. */
    static Object prefix(String address, int length) {
        return object("prefix", object("addr", address, "len", length));
    }

    /** Goes on if both are equal, or the left one is an element of the right one. */
    static Object is(Object left, Object right) {
        return match("==", left, right);
    }

    /** Goes on if they are not. */
    static Object isNot(Object left, Object right) {
        return match("!=", left, right);
    }

    /** Goes on if one of these bits is set. */
    static Object has(Object left, Object bits) {
        return match("in", left, bits);
    }

    private static Object match(String op, Object left, Object right) {
        return object("match", object("op", op, "left", left, "right", right));
    }

    /** What a named map has for a key. */
    static Object lookup(Object key, String map) {
        return object("map", object("key", key, "data", "@" + map));
    }

    /** What a named map of verdicts has for a key; goes on if it has none. */
    static Object verdict(Object key, String map) {
        return object("vmap", object("key", key, "data", "@" + map));
    }

    /** Changes a field of the packet or its surroundings. */
    static Object mangle(Object key, Object value) {
        return object("mangle", object("key", key, "value", value));
    }

    static Object accept() {
        return object("accept", NULL);
    }

    static Object drop() {
        return object("drop", NULL);
    }

    /** Back to the chain that jumped here. */
    static Object back() {
        return object("return", NULL);
    }

    static Object masquerade() {
        return object("masquerade", NULL);
    }

    /** To another chain, and back at its end. */
    static Object jump(String chain) {
        return object("jump", object("target", chain));
    }

    /** To another chain, and at its end back to where this one was jumped to from. */
    static Object goTo(String chain) {
        return object("goto", object("target", chain));
    }

    /** A transaction as nft reads it, a command on each line. */
    static String text(List<Object> commands) {
        JsonStream stream = JsonStream.builder().serializeNulls(true).build();
        StringBuilder text = new StringBuilder("{\"nftables\": [\n");
        for (int i = 0; i < commands.size(); i++) {
            StringBuilder line = new StringBuilder();
            java.io.StringWriter out = new java.io.StringWriter();
            try (JsonWriter writer = stream.writer(out)) {
                write(writer, commands.get(i));
            }
            line.append(out).append(i + 1 < commands.size() ? ",\n" : "\n");
            text.append(line);
        }
        return text.append("]}\n").toString();
    }

    private static void write(JsonWriter writer, Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                writer.beginObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    writer.name(String.valueOf(entry.getKey()));
                    write(writer, entry.getValue());
                }
                writer.endObject();
            }
            case List<?> list -> {
                writer.beginArray();
                for (Object each : list) {
                    write(writer, each);
                }
                writer.endArray();
            }
            case Integer number -> writer.value(number.intValue());
            case String word -> writer.value(word);
            default -> writer.nullValue();
        }
    }
}
