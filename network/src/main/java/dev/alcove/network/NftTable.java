package dev.alcove.network;

import static dev.alcove.network.NftJson.object;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Commands about one table, libnftables-json(5). Adding what is there changes nothing, so commands that add a table's whole
 * frame may stand before any change.
 *
 * @param family {@code inet} for IPv4 and IPv6 as they are routed, {@code bridge} for frames
 * @param name   its name
 */
record NftTable(String family, String name) {
    /** Makes it. */
    Object add() {
        return object("add", object("table", object("family", family, "name", name)));
    }

    /** Takes it away with all that is in it. */
    Object delete() {
        return object("delete", object("table", object("family", family, "name", name)));
    }

    /** A set of values, each of several parts if there are several types. */
    Object set(String set, List<String> types, boolean ranges) {
        Map<String, Object> it = named(set);
        it.put("type", type(types));
        if (ranges) {
            it.put("flags", List.of("interval"));
        }
        return object("add", object("set", it));
    }

    /** A map from values to values of one type: nft 1.0 drops a map's data of several parts in JSON without a word. */
    Object map(String map, List<String> types, String data) {
        Map<String, Object> it = named(map);
        it.put("type", type(types));
        it.put("map", data);
        return object("add", object("map", it));
    }

    private static Object type(List<String> types) {
        return types.size() == 1 ? types.getFirst() : types;
    }

    /** A chain that others jump to. */
    Object chain(String chain) {
        return object("add", object("chain", named(chain)));
    }

    /** A chain that packets pass at a hook of the kernel's; one that no rule drops goes on. */
    Object chain(String chain, String type, String hook, int priority) {
        Map<String, Object> it = named(chain);
        it.put("type", type);
        it.put("hook", hook);
        it.put("prio", priority);
        it.put("policy", "accept");
        return object("add", object("chain", it));
    }

    /** Takes all rules out of a chain. */
    Object flush(String chain) {
        return object("flush", object("chain", named(chain)));
    }

    /** Takes a chain away that nobody jumps to; one that is not there is none to complain about. */
    List<Object> remove(String chain) {
        return List.of(chain(chain), flush(chain), object("delete", object("chain", named(chain))));
    }

    /** Adds a rule at a chain's end. */
    Object rule(String chain, Object... expressions) {
        return object(
                "add",
                object("rule", object("family", family, "table", name, "chain", chain, "expr", List.of(expressions))));
    }

    /** Adds an element to a set; one that is there stays. */
    Object element(String set, Object value) {
        return object("add", elements(set, value));
    }

    /** Adds an element to a map; one that is there with other data is an error. */
    Object element(String map, Object key, Object data) {
        return element(map, List.of(key, data));
    }

    /** Takes an element away. It is added first, since nft refuses to delete what is not there. */
    List<Object> removal(String set, Object value) {
        return List.of(element(set, value), object("delete", elements(set, value)));
    }

    /** Takes an element of a map away. */
    List<Object> removal(String map, Object key, Object data) {
        return removal(map, List.of(key, data));
    }

    private Map<String, Object> elements(String set, Object value) {
        Map<String, Object> it = named(set);
        List<Object> list = new ArrayList<>();
        list.add(value);
        it.put("elem", list);
        return object("element", it);
    }

    private Map<String, Object> named(String what) {
        return object("family", family, "table", name, "name", what);
    }
}
