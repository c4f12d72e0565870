package dev.alcove.cli;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The command alcove as somebody else can execute it later: the JVM that runs now, with the same options, so that it starts
 * from the same cache. It does not depend on the script that started it, nor on a directory or a terminal.
 */
final class OwnCommand {
    private static final String MAIN = "dev.alcove.cli.Main";

    private OwnCommand() {}

    /** The words by which this very command was started, up to its main class, and then others. */
    static List<String> words(List<String> arguments) {
        List<String> words = new ArrayList<>();
        for (String word : started()) {
            words.add(word);
            if (word.equals(MAIN) || word.endsWith("/" + MAIN)) {
                words.set(0, program());
                words.addAll(arguments);
                return words;
            }
        }
        throw new ContainerException(
                ContainerException.Kind.UNSUPPORTED,
                "a container in the background cannot be on a network here: this process is not the command alcove, and"
                        + " nobody could give back what the container had"
                        + "\n  mend: start the command alcove for it");
    }

    /** What such a command needs of the environment: where the containers are recorded, and where programs are. */
    static Map<String, String> environment(Shell shell) {
        Map<String, String> environment = new LinkedHashMap<>();
        String path = shell.variable("PATH");
        environment.put("PATH", path.isEmpty() ? "/usr/sbin:/usr/bin:/sbin:/bin" : path);
        environment.put(
                "ALCOVE_ROOT",
                ContainerStore.standard(shell.environment()).root().toString());
        return environment;
    }

    private static List<String> started() {
        try {
            String line = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1);
            List<String> words = new ArrayList<>();
            int from = 0;
            for (int end = line.indexOf('\0'); end >= 0; end = line.indexOf('\0', from)) {
                words.add(new String(
                        line.substring(from, end).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
                from = end + 1;
            }
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By its absolute path: the first word may be relative, or looked for in PATH. */
    private static String program() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
