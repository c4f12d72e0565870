package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Where a daemon that calls {@code alcove-oci} lives during a test: a shell in network, mount and PID namespaces of its own,
 * with an empty /run. The daemon cannot reach the machine's network or firewall, what it mounts is gone with it, and so is
 * every process it started. Its containers' control groups lie below one, {@link #group}, which goes at the end.
 */
final class CallerRoom implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(10);

    private final Shell shell;
    private final String group = "/alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    CallerRoom() {
        this.shell = Shell.of(new ProcessBuilder(
                "unshare",
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--propagation",
                "private",
                "sh"));
        // The client and the daemon of one release, and not what somebody put in front of them.
        // What script(1) gives its command to is one shell on every machine: SHELL may be set, to any of them, or not.
        say("export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run SHELL=/bin/sh");
        say("mount -t tmpfs tmpfs /run && mkdir /run/lock");
        try {
            assertThat(say("readlink /proc/self/ns/net"))
                    .as("another network than the machine's")
                    .isNotEqualTo(
                            Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The control group below which the containers' are to be, as a path in each hierarchy. */
    String group() {
        return group;
    }

    /** What a command says; it must end with status 0. */
    String say(String command) {
        return shell.say(command);
    }

    /** What a command says, and how it ends. */
    Said attempt(String command) {
        return shell.attempt(command);
    }

    /**
     * Starts a daemon, whose output goes to a file, and waits until a command succeeds that asks it something.
     *
     * @return a shell's words that end it and wait for that
     */
    String daemon(String command, Path log, String ready) {
        say(command + " > " + log + " 2>&1 & daemon=$!");
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (attempt(ready).status() != 0) {
            if (System.nanoTime() - deadline > 0 || attempt("kill -0 $daemon").status() != 0) {
                throw new AssertionError("it did not start: " + say("cat " + log));
            }
            say("sleep 0.1");
        }
        return "kill $daemon; wait $daemon";
    }

    /** How many processes there are in it, but the shell and what counts them. */
    List<String> others() {
        List<String> others = new ArrayList<>();
        for (String line : say("for p in /proc/[0-9]*; do echo \"${p#/proc/} $(tr '\\0' ' ' < $p/cmdline)\"; done")
                .split("\n", -1)) {
            String[] words = line.split(" ", 2);
            if (words.length == 2 && !words[0].equals("1") && !words[1].isBlank() && !words[1].startsWith("sh ")) {
                others.add(line);
            }
        }
        return others;
    }

    /** Ends everything in it, and removes the control groups. */
    @Override
    public void close() {
        shell.close();
        Cgroup groups = Cgroup.of(CgroupLayout.read(), group);
        assertThat(groups.kill(END)).as("processes in " + group + " end").isTrue();
        assertThat(groups.remove()).as(group + " goes").isTrue();
    }
}
