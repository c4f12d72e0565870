package dev.alcove.cli;

import dev.alcove.network.NetworkConfig;
import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;

/** {@code alcove network}: the networks there are. */
final class NetworkCommand implements Command {
    private final String name;

    /** Called {@code network} or {@code network ls}. */
    NetworkCommand(String name) {
        this.name = name;
    }

    @Override
    public Manual manual() {
        return new Manual(
                name,
                List.of("network [ls] [FLAGS]", "network create|inspect|rm|connect|disconnect|prune|dns …"),
                "List networks; make and change them",
                """
                Lists the networks that 'alcove run --network NAME' can put a container on. The default one, alcove0, \
                is made when the first container needs it; 'bridge' means the same.

                Containers on a network that 'alcove network create' made find each other by name. Networks do not \
                reach each other, but for a container that is on both.

                'alcove network create', 'inspect', 'rm', 'connect', 'disconnect', 'prune' and 'dns' have a --help of \
                their own.""",
                List.of(
                        new Example("alcove network create web", "a network with a free range of addresses"),
                        new Example("alcove run -d --name db --network web host …", "a container on it"),
                        new Example("alcove network ls --format json", "one JSON object a line")),
                new FlagTable()
                        .toggle("quiet", 'q', "Ids only.")
                        .toggle("no-trunc", "Ids in full.")
                        .value("format", "table|json|TEMPLATE", "How: '{{.ID}} {{.Name}}' prints these fields.")
                        .list("filter", 'f', "KEY=VALUE", "Only those: name, id, driver, label."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        if (!arguments.remaining().isEmpty()) {
            String word = arguments.remaining().getFirst();
            String hint = DidYouMean.nearest(word, Completion.words("network"))
                    .map(w -> "; did you mean '" + w + "'?")
                    .orElse("; there are " + String.join(", ", Completion.words("network")));
            throw new UsageException(
                    "network",
                    SpecException.quote(word) + " is nothing that network does, or stands before its flags" + hint);
        }
        List<NetworkFilter> filters = NetworkFilter.of(arguments);
        List<NetworkRow> rows = new ArrayList<>();
        for (NetworkConfig network : HostNetworks.of(shell).list()) {
            if (NetworkFilter.all(filters, network)) {
                rows.add(NetworkRow.of(network, arguments.has("no-trunc")));
            }
        }
        String format = arguments.value("format").orElse("table");
        StringBuilder out = new StringBuilder();
        if (arguments.has("quiet")) {
            rows.forEach(row -> out.append(row.id()).append('\n'));
        } else if (format.equals("table")) {
            List<List<String>> cells = new ArrayList<>();
            rows.forEach(row -> cells.add(row.cells()));
            out.append(TextTable.of(NetworkRow.COLUMNS, cells));
        } else {
            rows.forEach(row -> out.append(format.equals("json") ? row.json() : row.filled(format))
                    .append('\n'));
        }
        shell.out().print(out);
        return 0;
    }
}
