package dev.alcove.cli;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Open;
import dev.alcove.linux.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Runs the command in this JVM, with files in place of a terminal and a state folder of its own. */
final class Alcoves implements SignalSource {
    /** How a command ended and what it printed, its container's words included. */
    record Outcome(int status, String out, String err) {}

    private final Path folder;

    /** Without a network: the default one would be made on the machine itself. */
    final Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/bin:/bin", "ALCOVE_NETWORK", "none"));

    private final Map<Signal, Consumer<Signal>> receivers = new ConcurrentHashMap<>();

    Alcoves(Path folder) {
        this.folder = folder;
        environment.put("ALCOVE_ROOT", root().toString());
    }

    Path folder() {
        return folder;
    }

    Path root() {
        return folder.resolve("state");
    }

    @Override
    public Subscription on(Signal signal, Consumer<Signal> receiver) {
        receivers.put(signal, receiver);
        return () -> receivers.remove(signal);
    }

    /** Sends a signal to the command as the kernel would; waits until the command wants it. */
    void send(Signal signal) throws InterruptedException {
        while (!receivers.containsKey(signal)) {
            Thread.sleep(5);
        }
        receivers.get(signal).accept(signal);
    }

    Outcome run(String... words) {
        return withInput("", words);
    }

    Outcome withInput(String input, String... words) {
        try {
            Path in = Files.writeString(Files.createTempFile(folder, "in", ""), input);
            Path out = Files.createTempFile(folder, "out", "");
            Path err = Files.createTempFile(folder, "err", "");
            ByteArrayOutputStream ownOut = new ByteArrayOutputStream();
            ByteArrayOutputStream ownErr = new ByteArrayOutputStream();
            int status;
            try (Fd stdin = Open.read().at(in);
                    Fd stdout = Open.write().append().at(out);
                    Fd stderr = Open.write().append().at(err)) {
                status = Alcove.run(shell(ownOut, ownErr, stdin, stdout, stderr), List.of(words));
            }
            Outcome outcome = new Outcome(
                    status,
                    ownOut.toString(StandardCharsets.UTF_8) + Files.readString(out),
                    ownErr.toString(StandardCharsets.UTF_8) + Files.readString(err));
            for (Path file : List.of(in, out, err)) {
                Files.delete(file);
            }
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Shell shell(ByteArrayOutputStream out, ByteArrayOutputStream err, Fd stdin, Fd stdout, Fd stderr) {
        return new Shell(
                environment,
                folder,
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                stdin,
                stdout,
                stderr,
                this);
    }
}
