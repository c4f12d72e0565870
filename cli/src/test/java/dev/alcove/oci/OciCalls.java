package dev.alcove.oci;

import dev.alcove.runtime.CgroupDriver;
import dev.alcove.runtime.Systemd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the command in this JVM, with text in place of its streams. */
final class OciCalls {
    static final Instant TIME = Instant.parse("2026-01-02T03:04:05.250Z");

    /** How a command ended, and what it printed. */
    record Outcome(int status, String out, String err) {}

    final Path folder;
    final RecordingRuntime runtime = new RecordingRuntime();
    final Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"));
    OciContext.Caller caller = new OciContext.Caller(0, 0);
    RuntimeOptions options =
            new RuntimeOptions(Path.of("/"), CgroupDriver.DISABLED, new Systemd(false, "", ""), Optional.empty(), "");

    OciCalls(Path folder) {
        this.folder = folder;
    }

    Outcome run(String... words) {
        return withInput("", words);
    }

    Outcome withInput(String input, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = OciCommands.run(context(input, out, err), List.of(words));
        return new Outcome(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    OciContext context(String input, ByteArrayOutputStream out, ByteArrayOutputStream err) {
        PrintStream errors = new PrintStream(err, false, StandardCharsets.UTF_8);
        InstantSource clock = InstantSource.fixed(TIME);
        return new OciContext(
                environment,
                folder,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                errors,
                clock,
                caller,
                OciLog.standard(errors, clock),
                asked -> {
                    options = asked;
                    return runtime;
                });
    }

    void container(String id, int pid, String status) {
        runtime.containers.put(
                id,
                new ContainerStatus(
                        "1.3.0",
                        id,
                        pid,
                        status,
                        "/bundles/" + id,
                        "/bundles/" + id + "/rootfs",
                        TIME,
                        Map.of(),
                        "root"));
    }

    /** A bundle whose config.json is the one that spec writes. */
    Path bundle(String name) throws IOException {
        Path bundle = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(bundle.resolve("rootfs"));
        if (!Files.exists(bundle.resolve("config.json"))) {
            run("spec", "--bundle", bundle.toString());
        }
        return bundle;
    }
}
