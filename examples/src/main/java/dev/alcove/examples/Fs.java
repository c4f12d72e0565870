package dev.alcove.examples;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.spec.OciMount;
import java.util.List;
import java.util.Set;

/**
 * {@code fs.c}: {@code CLONE_NEWNS} gives the child a copy of the mount table. It mounts a new {@code /proc}, which shows
 * the processes of its own PID namespace; {@code ps} now lists two. The parent's mounts do not change.
 */
public final class Fs {
    private Fs() {}

    /** Lists the processes that /proc shows inside, and the mounts of /proc on both sides. */
    public static void main(String[] arguments) throws Exception {
        Set<NamespaceKind> own = Set.of(NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.PID, NamespaceKind.MOUNT);
        long parent = ProcessHandle.current().pid();
        Session.say(String.format("Parent [%5d] - start a container!", parent), "the flags of pid.c and CLONE_NEWNS");
        try (Container room = Shared.allBut(
                                own, "sh", "-c", "printf 'Container [%5d] - inside the container!\\n' $$; exec sh")
                        .hostname("container")
                        .mount(OciMount.of("/proc", "proc", "proc", List.of("nosuid", "nodev", "noexec")))
                        .redirectErrorStream(true)
                        .start();
                Session inside = new Session(room)) {
            inside.says("mount -t proc proc /proc came before");
            inside.run("ls -d /proc/[0-9]*", "one directory for each process");
            inside.run("ps aux", "two processes: the shell, and ps itself");
            inside.run("grep -c ' /proc proc ' /proc/mounts", "the new /proc lies over the old one");
            Session.outside("grep -c ' /proc proc ' /proc/mounts", "outside it was not mounted");
        }
        Session.say("Parent - container stopped!", "");
    }
}
