package dev.alcove.network;

import dev.alcove.linux.At;
import dev.alcove.linux.AtomicFile;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileStat;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Open;
import dev.alcove.linux.Privileges;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.stored.Formatted;
import dev.alcove.network.stored.StoredEndpoint;
import dev.alcove.network.stored.StoredNetwork;
import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.OciJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The files of the networks of one state folder.
 *
 * <pre>
 *   ROOT/network/lock                      held while networks, addresses, ports or names are given away or taken back
 *                networks/NAME.json        a network; there as a whole or not at all
 *                leases/NETWORK-ID/        see {@link Leases}
 *                endpoints/CONTAINER.json  what a container has; there before it has it, gone after it has not
 *                alive/CONTAINER           a symbolic link to the file that the container's monitor holds locked
 *                starting/CONTAINER        locked by whoever starts it; gone when it runs
 *                changing/CONTAINER        while a running one is connected or disconnected: the network's id
 *                views/                    see {@link Names}
 * </pre>
 *
 * <p>Whatever is made for a container is named in its endpoint's file before it is made, but for its addresses, which are
 * found by being taken: they are named by {@code starting/CONTAINER} being there. So what a crash left is found without
 * looking at what it did not touch.
 */
final class StateFolder {
    private static final List<String> FOLDERS =
            List.of("", "networks", "leases", "endpoints", "alive", "starting", "changing");
    private static final String JSON = ".json";
    private static final int LARGEST = 1 << 20;
    private static final int ID_LENGTH = 64;

    private final Path root;

    StateFolder(Path root) {
        this.root = root.resolve("network");
    }

    Path root() {
        return root;
    }

    /** Whether there has ever been a network. */
    boolean exists() {
        return Files.isDirectory(root);
    }

