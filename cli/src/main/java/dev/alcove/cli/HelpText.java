package dev.alcove.cli;

import java.util.List;

/** A command's help: what it does, examples, and its flags under their headings, in at most 100 columns. */
final class HelpText {
    private static final int WIDTH = 100;
    private static final int COLUMN = 32;

    private final StringBuilder out = new StringBuilder(8192);

    private HelpText() {}

    static String of(Manual manual) {
        HelpText text = new HelpText();
        String lead = "Usage: alcove ";
        for (String usage : manual.usage()) {
            text.out.append(lead).append(usage).append('\n');
            lead = "       alcove ";
        }
        text.out.append('\n');
        text.paragraphs(manual.description());
        if (!manual.examples().isEmpty()) {
            text.out.append("\nExamples:\n");
            for (Example example : manual.examples()) {
                text.row("  " + example.line(), example.what(), 58);
            }
        }
        text.flags(manual.flags().flags());
        return text.out.toString();
    }

    private void flags(List<Flag> flags) {
        String group = "";
        for (Flag flag : flags) {
            if (!flag.group().equals(group)) {
                group = flag.group();
                out.append('\n').append(group).append(":\n");
            }
            String letter = flag.hasLetter() ? "  -" + flag.letter() + ", " : "      ";
            String value = flag.optional()
                    ? "[=" + flag.placeholder() + "]"
                    : flag.takesValue() ? " " + flag.placeholder() : "";
            row(letter + "--" + flag.name() + value, flag.help(), COLUMN);
        }
        if (!flags.isEmpty()) {
            out.append('\n');
            row("      --help", "Prints this.", COLUMN);
        }
    }

    /** Two columns; a left part that is too long gets a line of its own. */
    private void row(String left, String right, int column) {
        out.append(left);
        if (left.length() + 2 > column) {
            out.append('\n').append(" ".repeat(column));
        } else {
            out.append(" ".repeat(column - left.length()));
        }
        wrap(right, column);
    }

    private void paragraphs(String text) {
        boolean first = true;
        for (String paragraph : split(text)) {
            out.append(first ? "" : "\n");
            wrap(paragraph, 0);
            first = false;
        }
    }

    private static List<String> split(String text) {
        List<String> parts = new java.util.ArrayList<>();
        int from = 0;
        for (int to = text.indexOf("\n\n"); to >= 0; to = text.indexOf("\n\n", from)) {
            parts.add(text.substring(from, to));
            from = to + 2;
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** Appends words, broken between them; the line so far is already indented. */
    private void wrap(String text, int indent) {
        int column = indent;
        boolean start = true;
        int from = 0;
        String words = text.replace('\n', ' ').strip();
        while (from < words.length()) {
            int to = words.indexOf(' ', from);
            String word = words.substring(from, to < 0 ? words.length() : to);
            from = to < 0 ? words.length() : to + 1;
            if (!start && column + 1 + word.length() > WIDTH) {
                out.append('\n').append(" ".repeat(indent));
                column = indent;
                start = true;
            }
            if (!start) {
                out.append(' ');
                column++;
            }
            out.append(word);
            column += word.length();
            start = false;
        }
        out.append('\n');
    }
}
