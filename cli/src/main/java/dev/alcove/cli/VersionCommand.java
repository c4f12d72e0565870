package dev.alcove.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code alcove version}. */
final class VersionCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "version",
                List.of("version"),
                "Print the version",
                "Prints the version of alcove. 'alcove check' says what the machine can do.",
                List.of(),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        if (!arguments.remaining().isEmpty()) {
            throw new UsageException("version", "takes no arguments");
        }
        shell.out().print("alcove " + version() + "\n");
        return 0;
    }

    /** Written by the build. */
    static String version() {
        try (InputStream in = VersionCommand.class.getResourceAsStream("version.txt")) {
            return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
