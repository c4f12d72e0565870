package dev.alcove.oci;

import dev.alcove.runtime.Front;
import dev.alcove.runtime.Rehearsal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Walks the usual commands for the training of a JVM whose classes are kept. Nothing is made outside a folder: the front
 * is one that runs nothing.
 */
public final class Walk {
    private static final List<String> COMMANDS = List.of(
            "--version",
            "features",
            "spec --bundle BUNDLE",
            "create --bundle BUNDLE --pid-file BUNDLE/pid walked",
            "create --bundle BUNDLE walked",
            "state walked",
            "list",
            "list -q",
            "--log BUNDLE/log --log-format json start walked",
            "kill walked KILL",
            "exec walked true",
            "delete walked",
            "delete --force walked",
            "delete nobody");

    private Walk() {}

    private static Front front(Path folder) {
        // As the real one is made, for its classes; no descriptor of it is touched.
        boolean none = new Main.OwnFront().get().isEmpty()
                && Front.of(Map.of(Front.VARIABLE, "9:9:9:9:9")).isEmpty();
        try {
            return none ? Rehearsal.front() : Rehearsal.front(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Walks them; what one refuses is no failure here.
     *
     * @param folder an empty folder
     */
    public static void all(Path folder) throws IOException {
        Path bundle = Files.createDirectories(folder.resolve("bundle"));
        Files.createDirectories(bundle.resolve("rootfs"));
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        OciContext context = Main.context(
                Map.of(),
                bundle,
                new ByteArrayInputStream(new byte[0]),
                nowhere,
                nowhere,
                () -> Optional.of(front(folder)));
        for (String command : COMMANDS) {
            String words = "--root " + folder.resolve("root") + " " + command.replace("BUNDLE", bundle.toString());
            OciCommands.run(context, Arrays.asList(words.split(" ", -1)));
            if (command.startsWith("spec")) {
                Path config = bundle.resolve("config.json");
                Files.writeString(
                        config, Files.readString(config).replace("\"terminal\": true", "\"terminal\": false"));
            }
        }
    }
}
