package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import java.util.Set;

/**
 * {@code uts.c}: {@code CLONE_NEWUTS} gives the child a host name of its own. It is set to {@code container} inside; the
 * parent's name stays what it was. (UTS is the old name of the structure that uname(2) fills in.)
 */
public final class Uts {
    private Uts() {}

    /** Prints the host name inside, then outside. */
    public static void main(String[] arguments) throws Exception {
        Session.say("Parent - start a container!", "clone(2) with CLONE_NEWUTS");
        try (Container room = Shared.allBut(
                                Set.of(NamespaceKind.UTS),
                                "sh",
                                "-c",
                                "echo 'Container - inside the container!'; exec sh")
                        .hostname("container")
                        .redirectErrorStream(true)
                        .start();
                Session inside = new Session(room)) {
            inside.says("sethostname(\"container\") came before");
            inside.run("hostname", "the name of this room");
        }
        Session.say("Parent - container stopped!", "");
        Session.outside("hostname", "nothing has changed here");
    }
}
