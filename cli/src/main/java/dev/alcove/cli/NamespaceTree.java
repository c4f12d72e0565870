package dev.alcove.cli;

import dev.alcove.lens.SeenNamespace;
import dev.alcove.linux.NamespaceKind;
import io.avaje.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;

/** The two kinds that have parents, each as a tree drawn into the first column. */
final class NamespaceTree {
    private final List<SeenNamespace> all;
    private final List<List<String>> rows = new ArrayList<>();

    private NamespaceTree(List<SeenNamespace> all) {
        this.all = all;
    }

    static List<List<String>> rows(List<SeenNamespace> all) {
        NamespaceTree tree = new NamespaceTree(all);
        for (NamespaceKind kind : new NamespaceKind[] {NamespaceKind.USER, NamespaceKind.PID}) {
            for (SeenNamespace root : tree.roots(kind)) {
                tree.draw(root, "", "");
            }
        }
        return tree.rows;
    }

    /** The same as JSON: each with its {@code children}. */
    static String json(List<SeenNamespace> all) {
        NamespaceTree tree = new NamespaceTree(all);
        return NamespaceJson.of(out -> {
            out.beginObject();
            out.name("namespaces");
            out.beginArray();
            for (NamespaceKind kind : new NamespaceKind[] {NamespaceKind.USER, NamespaceKind.PID}) {
                tree.write(out, tree.roots(kind));
            }
            out.endArray();
            out.endObject();
        });
    }

    private void write(JsonWriter out, List<SeenNamespace> level) {
        for (SeenNamespace ns : level) {
            out.beginObject();
            NamespaceJson.fields(out, ns);
            out.name("children");
            out.beginArray();
            write(out, children(ns));
            out.endArray();
            out.endObject();
        }
    }

    /** Those whose parent is not to be seen. */
    private List<SeenNamespace> roots(NamespaceKind kind) {
        List<SeenNamespace> roots = new ArrayList<>();
        for (SeenNamespace ns : all) {
            if (ns.kind() == kind && parent(ns) == null) {
                roots.add(ns);
            }
        }
        return roots;
    }

    private @org.jspecify.annotations.Nullable SeenNamespace parent(SeenNamespace ns) {
        for (SeenNamespace other : all) {
            if (ns.parent().isPresent() && ns.parent().getAsLong() == other.number()) {
                return other;
            }
        }
        return null;
    }

    private List<SeenNamespace> children(SeenNamespace parent) {
        List<SeenNamespace> children = new ArrayList<>();
        for (SeenNamespace ns : all) {
            if (ns.parent().isPresent() && ns.parent().getAsLong() == parent.number()) {
                children.add(ns);
            }
        }
        return children;
    }

    private void draw(SeenNamespace ns, String lead, String below) {
        List<String> cells = new ArrayList<>();
        for (NamespaceColumn column : NamespaceColumn.values()) {
            cells.add(column == NamespaceColumn.NUMBER ? lead + column.cell(ns) : column.cell(ns));
        }
        rows.add(cells);
        List<SeenNamespace> children = children(ns);
        for (int i = 0; i < children.size(); i++) {
            boolean last = i + 1 == children.size();
            draw(children.get(i), below + (last ? "└─" : "├─"), below + (last ? "  " : "│ "));
        }
    }
}
