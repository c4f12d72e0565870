package dev.alcove.cli;

import dev.alcove.lens.SeenNamespace;
import io.avaje.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * All that is said of one namespace: its columns, and what belongs to its kind. Text and JSON are made of the same.
 *
 * @param namespace which
 * @param sections  the rest
 */
record Sheet(SeenNamespace namespace, List<Section> sections) {
    /**
     * A table of a sheet.
     *
     * @param property its name in JSON; the text has it with blanks
     * @param columns  its columns' names in JSON; the text has them in capitals
     * @param rows     its rows
     */
    record Section(String property, List<String> columns, List<Row> rows) {}

    /**
     * A row.
     *
     * @param cells for each column a Long, a String, or a list of strings
     * @param below lines that the text has below it, drawn as a tree
     */
    record Row(List<Object> cells, List<String> below) {
        static Row of(Object... cells) {
            return new Row(List.of(cells), List.of());
        }
    }

    void write(JsonWriter out) {
        out.beginObject();
        NamespaceJson.fields(out, namespace);
        for (Section section : sections) {
            out.name(section.property());
            out.beginArray();
            for (Row row : section.rows()) {
                out.beginObject();
                for (int i = 0; i < section.columns().size(); i++) {
                    out.name(section.columns().get(i));
                    NamespaceJson.value(out, row.cells().get(i), false);
                }
                out.endObject();
            }
            out.endArray();
        }
        out.endObject();
    }

    String text() {
        StringBuilder out = new StringBuilder();
        out.append(namespace.label()).append('\n');
        for (NamespaceColumn column : NamespaceColumn.values()) {
            String cell = column.full(namespace);
            if (column != NamespaceColumn.NUMBER && column != NamespaceColumn.KIND && !cell.isEmpty()) {
                out.append("  ")
                        .append(column.title())
                        .append(" ".repeat(12 - column.title().length()))
                        .append(cell)
                        .append('\n');
            }
        }
        for (Section section : sections) {
            section(out, section);
        }
        return out.toString();
    }

    /** A list-valued column is drawn below its row, so the table has the others alone. */
    private static void section(StringBuilder out, Section section) {
        out.append("  ").append(section.property().replace('_', ' ')).append(":\n");
        List<String> titles = new ArrayList<>();
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < section.columns().size(); i++) {
            boolean list = !section.rows().isEmpty()
                    && section.rows().getFirst().cells().get(i) instanceof List<?>;
            if (!list) {
                shown.add(i);
                titles.add(section.columns()
                        .get(i)
                        .toUpperCase(java.util.Locale.ROOT)
                        .replace('_', ' '));
            }
        }
        List<List<String>> cells = new ArrayList<>();
        for (Row row : section.rows()) {
            List<String> line = new ArrayList<>();
            for (int i : shown) {
                String cell = NamespaceColumn.oneLine(row.cells().get(i).toString());
                line.add(cell.isEmpty() ? "-" : cell);
            }
            cells.add(line);
        }
        String[] lines = TextTable.of(titles, cells).split("\n", -1);
        for (int i = 0; i + 1 < lines.length; i++) {
            out.append("    ").append(lines[i]).append('\n');
            List<String> below = i == 0 ? List.of() : section.rows().get(i - 1).below();
            for (int j = 0; j < below.size(); j++) {
                out.append(j + 1 < below.size() ? "    ├─ " : "    └─ ")
                        .append(NamespaceColumn.oneLine(below.get(j)))
                        .append('\n');
            }
        }
    }
}
