package dev.alcove.examples;

import dev.alcove.runtime.Container;
import java.util.Set;

/**
 * {@code clone.c}: a child is started by clone(2) without any flag. It shares all eight namespaces with its parent, so it
 * is an ordinary process: what it sees is what the parent sees. This is the program that the others build upon.
 */
public final class Clone {
    private Clone() {}

    /** Prints which UTS namespace the parent and the child are in: it is the same. */
    public static void main(String[] arguments) throws Exception {
        String look = "readlink /proc/self/ns/uts";
        System.out.println("Parent - start a container!");
        new ProcessBuilder("sh", "-c", look).inheritIO().start().waitFor();
        try (Container child = Shared.allBut(Set.of(), "sh", "-c", "echo Container - inside the container!; " + look)
                .inheritIO()
                .start()) {
            child.waitFor();
        }
        System.out.println("Parent - container stopped!");
    }
}
