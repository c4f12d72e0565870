package dev.alcove.runtime;

import dev.alcove.linux.FileStat;
import dev.alcove.linux.FileType;
import dev.alcove.spec.LinuxDevice;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The machine's device nodes, which a privileged container has all of, as with docker. */
final class HostDevices {
    /** Those that the container has of its own. */
    private static final Set<String> OWN = Set.of(
            "console", "core", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "tty", "urandom",
            "zero");

    private HostDevices() {}

    static List<LinuxDevice> all() {
        List<LinuxDevice> found = new ArrayList<>();
        try {
            collect(Path.of("/dev"), found);
        } catch (IOException e) {
            throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot list the devices below /dev", e);
        }
        return found;
    }

    private static void collect(Path directory, List<LinuxDevice> found) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                boolean own = directory.getNameCount() == 1 && OWN.contains(String.valueOf(entry.getFileName()));
                if (own || Files.isSymbolicLink(entry)) {
                    continue;
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    collect(entry, found);
                    continue;
                }
                Optional<FileStat> stat = FileStat.find(entry);
                if (stat.isPresent()) {
                    add(entry, stat.get(), found);
                }
            }
        }
    }

    private static void add(Path entry, FileStat stat, List<LinuxDevice> found) {
        if (stat.type() == FileType.CHARACTER_DEVICE || stat.type() == FileType.BLOCK_DEVICE) {
            found.add(new LinuxDevice(
                    entry.toString(),
                    stat.type() == FileType.BLOCK_DEVICE ? "b" : "c",
                    stat.deviceMajor(),
                    stat.deviceMinor(),
                    (long) stat.permissions(),
                    stat.uid(),
                    stat.gid()));
        }
    }
}
