package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import java.util.Set;

/**
 * {@code pid.c}: {@code CLONE_NEWPID} numbers processes afresh. The child is process 1 of its namespace, and has another
 * number outside. But {@code /proc} is still the parent's, so {@code ps} and {@code top} inside list every process of the
 * machine: numbers of its own are not yet a view of its own. {@link Fs} mends that.
 */
public final class Pid {
    private Pid() {}

    /** Prints the child's number from inside and from outside, and what /proc shows it. */
    public static void main(String[] arguments) {
        Set<NamespaceKind> own = Set.of(NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.PID);
        String look = "echo inside: pid $$; test -d /proc/"
                + ProcessHandle.current().pid() + " && echo /proc still lists the parent";
        try (Container room = Shared.allBut(own, "sh", "-c", look)
                .hostname("container")
                .inheritIO()
                .start()) {
            int outside = room.pid();
            room.waitFor();
            System.out.println("outside: pid " + outside);
        }
    }
}
