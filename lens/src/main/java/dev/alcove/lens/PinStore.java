package dev.alcove.lens;

import dev.alcove.runtime.ContainerStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Namespaces kept alive by name: each is bound to a file below the state folder, {@code ROOT/ns/NAME}. */
public final class PinStore {
    private final Path folder;

    private PinStore(Path folder) {
        this.folder = folder;
    }

    /** Those of a state folder. */
    public static PinStore of(ContainerStore store) {
        return new PinStore(store.root().resolve("ns"));
    }

    /** The file of a name, if something is kept by it. */
    public Optional<Path> find(String name) {
        Path file = folder.resolve(name);
        return name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0 || !Files.exists(file)
                ? Optional.empty()
                : Optional.of(file);
    }

    /** The name for which a path stands, if it is one of this store's. */
    Optional<String> name(String path) {
        String prefix = folder + "/";
        return path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0
                ? Optional.of(path.substring(prefix.length()))
                : Optional.empty();
    }
}