    /** Makes the folders where they are missing, and waits for the lock. */
    Flock lock() {
        try {
            // The last of them is there: all are.
            if (!Files.isDirectory(root.resolve(FOLDERS.getLast()))) {
                for (String folder : FOLDERS) {
                    Files.createDirectories(
                            root.resolve(folder),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                }
            }
        } catch (IOException e) {
            throw NetworkException.of(
                    Kind.DENIED,
                    "cannot make the state folder " + root + ": " + e,
                    "it is not this user's to write",
                    "set ALCOVE_ROOT to a folder of your own");
        }
        // Below /tmp anybody could have made it before.
        FileStat stat = FileStat.find(root).orElseThrow();
        if (stat.uid() != Privileges.ofThread().user() || (stat.permissions() & 022) != 0) {
            throw NetworkException.of(
                    Kind.DENIED,
                    "the state folder " + root + " is not safe: owner " + stat.uid() + ", mode 0"
                            + Integer.toOctalString(stat.permissions()),
                    "another user made it, or may write to it",
                    "set ALCOVE_ROOT to a folder of your own, mode 0700");
        }
        return Flock.exclusive(root.resolve("lock"));
    }

    /** All networks, by name. */
    List<NetworkConfig> networks() {
        List<NetworkConfig> networks = new ArrayList<>();
        for (String name : names("networks")) {
            if (isRecord(name)) {
                read("networks", name, StoredNetwork.class, StoredNetwork::format, StoredNetwork::config)
                        .ifPresent(networks::add);
            }
        }
        networks.sort(Comparator.comparing(NetworkConfig::name));
        return networks;
    }

    /** The network of exactly that name. */
    Optional<NetworkConfig> named(String name) {
        return read("networks", name + JSON, StoredNetwork.class, StoredNetwork::format, StoredNetwork::config);
    }

    /**
     * A network by its name, its id, or an unambiguous beginning of its id.
     *
     * @throws NetworkException NOT_FOUND, or INVALID if several ids begin so
     */
    NetworkConfig find(String reference) {
        if (NetworkName.isGood(reference)) {
            Optional<NetworkConfig> named = named(reference);
            if (named.isPresent()) {
                return named.get();
            }
        }
        List<NetworkConfig> all = networks();
        List<NetworkConfig> found = all.stream()
                .filter(n -> !reference.isEmpty() && n.id().startsWith(reference))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.size() > 1) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "'" + reference + "' is the beginning of several networks' ids",
                    "too little of the id was given",
                    "give more of it");
        }
        String near = DidYouMean.nearest(
                        reference, all.stream().map(NetworkConfig::name).toList())
                .map(n -> "; did you mean '" + n + "'?")
                .orElse("");
        throw NetworkException.of(
                Kind.NOT_FOUND,
                "no such network: " + reference + near,
                "a wrong name, another state folder (" + root.getParent() + "), or it has been removed",
                "alcove network ls lists those there are; alcove network create " + reference + " makes it");
    }

    void write(NetworkConfig network) {
        try (Fd directory = Open.path().directory().at(root.resolve("networks"))) {
            AtomicFile.replace(directory, network.name() + JSON, json(StoredNetwork.of(network)), 0600);

            Files.createDirectories(leasesOf(network.id()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void remove(NetworkConfig network) {
        deleteFolder(leasesOf(network.id()));
        delete("networks", network.name() + JSON);
    }

    /** Leases of networks that are no more: a crash came between. */
    void removeStrayLeases(List<NetworkConfig> networks) {
        for (String id : names("leases")) {
            if (id.length() == ID_LENGTH && networks.stream().noneMatch(n -> n.id().equals(id))) {
                deleteFolder(leasesOf(id));
            }
        }
    }

    Leases leases(String network) {
        return new Leases(leasesOf(network));
    }

    private Path leasesOf(String network) {
        return root.resolve("leases").resolve(network);
    }

    /** The containers that have endpoints. */
    List<String> containers() {
        return names("endpoints").stream()
                .filter(StateFolder::isRecord)
                .map(n -> n.substring(0, n.length() - JSON.length()))
                .toList();
    }

    /** What a container has. */
    Optional<Endpoint> endpoint(String container) {
        return read(
                "endpoints", container + JSON, StoredEndpoint.class, StoredEndpoint::format, StoredEndpoint::endpoint);
    }

    void write(Endpoint endpoint) {
        try (Fd directory = Open.path().directory().at(root.resolve("alive"))) {
            At.symlink(endpoint.alive().toString(), directory, endpoint.container());
        }
        // After a restart of the machine no container lives that it could be of.
        try (Fd directory = Open.path().directory().at(root.resolve("endpoints"))) {
            AtomicFile.replaceUnsynced(directory, endpoint.container() + JSON, json(StoredEndpoint.of(endpoint)), 0600);
        }
    }

    /** Whether there is anything of a container. */
    boolean knows(String container) {
        return Files.exists(root.resolve("endpoints").resolve(container + JSON))
                || Files.exists(starting(container))
                || isChanging(container);
    }

    void removeEndpoint(String container) {
        delete("endpoints", container + JSON);
        delete("alive", container);
    }

    /** Whether nobody starts a container and its monitor is gone. */
    boolean isOver(String container) {
        // In this order: whoever starts it lets go after its monitor has taken hold.
        return !Flock.isHeld(starting(container)) && !isAlive(container);
    }

    /** Whether a container's monitor is there. */
    boolean isAlive(String container) {
        try (Fd directory = Open.path().directory().at(root.resolve("alive"))) {
            Optional<String> lock = At.readLink(directory, container);
            return lock.isPresent() && Flock.isHeld(Path.of(lock.get()));
        }
    }

    /** The file that whoever starts a container holds locked. */
    Path starting(String container) {
        return root.resolve("starting").resolve(container);
    }

    /** The containers whose start has begun and not ended. */
    List<String> starting() {
        return names("starting");
    }

    /** Says that a running container is about to join or leave a network. */
    void changing(String container, String network) {
        try (Fd directory = Open.path().directory().at(root.resolve("changing"))) {
            AtomicFile.replaceUnsynced(directory, container, network.getBytes(StandardCharsets.UTF_8), 0600);
        }
    }

    /** The running containers that somebody began to connect or disconnect. */
    List<String> changing() {
        return names("changing").stream().filter(n -> !n.startsWith(".")).toList();
    }

    boolean isChanging(String container) {
        return Files.exists(root.resolve("changing").resolve(container));
    }

    /** The network that a container was to join or leave. */
    String changed(String container) {
        try {
            return Files.readString(root.resolve("changing").resolve(container));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void endChange(String container) {
        delete("changing", container);
    }

    void endStart(String container) {
        delete("starting", container);
    }

    /** What {@link AtomicFile} may leave after a crash begins with a dot. */
    private static boolean isRecord(String name) {
        return name.endsWith(JSON) && !name.startsWith(".");
    }

    private List<String> names(String folder) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(root.resolve(folder))) {
            for (Path path : paths) {
                names.add(String.valueOf(path.getFileName()));
            }
        } catch (NoSuchFileException e) {
            // Made at the first change.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    private <S extends Record, T> Optional<T> read(
            String folder, String name, Class<S> type, ToIntFunction<S> format, Function<S, T> meaning) {
        Path path = root.resolve(folder).resolve(name);
        byte[] bytes;
        try {
            if (!Files.isRegularFile(path)) {
                return Optional.empty();
            }
            if (Files.size(path) > LARGEST) {
                throw foreign(path, "it has more than " + LARGEST + " bytes", null);
            }
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new NetworkException(Kind.DENIED, "cannot read " + path + ": " + e, e);
        }
        try {
            S record = OciJson.read(bytes, type);
            if (format.applyAsInt(record) == Formatted.CURRENT) {
                return Optional.of(meaning.apply(record));
            }
        } catch (IllegalArgumentException | NullPointerException | DateTimeException e) {
            throw foreign(path, otherFormat(bytes).orElse(String.valueOf(e.getMessage())), e);
        }
        throw foreign(path, otherFormat(bytes).orElse("it has no format's number"), null);
    }

    /** A file of another format may have anything else in it. */
    private static Optional<String> otherFormat(byte[] bytes) {
        try {
            int format = OciJson.read(bytes, Formatted.class).format();
            return format == 0 || format == Formatted.CURRENT
                    ? Optional.empty()
                    : Optional.of("its format is " + format + ", and this version reads " + Formatted.CURRENT);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static NetworkException foreign(Path path, String why, @Nullable Throwable cause) {
        String message = "cannot read " + path + ": " + why
                + "\n  likely cause: another version of Alcove wrote it, it was edited, or the disk was full"
                + "\n  mend: remove the file; containers that run keep their interfaces until they end";
        return cause == null
                ? new NetworkException(Kind.INTERNAL, message)
                : new NetworkException(Kind.INTERNAL, message, cause);
    }

    private static byte[] json(Record value) {
        return OciJson.pretty(value).getBytes(StandardCharsets.UTF_8);
    }

    private void delete(String folder, String name) {
        try {
            Files.deleteIfExists(root.resolve(folder).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteFolder(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                return;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
