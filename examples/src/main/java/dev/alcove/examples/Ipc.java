package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import java.util.Set;

/**
 * {@code ipc.c}: {@code CLONE_NEWIPC} hides the System V queues, semaphores and shared memory of the others. A message
 * queue is made outside. A container with only a new UTS namespace still lists it; one with a new IPC namespace too lists
 * none.
 */
public final class Ipc {
    private Ipc() {}

    /** Lists the queues outside, in a container that shares them, and in one that does not. */
    public static void main(String[] arguments) throws Exception {
        String answer = Session.outside("ipcmk -Q", "a queue, made outside").getFirst();
        String queue = answer.substring(answer.lastIndexOf(' ') + 1);
        try {
            look("CLONE_NEWUTS, as in uts.c", "the queue is seen: names are not queues", Set.of(NamespaceKind.UTS));
            look(
                    "CLONE_NEWUTS | CLONE_NEWIPC",
                    "no queue: this room has a table of its own",
                    Set.of(NamespaceKind.UTS, NamespaceKind.IPC));
        } finally {
            Session.outside("ipcrm -q " + queue, "");
        }
    }

    private static void look(String flags, String meaning, Set<NamespaceKind> own) throws Exception {
        Session.say("Parent - start a container!", flags);
        try (Container room = Shared.allBut(own, "sh", "-c", "echo 'Container - inside the container!'; exec sh")
                        .hostname("container")
                        .redirectErrorStream(true)
                        .start();
                Session inside = new Session(room)) {
            inside.says("");
            inside.run("ipcs -q", meaning);
        }
        Session.say("Parent - container stopped!", "");
    }
}
