package dev.alcove.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The main of a build's last step, for {@code alcove-oci} alone: a JVM loads all classes that are kept for it at once, so
 * what only {@code alcove} needs would cost each command. Has no effect outside a temporary folder.
 */
final class OciTraining {
    private OciTraining() {}

    /** Walks the usual commands. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("alcove-training");
        try {
            Walk.all(folder);
        } finally {
            List<Path> found = new ArrayList<>();
            try (Stream<Path> all = Files.walk(folder)) {
                all.forEach(found::addFirst);
            }
            for (Path path : found) {
                Files.delete(path);
            }
        }
    }
}
