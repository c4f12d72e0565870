package dev.alcove.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The documents' image: the directories of the machine's root, made empty in a folder, and what is needed of its programs
 * copied into them with the libraries that ldd(1) names; a handful instead of all.
 */
final class HomeMadeImage {
    private static final List<String> PROGRAMS =
            List.of("sh", "bash", "cat", "ls", "mount", "ps", "hostname", "id", "touch", "ipcs", "grep", "pwd", "stat");

    private HomeMadeImage() {}

    /** Makes it in an empty folder. */
    static Path in(Path folder) {
        Needs.programs("libc-bin", "ldd");
        try (Stream<Path> top = Files.list(Path.of("/"))) {
            for (Path entry : (Iterable<Path>) top::iterator) {
                Path copy = folder.resolve(entry.getFileName());
                if (Files.isSymbolicLink(entry)) {
                    Files.copy(entry, copy, LinkOption.NOFOLLOW_LINKS);
                    if (Files.isDirectory(entry)) {
                        Files.createDirectories(folder.resolve(Path.of("/").relativize(entry.toRealPath())));
                    }
                } else if (Files.isDirectory(entry)) {
                    Files.createDirectories(copy);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Set<Path> files = new LinkedHashSet<>();
        for (String name : PROGRAMS) {
            Path program = Stream.of("/usr/bin", "/bin")
                    .map(directory -> Path.of(directory, name))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            files.add(program);
            for (String word : Shell.attempt(List.of("ldd", program.toString())).text().split("\\s+")) {
                if (word.startsWith("/")) {
                    files.add(Path.of(word));
                }
            }
        }
        files.add(Path.of("/etc/passwd"));
        files.add(Path.of("/etc/group"));
        files.add(Path.of("/etc/nsswitch.conf"));
        files.stream().filter(Files::exists).forEach(file -> copy(file, folder));
        return folder;
    }

    private static void copy(Path file, Path folder) {
        try {
            Path to = folder.resolve(Path.of("/").relativize(file));
            Files.createDirectories(to.getParent());
            Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
