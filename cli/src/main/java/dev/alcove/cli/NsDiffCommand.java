package dev.alcove.cli;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Inode;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceSet;
import java.util.ArrayList;
import java.util.List;

/** {@code alcove ns diff}: which namespaces two processes share. */
final class NsDiffCommand implements Command {
    private static final int DIFFERENT = 1;

    @Override
    public Manual manual() {
        return new Manual(
                "ns diff",
                List.of("ns diff [--json] PID|CONTAINER PID|CONTAINER"),
                "Say which of the eight namespaces two processes share",
                """
                Prints a line for each kind: the namespace of the one, that of the other, and whether they are the \
                same. The exit status is 0 if all are, 1 if some are not, and 125 if that could not be found out.""",
                List.of(
                        new Example("alcove ns diff web $$", "what a container shares with this shell"),
                        new Example("alcove ns diff web db", "two containers")),
                new FlagTable().toggle("json", "As JSON."));
    }

    /** A kind, and where the two are. */
    private record Pair(NamespaceKind kind, Inode one, Inode other) {
        boolean same() {
            return one.equals(other);
        }
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        List<String> words = arguments.words("two processes or containers", 2);
        if (words.size() < 2) {
            throw new UsageException("ns diff", "a second process or container is needed");
        }
        NamespaceSet one = set(shell, words.get(0));
        NamespaceSet other = set(shell, words.get(1));
        List<Pair> pairs = new ArrayList<>();
        int status = 0;
        for (NamespaceKind kind : NamespaceKind.values()) {
            Inode a = one.identities().get(kind);
            Inode b = other.identities().get(kind);
            if (a != null && b != null) {
                Pair pair = new Pair(kind, a, b);
                pairs.add(pair);
                status = pair.same() ? status : DIFFERENT;
            }
        }
        shell.out().print(arguments.has("json") ? json(pairs) : text(words, pairs));
        return status;
    }

    private static NamespaceSet set(Shell shell, String word) {
        int pid = NamespaceTarget.process(shell, "ns diff", word).pid().orElseThrow();
        try {
            return NamespaceSet.of(pid).orElseThrow(() -> NsCommand.noProcess("ns diff", word));
        } catch (LinuxException e) {
            if (e.errno() == Errno.EACCES) {
                throw NsCommand.noProcess("ns diff", word);
            }
            throw e;
        }
    }

    private static String text(List<String> words, List<Pair> pairs) {
        List<List<String>> rows = new ArrayList<>();
        for (Pair pair : pairs) {
            rows.add(List.of(
                    pair.kind().fileName(),
                    Long.toString(pair.one().number()),
                    Long.toString(pair.other().number()),
                    pair.same() ? "same" : "different"));
        }
        return TextTable.of(
                List.of("TYPE", NamespaceColumn.oneLine(words.get(0)), NamespaceColumn.oneLine(words.get(1)), ""),
                rows);
    }

    private static String json(List<Pair> pairs) {
        return NamespaceJson.of(out -> {
            out.beginObject();
            out.name("namespaces");
            out.beginArray();
            for (Pair pair : pairs) {
                out.beginObject();
                out.name("type");
                out.value(pair.kind().fileName());
                out.name("ns");
                out.beginArray();
                out.value(pair.one().number());
                out.value(pair.other().number());
                out.endArray();
                out.name("same");
                out.value(pair.same());
                out.endObject();
            }
            out.endArray();
            out.endObject();
        });
    }
}
