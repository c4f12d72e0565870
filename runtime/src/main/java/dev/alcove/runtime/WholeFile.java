package dev.alcove.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files that are, at any instant and after any crash, the old or the new ones: {@link dev.alcove.linux.AtomicFile} with
 * the JDK's own calls, for a cold start that links no native one.
 */
final class WholeFile {
    private WholeFile() {}

    /**
     * Replaces or makes a file: written under another name, synced, renamed, and the directory synced.
     *
     * @param permissions such as {@code rw-------}, whatever the umask
     * @throws IOException as when the disk is full; the old file is there then, as it was
     */
    static void replace(Path file, byte[] content, String permissions) throws IOException {
        Path whole = file.toAbsolutePath();
        Path name = whole.getFileName();
        Path directory = whole.getParent();
        if (name == null || directory == null) {
            throw new IOException(file + " is a folder");
        }
        long random = ThreadLocalRandom.current().nextLong() & Long.MAX_VALUE;
        Path temporary = directory.resolve("." + name + "." + Long.toString(random, 36) + ".tmp");
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString(permissions);
        boolean done = false;
        try (FileChannel out = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(mode))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            // What the umask took is given back.
            Files.setPosixFilePermissions(temporary, mode);
            // Before the rename, or a crash could leave the new name with contents that never reached the disk.
            out.force(true);
            Files.move(temporary, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(temporary);
            }
        }
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }
}
