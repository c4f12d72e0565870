package dev.alcove.network;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Programs of other packages, found as a shell finds them. */
final class OnPath {
    private static final String USUAL = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private OnPath() {}

    /**
     * A program's file.
     *
     * @param name the program
     * @param path directories between colons; the usual ones if empty
     */
    static Optional<Path> find(String name, String path) {
        for (String directory : (path.isEmpty() ? USUAL : path).split(":", -1)) {
            if (!directory.isEmpty()) {
                Path file = Path.of(directory, name);
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }
}
