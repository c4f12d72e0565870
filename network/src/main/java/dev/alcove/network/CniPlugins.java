package dev.alcove.network;

import dev.alcove.linux.Child;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Spawn;
import dev.alcove.network.NetworkException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs a network's plugins: programs that read their configuration from standard input and print their result. They are
 * started in the host's network namespace, and enter the container's by its path.
 */
final class CniPlugins {
    private static final String SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final HostNetwork host;

    CniPlugins(HostNetwork host) {
        this.host = host;
    }

    /**
     * Calls all plugins in their order, each with the result of the one before.
     *
     * @return the last one's result
     * @throws NetworkException with a plugin's own words; the caller then calls {@link #del}
     */
    CniResult add(CniConfig network, CniCall call) {
        Map<String, Object> previous = Map.of();
        for (Map<String, Object> plugin : network.plugins()) {
            String answer = run("ADD", network, plugin, call, previous);
            previous = CniJson.object("what the CNI plugin " + type(plugin) + " answered", answer);
        }
        try {
            return CniResult.of(previous, call.ifname());
        } catch (IllegalArgumentException e) {
            throw new NetworkException(
                    Kind.INTERNAL,
                    "the CNI network '" + network.name() + "' gave a result that is none: " + e.getMessage(),
                    e);
        }
    }

    /**
     * Calls all plugins in reverse. One that fails does not keep the others from their turn.
     *
     * @param result what ADD gave; empty if it did not get so far
     * @throws NetworkException with the words of the first that failed
     */
    void del(CniConfig network, CniCall call, Map<String, Object> result) {
        // Older plugins do not know prevResult there.
        Map<String, Object> previous = network.version().startsWith("0.3") ? Map.of() : result;
        List<NetworkException> failures = new ArrayList<>();
        for (Map<String, Object> plugin : network.plugins().reversed()) {
            try {
                run("DEL", network, plugin, call, previous);
            } catch (NetworkException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            NetworkException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    /**
     * Asks all plugins whether what ADD made is still there.
     *
     * @param result what ADD gave
     * @throws NetworkException with the words of the one that misses something
     */
    void check(CniConfig network, CniCall call, Map<String, Object> result) {
        if (!network.checks() || network.version().startsWith("0.3")) {
            return;
        }
        for (Map<String, Object> plugin : network.plugins()) {
            run("CHECK", network, plugin, call, result);
        }
    }

    private static String type(Map<String, Object> plugin) {
        return CniJson.text(plugin, "type");
    }

    private String run(
            String command, CniConfig network, Map<String, Object> plugin, CniCall call, Map<String, Object> previous) {
        String type = type(plugin);
        Path program = OnPath.find(type, call.path())
                .orElseThrow(() -> NetworkException.of(
                        Kind.UNSUPPORTED,
                        "the CNI plugin '" + type + "' of network '" + network.name() + "' is not in " + call.path(),
                        "it is not installed, or somewhere else",
                        "apt-get install -y containernetworking-plugins, as root; or set CNI_PATH"));
        Answer answer = start(program, type, call.environment(command, SEARCH), call.input(network, plugin, previous));
        if (answer.status != 0) {
            throw refused(command, network, type, answer);
        }
        return answer.output;
    }

    private record Answer(int status, String output, String said) {}

    /** Its complaints go to a file: who reads two pipes one after the other may wait for ever. */
    private Answer start(Path program, String type, List<String> environment, String input) {
        try {
            Path said = Files.createTempFile("alcove-cni-", "");
            try (Pipe in = Pipe.open();
                    Pipe out = Pipe.open()) {
                Child child;
                try (Fd executable = Open.path().at(program);
                        Fd words = Open.write().at(said);
                        Fd reader = in.reader();
                        Fd writer = out.writer()) {
                    Map<Integer, Fd> descriptors = Map.of(0, reader, 1, writer, 2, words);
                    child = host.in(() -> Spawn.spawn(executable, List.of(type), environment, descriptors));
                }
                send(in.writer(), input);
                String output = new String(FdIo.input(out.reader()).readAllBytes(), StandardCharsets.UTF_8);
                return new Answer(child.reap().status(), output, Files.readString(said));
            } finally {
                Files.deleteIfExists(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(Fd writer, String input) throws IOException {
        try (Fd all = writer;
                var stream = FdIo.output(all)) {
            stream.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            // It ended without reading; its answer says why.
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
        }
    }

    /** A plugin's error, CNI specification 1.0.0, section 5, "Error". */
    private static NetworkException refused(String command, CniConfig network, String type, Answer answer) {
        String code = "status " + answer.status;
        String words = (answer.output + " " + answer.said).strip();
        try {
            Map<String, Object> error = CniJson.object("", answer.output);
            if (error.containsKey("code")) {
                String details = CniJson.text(error, "details");
                code = "code " + CniJson.number(error, "code");
                words = CniJson.text(error, "msg") + (details.isEmpty() ? "" : ": " + details);
            }
        } catch (NetworkException e) {
            // It crashed rather than answered: its own words are all there is.
            words = words.isEmpty() ? "it said nothing" : words;
        }
        return NetworkException.of(
                Kind.INTERNAL,
                "the CNI plugin '" + type + "' of network '" + network.name() + "' failed at " + command + ", " + code
                        + ": " + words,
                "its configuration asks for what this machine cannot do, or has no more of",
                "look into the network's configuration file");
    }
}
