package dev.alcove.cli;

import dev.alcove.lens.Lens;
import dev.alcove.lens.SeenNamespace;
import dev.alcove.lens.Snapshot;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Terminal;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.Durations;
import dev.alcove.spec.SpecException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@code alcove ns}: the namespaces there are. */
final class NsCommand implements Command {
    private final String name;

    /** Called {@code ns} or {@code ns ls}. */
    NsCommand(String name) {
        this.name = name;
    }

    @Override
    public Manual manual() {
        return new Manual(
                name,
                List.of("ns [ls] [FLAGS]", "ns show|diff|pin|unpin …"),
                "List the namespaces of this machine, and what keeps each alive",
                """
                Lists all namespaces that the caller may see, also those that no process is in. Changes nothing and \
                needs no privileges; an ordinary user sees the namespaces of the own processes, and a line on \
                standard error says how many processes could not be looked into. Nobody sees what only a descriptor or a \
                socket keeps that is on its way to another process (SCM_RIGHTS), or what only the kernel keeps; and of \
                sockets only root learns the network.

                """ + NamespaceColumn.help()
                        + "\n\n'alcove ns show', 'diff', 'pin' and 'unpin' have a --help of their own.",
                List.of(
                        new Example("alcove ns -t net", "the network namespaces"),
                        new Example("alcove ns -p 4711", "those that a process is in"),
                        new Example("alcove ns --tree", "which user and PID namespace lies in which"),
                        new Example("alcove ns --watch=500ms", "what appears and goes")),
                new FlagTable()
                        .list("type", 't', String.join("|", kindNames()), "Only of this kind; may be given again.")
                        .value("task", 'p', "PID", "Only those that this process is in.")
                        .toggle("tree", "The two hierarchies, user and pid, as trees.")
                        .toggle("json", "As JSON, with the names that lsns(8) has; with --watch one object a line.")
                        .optional(
                                "watch",
                                Flag.NO_LETTER,
                                "DURATION",
                                "Looks again every 2s, or as often as given, until a signal ends it: on a terminal the"
                                        + " list is drawn anew, elsewhere each change is a line."));
    }

    /** The kinds as the kernel names them. */
    static List<String> kindNames() {
        List<String> names = new ArrayList<>();
        for (NamespaceKind kind : NamespaceKind.values()) {
            names.add(kind.fileName());
        }
        return names;
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        if (!arguments.remaining().isEmpty()) {
            String word = arguments.remaining().getFirst();
            String hint = DidYouMean.nearest(word, Completion.words("ns"))
                    .map(w -> "; did you mean '" + w + "'?")
                    .orElse("; there are " + String.join(", ", Completion.words("ns")));
            throw new UsageException(
                    "ns", SpecException.quote(word) + " is nothing that ns does, or stands before its flags" + hint);
        }
        Set<NamespaceKind> kinds = EnumSet.noneOf(NamespaceKind.class);
        for (String text : arguments.all("type")) {
            kinds.add(kind("--type", text));
        }
        long task = arguments.number("task", 1, Integer.MAX_VALUE).orElse(0);
        ContainerStore store = ContainerStore.standard(shell.environment());
        boolean json = arguments.has("json");
        boolean tree = arguments.has("tree");
        if (arguments.has("watch")) {
            Duration interval = arguments
                    .value("watch")
                    .map(text -> Durations.parse("--watch", text))
                    .orElse(Duration.ofSeconds(2));
            if (interval.toMillis() < 1) {
                throw new UsageException("ns", "--watch: a millisecond is the shortest time");
            }
            return new NamespaceWatch(shell, () -> chosen(Lens.look(store), kinds, (int) task), interval)
                    .run(json, tree);
        }
        Snapshot now = Lens.look(store);
        List<SeenNamespace> chosen = chosen(now, kinds, (int) task);
        if (task > 0 && chosen.isEmpty() && now.of((int) task).isEmpty()) {
            throw noProcess("--task", Long.toString(task));
        }
        if (json) {
            shell.out().print(tree ? NamespaceTree.json(chosen) : NamespaceJson.list(chosen));
        } else {
            shell.out().print(table(shell, chosen, tree));
        }
        sayRefused(shell, now);
        return 0;
    }

    static ContainerException noProcess(String field, String pid) {
        return new ContainerException(
                ContainerException.Kind.NOT_FOUND,
                field + ": there is no process " + pid + " that may be looked into"
                        + "\n  likely cause: it has ended, or is another user's"
                        + "\n  mend: give the id of a process of your own, or ask as root");
    }

    static NamespaceKind kind(String field, String text) {
        return NamespaceKind.named(text)
                .orElseThrow(() -> SpecException.not(field, text, "a kind of namespace", kindNames()));
    }

    static void sayRefused(Shell shell, Snapshot now) {
        if (now.refused() > 0) {
            shell.err()
                    .print("alcove: " + now.refused() + " of " + now.processes()
                            + " processes could not be looked into: they are other users', or have more privileges\n");
        }
    }

    private static List<SeenNamespace> chosen(Snapshot now, Set<NamespaceKind> kinds, int task) {
        List<SeenNamespace> chosen = new ArrayList<>();
        for (SeenNamespace ns : now.namespaces()) {
            boolean wanted = kinds.isEmpty() || kinds.contains(ns.kind());
            if (wanted && (task == 0 || ns.members().contains(task))) {
                chosen.add(ns);
            }
        }
        return chosen;
    }

    /** The table; on a terminal each line as long as that is wide. */
    static String table(Shell shell, List<SeenNamespace> namespaces, boolean tree) {
        List<List<String>> rows = tree ? NamespaceTree.rows(namespaces) : new ArrayList<>();
        if (!tree) {
            for (SeenNamespace ns : namespaces) {
                rows.add(cells(ns));
            }
        }
        String text = TextTable.of(NamespaceColumn.titles(), rows);
        return Terminal.size(shell.output())
                .map(size -> cut(text, size.columns()))
                .orElse(text);
    }

    static List<String> cells(SeenNamespace ns) {
        List<String> cells = new ArrayList<>();
        for (NamespaceColumn column : NamespaceColumn.values()) {
            cells.add(column.cell(ns));
        }
        return cells;
    }

    private static String cut(String text, int columns) {
        if (columns <= 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            at = c == '\n' ? 0 : at + 1;
            if (at <= columns) {
                out.append(c);
            }
        }
        return out.toString();
    }
}
