package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * {@code ipc.c}: {@code CLONE_NEWIPC} hides the System V queues, semaphores and shared memory of the others. A message
 * queue is made outside. A container with only a new UTS namespace still lists it; one with a new IPC namespace too lists
 * none.
 */
public final class Ipc {
    private static final String COUNT = "$(ipcs -q | grep -c ^0x)";

    private Ipc() {}

    /** Counts the queues outside, in a container that shares them, and in one that does not. */
    public static void main(String[] arguments) throws Exception {
        String answer = shell("ipcmk -Q");
        String queue = answer.substring(answer.lastIndexOf(' ') + 1).strip();
        try {
            System.out.print("queues outside: " + shell("ipcs -q | grep -c ^0x"));
            run("queues with uts: ", Set.of(NamespaceKind.UTS));
            run("queues with uts and ipc: ", Set.of(NamespaceKind.UTS, NamespaceKind.IPC));
        } finally {
            shell("ipcrm -q " + queue);
        }
    }

    private static void run(String name, Set<NamespaceKind> own) {
        try (Container room = Shared.allBut(own, "sh", "-c", "echo " + name + COUNT)
                .inheritIO()
                .start()) {
            room.waitFor();
        }
    }

    private static String shell(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }
}
