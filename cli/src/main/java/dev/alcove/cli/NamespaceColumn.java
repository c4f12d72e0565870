package dev.alcove.cli;

import dev.alcove.lens.Pin;
import dev.alcove.lens.SeenNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What {@code ns} says of a namespace: the one table from which its text, its JSON and its help are made. */
enum NamespaceColumn {
    NUMBER("NS", "ns", "the number of its inode, which names it"),
    KIND("TYPE", "type", "its kind: mnt, uts, ipc, pid, net, user, cgroup or time"),
    PROCESSES("NPROCS", "nprocs", "how many processes are in it"),
    FIRST("PID", "pid", "the first of them, that with the lowest id"),
    OWNER_UID("OWNER", "owner_uid", "the user who made it, or the user namespace that owns it"),
    OWNER("USERNS", "ons", "the user namespace that owns it"),
    PARENT("PARENT", "pns", "the one above it, of the kinds pid and user"),
    PINS(
            "KEPT BY",
            "pins",
            "what keeps it alive: a process, a thread, the children that a process will have, a descriptor, a socket, a mount,"
                    + " or another namespace below it"),
    CONTAINERS("CONTAINER", "containers", "Alcove's containers in it, but for the caller's own namespaces"),
    NAMES("NAME", "names", "the names given by 'alcove ns pin'"),
    COMMAND("COMMAND", "command", "what its first process runs");

    private final String title;
    private final String property;
    private final String help;

    NamespaceColumn(String title, String property, String help) {
        this.title = title;
        this.property = property;
        this.help = help;
    }

    /** The column's heading. */
    String title() {
        return title;
    }

    /** The property's name in JSON; lsns(8)'s where it has it too. */
    String property() {
        return property;
    }

    /** One sentence that explains all columns. */
    static String help() {
        StringBuilder text = new StringBuilder("The columns, and their names in JSON:");
        for (NamespaceColumn column : values()) {
            text.append(column == NUMBER ? " " : "; ")
                    .append(column.title)
                    .append(" (")
                    .append(column.property)
                    .append("), ")
                    .append(column.help);
        }
        return text.append('.').toString();
    }

    static List<String> titles() {
        List<String> titles = new ArrayList<>();
        for (NamespaceColumn column : values()) {
            titles.add(column.title);
        }
        return titles;
    }

    /** The value as JSON has it: a Long, a String, a list of strings, or empty text for none. */
    Object value(SeenNamespace ns) {
        return switch (this) {
            case NUMBER -> ns.number();
            case KIND -> ns.kind().fileName();
            case PROCESSES -> (long) ns.members().size();
            case FIRST -> ns.first().isPresent() ? (long) ns.first().getAsInt() : "";
            case OWNER_UID -> number(ns.ownerUid());
            case OWNER -> number(ns.owner());
            case PARENT -> number(ns.parent());
            case PINS -> {
                List<String> texts = new ArrayList<>();
                for (Pin pin : ns.pins()) {
                    texts.add(pin.text());
                }
                yield texts;
            }
            case CONTAINERS -> ns.containers();
            case NAMES -> ns.names();
            case COMMAND -> ns.command();
        };
    }

    private static Object number(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : "";
    }

    /** The cell of a table: one line, whatever it holds. */
    String cell(SeenNamespace ns) {
        if (this == PINS) {
            return words(ns.pins());
        }
        Object value = value(ns);
        if (value instanceof List<?> list) {
            StringBuilder text = new StringBuilder();
            for (Object item : list) {
                text.append(text.isEmpty() ? "" : ",").append(item);
            }
            return text.isEmpty() ? "-" : text.toString();
        }
        String text = oneLine(value.toString());
        return text.isEmpty() && this != COMMAND ? "-" : text;
    }

    /** The value in full, empty if there is none. */
    String full(SeenNamespace ns) {
        Object value = value(ns);
        StringBuilder text = new StringBuilder();
        for (Object item : value instanceof List<?> list ? list : List.of(value)) {
            text.append(text.isEmpty() ? "" : ", ").append(item);
        }
        return oneLine(text.toString());
    }

    /** Each kind of pin once, with how many there are. */
    private static String words(List<Pin> pins) {
        List<String> words = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        for (Pin pin : pins) {
            int at = words.indexOf(pin.word());
            if (at < 0) {
                words.add(pin.word());
                counts.add(1);
            } else {
                counts.set(at, counts.get(at) + 1);
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words.size(); i++) {
            text.append(i == 0 ? "" : ",").append(words.get(i));
            if (counts.get(i) > 1) {
                text.append("*").append(counts.get(i));
            }
        }
        return text.isEmpty() ? "-" : text.toString();
    }

    /** Without what would break the line or act on a terminal. */
    static String oneLine(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return out.toString();
    }
}
