package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/** {@code ps}: the machine's ps(1), of whose lines those with a process of the container are shown. */
final class PsCommand {
    private PsCommand() {}

    static int run(OciContext context, OciArguments arguments) {
        List<Integer> pids = context.runtime(arguments).processes(ContainerIds.check(arguments.id()));
        switch (arguments.flags().text("format").orElse("table")) {
            case "json" -> context.out().print(json(pids));
            case "table" -> {
                List<String> words = new ArrayList<>();
                words.add("ps");
                words.addAll(arguments
                        .positionals()
                        .subList(1, arguments.positionals().size()));
                if (words.size() == 1) {
                    words.add("-ef");
                }
                context.out().print(table(output(context, words), pids));
            }
            default -> throw new ContainerException(Kind.INVALID, "invalid format option: there are table and json");
        }
        return 0;
    }

    private static String json(List<Integer> pids) {
        JsonText json = new JsonText("").begin('[');
        for (int pid : pids) {
            json.value(pid);
        }
        return json.end(']') + "\n";
    }

    private static String output(OciContext context, List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(context.directory().toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(context.environment());
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new ContainerException(Kind.INVALID, "exit status " + status + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new ContainerException(
                    Kind.UNSUPPORTED,
                    "exec: \"ps\": executable file not found in $PATH\n  mend: install ps (Debian: procps), or use --format json",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerException(Kind.INTERNAL, "interrupted while ps ran", e);
        }
    }

    /** The title, and the lines whose PID is one of these. */
    static String table(String output, List<Integer> pids) {
        StringBuilder out = new StringBuilder();
        int column = -1;
        for (String line : output.split("\n", -1)) {
            if (column < 0) {
                column = words(line).indexOf("PID");
                if (column < 0) {
                    throw new ContainerException(Kind.INVALID, "couldn't find PID field in ps output");
                }
                out.append(line).append('\n');
            } else if (!line.isEmpty() && pids.contains(pid(words(line), column))) {
                out.append(line).append('\n');
            }
        }
        return out.toString();
    }

    private static int pid(List<String> words, int column) {
        try {
            return Integer.parseInt(words.get(column));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new ContainerException(Kind.INTERNAL, "unable to parse pid in ps output: " + words, e);
        }
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        for (StringTokenizer all = new StringTokenizer(line); all.hasMoreTokens(); ) {
            words.add(all.nextToken());
        }
        return words;
    }
}
