package dev.alcove.cli;

import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.EnvVar;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The flags about variables and the working directory. */
final class EnvironmentFlags {
    private EnvironmentFlags() {}

    static void apply(Shell shell, Arguments arguments, ContainerBuilder builder) {
        Map<String, String> environment = builder.environment();
        if (arguments.has("tty")) {
            environment.put("TERM", "xterm");
        }
        variables(shell, arguments, environment);
        Optional<String> directory = arguments.value("workdir");
        if (directory.isPresent()) {
            String path = directory.get();
            if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
                throw SpecException.not("--workdir", path, "an absolute path");
            }
            builder.directory(path);
        }
    }

    /** Files before single variables, the last one of a name counts. */
    static void variables(Shell shell, Arguments arguments, Map<String, String> environment) {
        for (String file : arguments.all("env-file")) {
            for (EnvVar variable : EnvVar.parseFile(file, read("--env-file", shell, file), shell.environment())) {
                environment.put(variable.name(), variable.value());
            }
        }
        for (String text : arguments.all("env")) {
            Optional<EnvVar> variable = EnvVar.parse(text, shell.environment());
            if (variable.isPresent()) {
                environment.put(variable.get().name(), variable.get().value());
            }
        }
    }

    /** A file that a flag names. */
    static String read(String flag, Shell shell, String file) {
        Path path = shell.directory().resolve(file);
        try {
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    flag + ": " + SpecException.quote(file) + " does not exist\n  mend: correct the path",
                    e);
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    flag + ": " + SpecException.quote(file) + " cannot be read as text: " + e.getMessage()
                            + "\n  mend: give a readable file in UTF-8",
                    e);
        }
    }
}
