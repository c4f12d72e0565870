package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as a process: real signals from outside, and what it does for a user without any privilege. */
@Timeout(180)
class CommandLineTest {
    /** It must not end before it is told to, and at the latest by itself, should the test fail. */
    private static final String LIMIT = "--timeout=100s";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
    void aSignalEndsTheContainersProcessAndTheStatusSaysSo(String signal, int status) {
        Needs.root();
        try (CommandLine run =
                CommandLine.start(folder, "run", LIMIT, "--init", "host", "sh", "-c", "echo ready; exec sleep 1000")) {
            assertThat(run.line()).isEqualTo("ready");
            run.signal(signal);
            assertThat(run.end()).isEqualTo(new Said(status, ""));
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM", "INT", "HUP", "USR1", "USR2"})
    void aSignalIsPassedOnToWhoCatchesIt(String signal) {
        Needs.root();
        String script = "trap 'echo caught; exit 9' " + signal + "; echo ready; while :; do sleep 0.02; done";
        try (CommandLine run = CommandLine.start(folder, "run", LIMIT, "host", "sh", "-c", script)) {
            assertThat(run.line()).isEqualTo("ready");
            run.signal(signal);
            assertThat(run.end()).isEqualTo(new Said(9, "caught"));
        }
    }

    @Test
    void theStopSignalTakesThePlaceOfTerm() {
        Needs.root();
        String script = "trap 'echo asked; exit 4' QUIT; echo ready; while :; do sleep 0.02; done";
        try (CommandLine run =
                CommandLine.start(folder, "run", LIMIT, "--stop-signal", "QUIT", "host", "sh", "-c", script)) {
            assertThat(run.line()).isEqualTo("ready");
            run.signal("TERM");
            assertThat(run.end()).isEqualTo(new Said(4, "asked"));
        }
    }

    /** Nobody can be asked any more: the monitor sees the end of the command, and ends the container. */
    @Test
    void aKilledCommandTakesItsContainerAlong() {
        Needs.root();
        try (CommandLine run =
                CommandLine.start(folder, "run", LIMIT, "host", "sh", "-c", "echo ready; exec sleep 1000")) {
            assertThat(run.line()).isEqualTo("ready");
            run.signal("KILL");
            // Its output ends with the last process that has it; the check around every test looks for what is left.
            assertThat(run.end()).isEqualTo(new Said(128 + 9, ""));
        }
    }

    @Test
    void signalsReachWhatExecStarted() {
        Needs.root();
        assertThat(CommandLine.run(folder, "run", "-d", LIMIT, "--name", "web", "host", "sleep", "1000")
                        .status())
                .isZero();
        try (CommandLine exec = CommandLine.start(folder, "exec", "web", "sh", "-c", "echo ready; exec sleep 1000")) {
            assertThat(exec.line()).isEqualTo("ready");
            exec.signal("INT");
            assertThat(exec.end()).isEqualTo(new Said(130, ""));
        } finally {
            CommandLine.run(folder, "rm", "-f", "web");
        }
    }

    /** A state folder that the user can make. */
    private String forAll() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        return folder.resolve("state").toString();
    }

    /** What a user without privileges does with the command line, a process each. */
    @Test
    void ofAnOrdinaryUser() throws IOException {
        try (OrdinaryUser user = OrdinaryUser.run(Commands.class, forAll())) {
            List<String> said = user.rest().lines().toList();
            assertThat(said)
                    .containsExactly(
                            "started: 0",
                            "exec id: 0 0",
                            "exec exit: 7",
                            "exec sees the container: 0 sleep",
                            "exec input: 0 through",
                            "exec in a directory: 0 /etc x",
                            "exec nothing: 127",
                            "exec a signal: 143",
                            "removed: 0 web",
                            "exec what is gone: 125 alcove: no such container: web",
                            "signal TERM: 143",
                            "signal INT: 130",
                            "another's namespace: 125 alcove: --network: '/proc/1/ns/net' may not be opened by this user:");
        }
    }

    /** Without a group of its own a limit cannot be held: refused in three lines, before anything is made. */
    @Test
    void aLimitOfAnOrdinaryUser() throws IOException {
        try (OrdinaryUser user = OrdinaryUser.run(Limited.class, forAll())) {
            String said = user.rest();
            Needs.that(!said.startsWith("0"), "this user has control groups of its own");
            assertThat(said.lines().toList())
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("125 alcove: --memory: this limit cannot be set"),
                            line -> assertThat(line).startsWith("  likely cause: "),
                            line -> assertThat(line).startsWith("  mend: run as root"));
        }
    }

    /** One limit. */
    static final class Limited {
        private Limited() {}

        public static void main(String[] args) {
            Said said = CommandLine.run(Path.of(args[0]), "run", "-m", "64m", "host", "true");
            System.out.println(said.status() + " " + said.text());
        }
    }

    /** One command after the other, with its status and what it prints. */
    static final class Commands {
        private Commands() {}

        public static void main(String[] args) {
            Path root = Path.of(args[0]);
            System.out.println("started: "
                    + CommandLine.run(root, "run", "-d", LIMIT, "--init", "--name", "web", "host", "sleep", "1000")
                            .status());
            System.out.println("exec id: " + said(root, "exec", "web", "id", "-u"));
            System.out.println("exec exit: "
                    + CommandLine.run(root, "exec", "web", "sh", "-c", "exit 7").status());
            System.out.println("exec sees the container: "
                    + said(root, "exec", "web", "sh", "-c", "cat /proc/[0-9]*/comm | grep -x sleep"));
            System.out.println("exec input: " + said(root, "exec", "-i", "web", "sh", "-c", "echo through; cat"));
            System.out.println("exec in a directory: "
                    + said(root, "exec", "-w", "/etc", "-e", "A=x", "web", "sh", "-c", "echo $PWD $A"));
            System.out.println("exec nothing: "
                    + CommandLine.run(root, "exec", "web", "no-such-program").status());
            System.out.println("exec a signal: "
                    + signalled("TERM", root, "exec", "web", "sh", "-c", "echo ready; exec sleep 1000"));
            System.out.println("removed: " + said(root, "rm", "-f", "web"));
            System.out.println(
                    "exec what is gone: " + said(root, "exec", "web", "true").replaceAll(" {3}.*", ""));
            for (String signal : List.of("TERM", "INT")) {
                System.out.println("signal " + signal + ": "
                        + signalled(
                                signal,
                                root,
                                "run",
                                LIMIT,
                                "--init",
                                "host",
                                "sh",
                                "-c",
                                "echo ready; exec sleep 1000"));
            }
            String[] foreign = said(root, "run", "--network", "ns:/proc/1/ns/net", "host", "true")
                    .split("user:", 2);
            System.out.println("another's namespace: " + foreign[0] + (foreign.length > 1 ? "user:" : ""));
        }

        private static int signalled(String signal, Path root, String... words) {
            try (CommandLine run = CommandLine.start(root, words)) {
                String line = run.line();
                if (!line.equals("ready")) {
                    throw new AssertionError(line);
                }
                run.signal(signal);
                return run.end().status();
            }
        }

        private static String said(Path root, String... words) {
            try (CommandLine command = CommandLine.start(root, words)) {
                command.closeInput();
                Said said = command.end();
                return said.status() + " " + said.text().lines().collect(Collectors.joining(" "));
            }
        }
    }
}
