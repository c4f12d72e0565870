package dev.alcove.network;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.Open;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The small files below {@code network}, each written once by one writer. */
final class NamesFiles {
    private static final int LARGEST = 1 << 20;

    private NamesFiles() {}

    static void folder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a file, or makes it this; readable for whoever a container's processes are, whatever the umask. */
    static void write(Path path, String content) {
        try (Fd file = Open.write().create(0644).truncate().noFollow().at(path)) {
            FileIo.writeAll(file, InPlace.bytes(content));
            FileIo.permissions(file, 0644);
        }
    }

    /** A file's content; empty if it is not there. */
    static String read(Path path) {
        return Open.read()
                .noFollow()
                .find(path)
                .map(file -> {
                    try (file) {
                        return InPlace.text(FileIo.readAll(file, LARGEST));
                    }
                })
                .orElse("");
    }

    /** The names in a folder; none if it is not there. */
    static List<String> names(Path folder) {
        String[] names = new File(folder.toString()).list();
        return names == null ? List.of() : List.of(names);
    }

    /** Deletes a file, or an empty folder; returns whether it was there. */
    static boolean delete(Path path) {
        try {
            return Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a folder with the files and folders in it; links are not followed. */
    static void deleteAll(Path folder) {
        for (String name : names(folder)) {
            Path path = folder.resolve(name);
            if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                deleteAll(path);
            } else {
                delete(path);
            }
        }
        delete(folder);
    }
}
