package dev.alcove.cli;

import java.util.List;

/** A table in columns as wide as what is in them, three blanks apart. */
final class TextTable {
    private static final int GAP = 3;

    private TextTable() {}

    static String of(List<String> header, List<List<String>> rows) {
        int[] widths = new int[header.size()];
        measure(widths, header);
        for (List<String> row : rows) {
            measure(widths, row);
        }
        StringBuilder out = new StringBuilder();
        line(out, widths, header);
        for (List<String> row : rows) {
            line(out, widths, row);
        }
        return out.toString();
    }

    private static void measure(int[] widths, List<String> row) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
        }
    }

    private static void line(StringBuilder out, int[] widths, List<String> row) {
        for (int i = 0; i < widths.length; i++) {
            String cell = row.get(i);
            out.append(cell);
            if (i + 1 < widths.length) {
                out.append(" ".repeat(widths[i] - cell.length() + GAP));
            }
        }
        while (out.charAt(out.length() - 1) == ' ') {
            out.setLength(out.length() - 1);
        }
        out.append('\n');
    }
}
