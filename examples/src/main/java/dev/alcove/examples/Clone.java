package dev.alcove.examples;

import dev.alcove.linux.Kernel;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code clone.c}: a child is started by clone(2) without any flag. It shares all eight namespaces with its parent, so it
 * is an ordinary process: what it sees is what the parent sees. This is the program that the others build upon.
 */
public final class Clone {
    private Clone() {}

    /** Prints which namespaces the parent and the child are in: they are the same. */
    public static void main(String[] arguments) throws Exception {
        Session.say("Parent - start a container!", "clone(2) with SIGCHLD and no other flag");
        try (Container child = Shared.allBut(Set.of(), "sh", "-c", "echo 'Container - inside the container!'; exec sh")
                        .redirectErrorStream(true)
                        .start();
                Session inside = new Session(child)) {
            inside.says("the child; a shell takes its place");
            inside.run("readlink /proc/$$/ns/uts /proc/$$/ns/pid", "two of the rooms that it is in");
            Session.outside("readlink /proc/$$/ns/uts /proc/$$/ns/pid", "the parent's: the very same");
            long same = Stream.of(NamespaceKind.values())
                    .filter(kind ->
                            Namespace.identity(kind, child.pid()).equals(Namespace.identity(kind, Kernel.pid())))
                    .count();
            Session.say("shared: " + same + " of " + NamespaceKind.values().length, "so it is no container yet");
        }
        Session.say("Parent - container stopped!", "waitpid(2) has returned");
    }
}
