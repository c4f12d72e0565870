package dev.alcove.cli;

import dev.alcove.network.NetworkConfig;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** {@code --filter KEY=VALUE} of the commands about networks: those of different keys must all hold, as docker has it. */
record NetworkFilter(String key, String value) {
    private static final List<String> KEYS = List.of("name", "id", "driver", "label");

    static List<NetworkFilter> of(Arguments arguments, List<String> keys) {
        List<NetworkFilter> filters = new ArrayList<>();
        for (String text : arguments.all("filter")) {
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw SpecException.not("--filter", text, "of the form KEY=VALUE, as " + keys.getFirst() + "=web");
            }
            String key = text.substring(0, equals);
            if (!keys.contains(key)) {
                throw SpecException.not("--filter", key, "something to filter by", keys);
            }
            filters.add(new NetworkFilter(key, text.substring(equals + 1)));
        }
        return filters;
    }

    static List<NetworkFilter> of(Arguments arguments) {
        return of(arguments, KEYS);
    }

    /** Whether a network passes them all; of several with one key, one is enough, but for labels. */
    static boolean all(List<NetworkFilter> filters, NetworkConfig network) {
        for (NetworkFilter filter : filters) {
            boolean any = false;
            for (NetworkFilter other : filters) {
                boolean alike = other.key.equals(filter.key) && !filter.key.equals("label");
                any |= (other.equals(filter) || alike) && other.accepts(network);
            }
            if (!any) {
                return false;
            }
        }
        return true;
    }

    private boolean accepts(NetworkConfig network) {
        return switch (key) {
            case "name" -> network.name().contains(value);
            case "id" -> network.id().startsWith(value);
            case "driver" -> NetworkRow.driver(network).equals(value);
            default -> {
                int equals = value.indexOf('=');
                yield equals < 0
                        ? network.labels().containsKey(value)
                        : Objects.equals(network.labels().get(value.substring(0, equals)), value.substring(equals + 1));
            }
        };
    }
}
