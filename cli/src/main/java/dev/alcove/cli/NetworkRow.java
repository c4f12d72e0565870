package dev.alcove.cli;

import dev.alcove.network.NetworkConfig;
import dev.alcove.network.Subnet;
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
                Boolean.toString(
                        network.subnets().stream().anyMatch(s -> s.network().isV6())));
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
        return FieldTemplate.json(fields());
    }

    /** The template with its fields filled in: {@code {{.Name}}}. */
    String filled(String template) {
        return FieldTemplate.fill("network ls", template, fields());
    }
}
