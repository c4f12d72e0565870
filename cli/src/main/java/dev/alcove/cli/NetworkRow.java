package dev.alcove.cli;

import dev.alcove.network.NetworkConfig;
import dev.alcove.network.Subnet;
import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What {@code network ls} says of one network. */
record NetworkRow(String id, NetworkConfig network) {
    static final List<String> COLUMNS = List.of("NETWORK ID", "NAME", "DRIVER", "SUBNETS");

    static NetworkRow of(NetworkConfig network, boolean full) {
        return new NetworkRow(full ? network.id() : network.id().substring(0, RoomFlags.SHORT_ID), network);
    }

    static String driver(NetworkConfig network) {
        return network.driver().name().toLowerCase(Locale.ROOT);
    }

    private String subnets() {
        List<String> ranges = new ArrayList<>();
        for (Subnet subnet : network.subnets()) {
            ranges.add(subnet.network().toString());
        }
        return String.join(", ", ranges);
    }

    List<String> cells() {
        return List.of(id, network.name(), driver(network), subnets());
    }

    private Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("CreatedAt", network.created().toString());
        fields.put("Driver", driver(network));
        fields.put("ID", id);
        fields.put(
                "IPv6",
                Boolean.toString(network.subnets().stream()
                        .anyMatch(s -> s.network().isV6())));
        fields.put("Internal", Boolean.toString(network.internal()));
        List<String> labels = new ArrayList<>();
        new TreeMap<>(network.labels()).forEach((key, value) -> labels.add(key + "=" + value));
        fields.put("Labels", String.join(",", labels));
        fields.put("Name", network.name());
        fields.put("Scope", "local");
        fields.put("Subnets", subnets());
        return fields;
    }

    /** One JSON object on one line, with docker's names. */
    String json() {
        return NamespaceJson.of(out -> {
                    out.beginObject();
                    for (Map.Entry<String, String> field : fields().entrySet()) {
                        out.name(field.getKey());
                        out.value(field.getValue());
                    }
                    out.endObject();
                })
                .strip();
    }

    /** The template with its fields filled in: {@code {{.Name}}}. */
    String filled(String template) {
        StringBuilder out = new StringBuilder();
        Map<String, String> fields = fields();
        int from = 0;
        for (int at = template.indexOf("{{"); at >= 0; at = template.indexOf("{{", from)) {
            int end = template.indexOf("}}", at);
            String inner = end < 0 ? "" : template.substring(at + 2, end).strip();
            String value = inner.startsWith(".") ? fields.get(inner.substring(1)) : null;
            if (value == null) {
                String hint = DidYouMean.nearest(inner.startsWith(".") ? inner.substring(1) : inner, fields.keySet())
                        .map(f -> "; did you mean '{{." + f + "}}'?")
                        .orElse("; there are " + String.join(", ", fields.keySet()));
                throw new UsageException(
                        "network ls", "--format: " + SpecException.quote(inner) + " is not a field" + hint);
            }
            out.append(template, from, at).append(value);
            from = end + 2;
        }
        return out.append(template, from, template.length()).toString();
    }
}
