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
    public static void main(String[] arguments) throws Exception {
        Set<NamespaceKind> own = Set.of(NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.PID);
        long parent = ProcessHandle.current().pid();
        Session.say(
                String.format("Parent [%5d] - start a container!", parent),
                "CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID");
        try (Container room = Shared.allBut(
                                own, "sh", "-c", "printf 'Container [%5d] - inside the container!\\n' $$; exec sh")
                        .hostname("container")
                        .redirectErrorStream(true)
                        .start();
                Session inside = new Session(room)) {
            inside.says("what getpid(2) says inside");
            inside.run("echo $$", "the init of its own numbers");
            inside.run("hostname", "CLONE_NEWUTS, as before");
            inside.run("ipcs -q", "no queue: CLONE_NEWIPC, as before");
            Session.outside("grep NSpid /proc/" + room.pid() + "/status", "one process, a number on each level");
            inside.run("ps aux | head -n 3", "the whole machine: /proc is still the parent's");
            inside.run("ls -d /proc/" + parent, "even the parent");
        }
        Session.say("Parent - container stopped!", "");
    }
}
