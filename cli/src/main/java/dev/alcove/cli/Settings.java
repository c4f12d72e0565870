package dev.alcove.cli;

import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.AlcoveConfig;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The configuration files: the machine's, and before it the user's. Each is read when it is there, and a mistake in one is
 * an error: nobody is to get another network than they wrote down.
 */
final class Settings {
    private static final Path MACHINE = Path.of("/etc/alcove/config.json");

    private Settings() {}

    /**
     * What they say together. ALCOVE_CONFIG names one file instead of both.
     *
     * @throws ContainerException INVALID naming file and key, DENIED if one cannot be read
     */
    static AlcoveConfig read(Shell shell) {
        String named = shell.variable("ALCOVE_CONFIG");
        if (!named.isEmpty()) {
            Path file = shell.directory().resolve(named);
            if (!Files.exists(file)) {
                throw new ContainerException(
                        ContainerException.Kind.NOT_FOUND,
                        "ALCOVE_CONFIG: " + SpecException.quote(named) + " does not exist"
                                + "\n  mend: correct the path, or leave the variable out");
            }
            return read(file);
        }
        AlcoveConfig machine = read(MACHINE);
        Path home = home(shell);
        return home.toString().isEmpty()
                ? machine
                : read(home.resolve("alcove/config.json")).over(machine);
    }

    /** The folder of the user's own configuration; empty if the caller has no home. */
    private static Path home(Shell shell) {
        String configuration = shell.variable("XDG_CONFIG_HOME");
        if (configuration.startsWith("/")) {
            return Path.of(configuration);
        }
        String home = shell.variable("HOME");
        return home.startsWith("/") ? Path.of(home, ".config") : Path.of("");
    }

    private static AlcoveConfig read(Path file) {
        if (!Files.exists(file)) {
            return AlcoveConfig.none();
        }
        try {
            return AlcoveConfig.parse(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return AlcoveConfig.none();
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.DENIED,
                    "cannot read the configuration " + file + ": " + e
                            + "\n  likely cause: it is another user's, or no file"
                            + "\n  mend: make it a file that this user can read, or remove it",
                    e);
        } catch (SpecException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    file + ": " + e.getMessage()
                            + "\n  mend: correct it; the keys are network, publish-address and network-pool",
                    e);
        }
    }
}
