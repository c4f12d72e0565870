package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The DNS servers of ours that answer now: one is recorded in {@code dns/NETWORK}, and lives as long as it holds
 * {@code dns/NETWORK.lock}.
 */
final class Answering {
    private static final String LOCK = ".lock";
    private static final String INTERNAL = "internal";

    private final Path folder;

    Answering(Path root) {
        this.folder = root.resolve("dns");
    }

    /** A server's addresses, and whether it knows the containers alone. */
    private record Server(boolean internal, List<InetAddress> addresses) {}

    /** The lock of a network's server. */
    Path lock(String network) {
        return folder.resolve(network + LOCK);
    }

    /** Takes the lock, if no other server has it. */
    Optional<Flock> take(String network) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Flock.tryExclusive(lock(network));
    }

    /** Records that a server answers, whose lock is held. Under the lock of the networks' state. */
    void record(NetworkConfig network, List<InetAddress> addresses) {
        List<String> words =
                new ArrayList<>(addresses.stream().map(AddressText::of).toList());
        words.add(network.internal() ? INTERNAL : "");
        NamesFiles.write(folder.resolve(network.id()), String.join("\n", words));
    }

    /** Records that it does not any more. */
    void strike(String network) {
        NamesFiles.delete(folder.resolve(network));
    }

    /** Forgets a network. */
    void forget(String network) {
        strike(network);
        NamesFiles.delete(lock(network));
    }

    /** The networks that are recorded. */
    List<String> recorded() {
        return NamesFiles.names(folder).stream()
                .filter(name -> !name.endsWith(LOCK))
                .toList();
    }

    /** Whether a network's server lives. */
    boolean lives(String network) {
        return Flock.isHeld(lock(network));
    }

    /**
     * The addresses of the server that containers on these networks are to ask: one that forwards, if there is one. Only one,
     * since a resolver takes the first one's word that there is no such name.
     *
     * @return none if none answers
     */
    List<InetAddress> of(List<String> networks) {
        List<InetAddress> found = List.of();
        for (String network : networks) {
            Optional<Server> server = read(network).filter(one -> lives(network));
            if (server.isPresent() && !server.get().internal()) {
                return server.get().addresses();
            }
            if (server.isPresent() && found.isEmpty()) {
                found = server.get().addresses();
            }
        }
        return found;
    }

    private Optional<Server> read(String network) {
        try {
            boolean internal = false;
            List<InetAddress> addresses = new ArrayList<>();
            for (String line : Files.readAllLines(folder.resolve(network))) {
                if (line.equals(INTERNAL)) {
                    internal = true;
                } else if (!line.isEmpty()) {
                    addresses.add(Cidr.parseAddress(line));
                }
            }
            return Optional.of(new Server(internal, addresses));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
