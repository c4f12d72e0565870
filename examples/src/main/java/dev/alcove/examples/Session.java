package dev.alcove.examples;

import dev.alcove.runtime.Container;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A session at the shell of a container, printed as books do it: the commands, what they print, and beside the last line
 * of each what it means.
 */
final class Session implements AutoCloseable {
    private static final int LEFT = 48; // a longer line has its meaning below it
    private static final int WIDTH = 96;
    private static final String END = "-- end of a command --";

    private final BufferedReader out;
    private final OutputStream in;

    /** Talks to a container whose command is a shell, or becomes one. Standard error must be merged into the output. */
    Session(Container room) {
        out = room.process().inputReader(StandardCharsets.UTF_8);
        in = room.process().getOutputStream();
    }

    /** Prints a line of the parent's. */
    static void say(String line, String meaning) {
        if (meaning.isEmpty()) {
            System.out.println(line);
        } else if (line.length() <= LEFT) {
            System.out.println(line + " ".repeat(LEFT - line.length()) + "  <- " + meaning);
        } else {
            System.out.println(line);
            System.out.println("    ^ " + meaning);
        }
    }

    /** Runs a command outside of any container. */
    static List<String> outside(String command, String meaning) throws IOException, InterruptedException {
        System.out.println("outside# " + command);
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        process.waitFor();
        print(lines, meaning);
        return lines;
    }

    /** Prints the line that the container says by itself. */
    void says(String meaning) throws IOException {
        String line = out.readLine();
        say(line == null ? "" : line, meaning);
    }

    /** Runs a command in the container. */
    void run(String command, String meaning) throws IOException {
        System.out.println("container# " + command);
        in.write(("{ " + command + "\n} < /dev/null; echo '" + END + "'\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
        List<String> lines = new ArrayList<>();
        for (String line = out.readLine(); line != null && !line.equals(END); line = out.readLine()) {
            lines.add(line);
        }
        print(lines, meaning);
    }

    private static void print(List<String> lines, String meaning) {
        List<String> shown = lines.stream()
                .map(String::stripTrailing)
                .filter(l -> !l.isEmpty())
                .toList();
        for (int i = 0; i < shown.size(); i++) {
            String line = shown.get(i).replace('\t', ' ');
            say(line.substring(0, Math.min(line.length(), WIDTH)), i == shown.size() - 1 ? meaning : "");
        }
    }

    /** The end of the shell's input is its end. */
    @Override
    public void close() throws IOException {
        System.out.println("container# exit");
        in.close();
    }
}
