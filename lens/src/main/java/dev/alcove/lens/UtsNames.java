package dev.alcove.lens;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The names in a UTS namespace, uts_namespaces(7).
 *
 * @param host   the host's name
 * @param domain the NIS domain, {@code (none)} if it was never set
 */
public record UtsNames(String host, String domain) {
    /**
     * Reads them.
     *
     * @param ns a namespace of the kind UTS
     * @return the names, or empty if the caller may not go there
     */
    public static Optional<UtsNames> of(Snapshot now, SeenNamespace ns) {
        // What these files say is of the reading thread's namespace.
        return Entered.in(now, ns, () -> new UtsNames(read("hostname"), read("domainname")));
    }

    private static String read(String name) {
        try {
            return Files.readString(Path.of("/proc/sys/kernel", name)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
