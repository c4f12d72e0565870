package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.spec.OciJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** {@code spec}: a config.json to begin with. */
final class SpecCommand {
    private static final String FILE = "config.json";

    private SpecCommand() {}

    static int run(OciContext context, OciArguments arguments) {
        String bundle = arguments.flags().text("bundle").orElse("");
        Path directory = context.directory().resolve(bundle);
        if (!Files.isDirectory(directory)) {
            String reason = Files.exists(directory) ? "not a directory" : "no such file or directory";
            throw new ContainerException(Kind.NOT_FOUND, "chdir " + bundle + ": " + reason);
        }
        boolean rootless = arguments.flags().on("rootless");
        String json = JsonText.indented(OciJson.write(StarterSpec.of(rootless, context.caller())), "\t");
        try {
            Files.write(
                    directory.resolve(FILE),
                    json.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new ContainerException(Kind.CONFLICT, "File config.json exists. Remove it first", e);
        } catch (IOException e) {
            throw new ContainerException(Kind.DENIED, "open " + FILE + ": " + OciLog.reason(e), e);
        }
        return 0;
    }
}
