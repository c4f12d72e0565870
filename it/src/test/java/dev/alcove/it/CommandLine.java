package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The command alcove as a process of its own, with signals as from a shell in the foreground. */
final class CommandLine implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private CommandLine(Process process) {
        this.process = process;
        this.output = process.inputReader(UTF_8);
    }

    /**
     * Starts it.
     *
     * @param root  its state folder
     * @param words the command and its arguments
     */
    static CommandLine start(Path root, String... words) {
        List<String> command = new ArrayList<>(List.of(
                // What runs the tests in the background may ignore some, and what is ignored stays so.
                "env",
                "--default-signal=INT,TERM,HUP",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.alcove.cli.Main"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ALCOVE_ROOT", root.toString());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        try {
            return new CommandLine(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it to its end. */
    static Said run(Path root, String... words) {
        try (CommandLine command = start(root, words)) {
            return command.end();
        }
    }

    /** The next line it prints. */
    String line() {
        try {
            String line = output.readLine();
            if (line == null) {
                throw new AssertionError("it printed no more and ended with " + status());
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal to the process, as {@code kill} does. */
    void signal(String name) {
        Said said = Shell.attempt(List.of("kill", "-s", name, Long.toString(process.pid())));
        if (said.status() != 0) {
            throw new AssertionError("kill: " + said.text());
        }
    }

    /** Lets it read the end of its input. */
    void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What else it prints, and how it ends. */
    Said end() {
        String rest = output.lines().collect(Collectors.joining("\n"));
        return new Said(status(), rest);
    }

    private int status() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor();
            closeInput();
            output.close();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
