package dev.alcove.network;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What is known of each network: {@code names/NETWORK}, a line for each address of a container, see {@link ZoneLine}. */
final class Zones {
    private static final String HEADING = "# kept by alcove: address, names, =hostname, container\n";

    private final Path folder;

    Zones(Path root) {
        this.folder = root.resolve("names");
    }

    Path file(String network) {
        return folder.resolve(network);
    }

    /** Opens a network's, or makes it. */
    LineFile open(String network) {
        NamesFiles.folder(folder);
        return LineFile.open(file(network), HEADING);
    }

    List<ZoneLine> read(String network) {
        return ZoneLine.parseAll(LineFile.read(file(network)));
    }

    /** A network's lines become these. */
    void become(String network, List<ZoneLine> lines) {
        List<String> texts = new ArrayList<>();
        lines.forEach(line -> texts.add(line.text()));
        try (LineFile file = open(network)) {
            file.become(texts);
        }
    }

    /** Keeps only the networks that are there. */
    void keep(Set<String> networks) {
        for (String name : NamesFiles.names(folder)) {
            if (!networks.contains(name)) {
                remove(name);
            }
        }
    }

    void remove(String network) {
        NamesFiles.delete(file(network));
    }
}
