package dev.alcove.cli;

import dev.alcove.lens.Lens;
import dev.alcove.lens.SeenNamespace;
import dev.alcove.lens.Snapshot;
import dev.alcove.linux.Proc;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;

/** {@code alcove ns show}: namespaces in full. */
final class NsShowCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "ns show",
                List.of("ns show [--json] PID|CONTAINER|ID|PATH|NAME"),
                "Show what namespaces are made of, and what they share with others",
                """
                Of a process or a container all eight namespaces; of an ID (4026531840 or net:[4026531840]), of a \
                path like /proc/PID/ns/net or /run/netns/blue, or of a name given by 'alcove ns pin' that one, with \
                its processes.

                Beside the columns of 'alcove ns', it says by kind: mnt, the mounts, and below each with which \
                others it shares what is mounted there (<-> peer), from which it gets it (<-- master) and to which \
                it gives it (--> slave); net, the interfaces, and the other end of each veth with its namespace; \
                user, the id maps and what it owns; pid and user, the children; uts, the names; ipc, how many \
                objects; cgroup, which groups are its roots; time, the offsets. What the caller may not look at is \
                left out.""",
                List.of(
                        new Example("alcove ns show web", "a container's rooms"),
                        new Example("alcove ns show $$", "those of this shell"),
                        new Example("alcove ns show /run/netns/blue", "one by its file")),
                new FlagTable().toggle("json", "As JSON, with the processes of each."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        String word = arguments.words("PID, CONTAINER, ID, PATH or NAME", 1).getFirst();
        NamespaceTarget target = NamespaceTarget.of(shell, "ns show", word);
        Snapshot now = Lens.look(ContainerStore.standard(shell.environment()));
        boolean json = arguments.has("json");
        List<SeenNamespace> chosen;
        String head = "";
        if (target.pid().isPresent()) {
            int pid = target.pid().getAsInt();
            chosen = now.of(pid);
            if (chosen.isEmpty()) {
                throw NsCommand.noProcess("ns show", Integer.toString(pid));
            }
            head = head(pid, target.container());
        } else {
            chosen = List.of(now.find(target.number())
                    .orElseThrow(() -> new ContainerException(
                            ContainerException.Kind.NOT_FOUND,
                            "ns show: there is no namespace " + SpecException.quote(word) + " that may be seen"
                                    + "\n  likely cause: it is gone, or another user's"
                                    + "\n  mend: 'alcove ns' lists those that may be seen")));
        }
        List<Sheet> sheets = new ArrayList<>();
        for (SeenNamespace ns : chosen) {
            // Of a process that shares the machine's own namespaces, hundreds of others would be listed eight times.
            sheets.add(SheetOf.of(now, ns, json || target.pid().isEmpty()));
        }
        shell.out().print(json ? json(sheets) : text(head, sheets));
        NsCommand.sayRefused(shell, now);
        return 0;
    }

    private static String head(int pid, String container) {
        String chain = Proc.status(pid)
                .map(s -> SheetOf.chain(s.namespacePids()))
                .filter(c -> c.indexOf('>') > 0)
                .map(c -> ", which is " + c + " from PID namespace to PID namespace")
                .orElse("");
        return "process " + pid + chain + (container.isEmpty() ? "" : ", of container " + container) + ": "
                + NamespaceColumn.oneLine(SheetOf.command(pid)) + "\n\n";
    }

    private static String text(String head, List<Sheet> sheets) {
        StringBuilder out = new StringBuilder(head);
        for (Sheet sheet : sheets) {
            out.append(out.length() == head.length() ? "" : "\n").append(sheet.text());
        }
        return out.toString();
    }

    private static String json(List<Sheet> sheets) {
        return NamespaceJson.of(out -> {
            out.beginObject();
            out.name("namespaces");
            out.beginArray();
            for (Sheet sheet : sheets) {
                sheet.write(out);
            }
            out.endArray();
            out.endObject();
        });
    }
}
