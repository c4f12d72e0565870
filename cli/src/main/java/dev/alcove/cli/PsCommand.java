package dev.alcove.cli;

import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code alcove ps}: the containers there are. */
final class PsCommand implements Command {
    private static final List<String> COLUMNS =
            List.of("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES");

    @Override
    public Manual manual() {
        return new Manual(
                "ps",
                List.of("ps [FLAGS]"),
                "List containers",
                "Lists the containers that run, the newest first; with -a those that have ended too.",
                List.of(
                        new Example("alcove ps -a", "all"),
                        new Example("alcove ps -aq", "their ids, for other commands"),
                        new Example("alcove ps --format json", "one JSON object a line")),
                new FlagTable()
                        .toggle("all", 'a', "Those that have ended too.")
                        .toggle("quiet", 'q', "Ids only.")
                        .toggle("no-trunc", "Nothing is shortened.")
                        .value("format", "table|json|TEMPLATE", "How: '{{.ID}} {{.Names}}' prints these fields."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        if (!arguments.remaining().isEmpty()) {
            throw new UsageException("ps", "takes no arguments");
        }
        boolean full = arguments.has("no-trunc");
        Instant now = Instant.now();
        List<ContainerRow> rows = new ArrayList<>();
        ContainerStore store = ContainerStore.standard(shell.environment());
        // Most of those who look have no networks, and load nothing for them.
        Map<String, String> ports = Files.exists(store.root().resolve("network")) ? PublishedPorts.of(shell) : Map.of();
        for (StoredContainer c : store.list()) {
            if (arguments.has("all") || c.status() != StoredContainer.Status.EXITED) {
                rows.add(ContainerRow.of(c, ports.getOrDefault(c.id(), ""), now, full));
            }
        }
        String format = arguments.value("format").orElse("table");
        StringBuilder out = new StringBuilder();
        if (arguments.has("quiet")) {
            for (ContainerRow row : rows) {
                out.append(row.id()).append('\n');
            }
        } else if (format.equals("table")) {
            List<List<String>> cells = new ArrayList<>();
            for (ContainerRow row : rows) {
                cells.add(row.cells());
            }
            out.append(TextTable.of(COLUMNS, cells));
        } else {
            for (ContainerRow row : rows) {
                out.append(format.equals("json") ? row.json() : row.filled(format))
                        .append('\n');
            }
        }
        shell.out().print(out);
        return 0;
    }
}
