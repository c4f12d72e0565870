package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import java.util.ArrayList;
import java.util.List;

/** {@code state} and {@code list}. */
final class ListCommand {
    private static final List<String> COLUMNS = List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
    /** Go's tabwriter as runc makes it: a column is 12 wide at least, with 3 blanks at its end. */
    private static final int NARROWEST = 12;

    private static final int GAP = 3;

    private ListCommand() {}

    static int state(OciContext context, OciArguments arguments) {
        ContainerStatus status = context.runtime(arguments).state(ContainerIds.check(arguments.id()));
        JsonText json = new JsonText("  ");
        status.write(json, false);
        context.out().print(json);
        return 0;
    }

    static int list(OciContext context, OciArguments arguments) {
        List<ContainerStatus> all =
                context.runtime(arguments).list(why -> context.log().warning(why));
        StringBuilder out = new StringBuilder();
        if (arguments.flags().on("quiet")) {
            for (ContainerStatus status : all) {
                out.append(status.id()).append('\n');
            }
        } else {
            switch (arguments.flags().text("format").orElse("table")) {
                case "table" -> table(out, all);
                case "json" -> json(out, all);
                default ->
                    throw new ContainerException(Kind.INVALID, "invalid format option: there are table and json");
            }
        }
        context.out().print(out);
        return 0;
    }

    /** Go writes a list that was never made as null, and callers have learnt to read that. */
    private static void json(StringBuilder out, List<ContainerStatus> all) {
        JsonText json = new JsonText("");
        if (all.isEmpty()) {
            json.none();
        } else {
            json.begin('[');
            for (ContainerStatus status : all) {
                status.write(json, true);
            }
            json.end(']');
        }
        out.append(json).append('\n');
    }

    private static void table(StringBuilder out, List<ContainerStatus> all) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(COLUMNS);
        for (ContainerStatus s : all) {
            rows.add(List.of(
                    s.id(),
                    Integer.toString(s.pid()),
                    s.status(),
                    s.bundle(),
                    Timestamps.nanos(s.created()),
                    s.owner()));
        }
        int[] widths = new int[COLUMNS.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(NARROWEST, Math.max(widths[i], row.get(i).length() + GAP));
            }
        }
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                out.append(row.get(i));
                // The last column is not filled up.
                out.repeat(' ', i + 1 < widths.length ? widths[i] - row.get(i).length() : 0);
            }
            out.append('\n');
        }
    }
}
