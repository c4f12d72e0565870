package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.spec.LinuxIdMapping;
import java.util.List;
import java.util.Set;

/**
 * {@code CLONE_NEWUSER}, for which the documents have words and no program: the user 0 inside is an ordinary user outside.
 * Nothing else is new here, so that one sees how far this root's power reaches: not to what the namespace does not own.
 */
public final class User {
    private User() {}

    /** Shows the user from both sides, and what root inside cannot do. */
    public static void main(String[] arguments) throws Exception {
        List<LinuxIdMapping> ids = List.of(new LinuxIdMapping(0, 100_000, 65_536)); // inside, outside, how many
        Session.say("Parent - start a container!", "clone(2) with CLONE_NEWUSER, then uid_map");
        try (Container room = Shared.allBut(
                                Set.of(NamespaceKind.USER),
                                "sh",
                                "-c",
                                "echo 'Container - inside the container!'; exec sh")
                        .idMappings(ids, ids)
                        .redirectErrorStream(true)
                        .start();
                Session inside = new Session(room)) {
            inside.says("");
            inside.run("id -u", "root,");
            Session.outside("ps -o uid= -p " + room.pid(), "whom outside knows as an ordinary user");
            inside.run("cat /proc/self/uid_map", "inside from, outside from, how many");
            inside.run("cat /etc/shadow", "the file is the outer root's");
            inside.run("hostname mine", "so is the UTS namespace, which is shared");
        }
        Session.say("Parent - container stopped!", "");
    }
}
