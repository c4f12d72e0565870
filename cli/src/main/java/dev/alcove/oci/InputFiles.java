package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files a caller names on the command line; what cannot be read is refused in runc's words. */
final class InputFiles {
    /** As much as a configuration may have; a reader of an endless file must come to an end. */
    private static final int MOST = 16 << 20;

    private InputFiles() {}

    /**
     * Reads a file whole.
     *
     * @param name the file as the caller wrote it
     * @throws ContainerException if it cannot be read, or has more than 16 MiB
     */
    static byte[] read(Path directory, String name) {
        Path file = directory.resolve(name);
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, name);
        } catch (NoSuchFileException e) {
            throw new ContainerException(Kind.NOT_FOUND, "open " + name + ": no such file or directory", e);
        } catch (IOException e) {
            throw new ContainerException(Kind.INVALID, "open " + name + ": " + OciLog.reason(e), e);
        }
    }

    /** Reads a stream to its end. */
    static byte[] read(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(MOST + 1);
        if (bytes.length > MOST) {
            throw new ContainerException(Kind.INVALID, "read " + name + ": it has more than 16 MiB");
        }
        return bytes;
    }
}
