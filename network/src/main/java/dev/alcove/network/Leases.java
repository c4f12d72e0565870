package dev.alcove.network;

import dev.alcove.linux.At;
import dev.alcove.linux.Cidr;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.Open;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The addresses of one network that are taken: each is a symbolic link of the address's name that says whose it is. It is
 * made in one instant, with its content, by one of those who want it: nobody can see half of it, and no crash leaves half.
 *
 * <p>A free one is looked for from where the last one was found, so that finding one costs the same with many taken, and
 * an address is not somebody else's the moment it is given back.
 */
final class Leases {
    private static final int LONGEST = 40;

    private final Path folder;

    Leases(Path folder) {
        this.folder = folder;
    }

    /**
     * An address that is taken.
     *
     * @param address   which
     * @param container whose
     */
    record Lease(InetAddress address, String container) {}

    /** Takes an address; false if somebody has it. */
    boolean take(InetAddress address, String container) {
        try (Fd directory = Open.path().directory().at(folder)) {
            return At.symlink(container, directory, address.getHostAddress());
        }
    }

    /**
     * Takes a free one.
     *
     * @param range where
     * @param not   one that is in the range and nobody's to have: the gateway
     * @return it, or empty if there is none
     */
    Optional<InetAddress> takeNext(AddressRange range, Optional<InetAddress> not, String container) {
        String family = range.first().getAddress().length == 4 ? "last4" : "last6";
        InetAddress start = range.after(last(family).orElse(range.last()));
        InetAddress at = start;
        try (Fd directory = Open.path().directory().at(folder)) {
            do {
                if (!(not.isPresent() && not.get().equals(at))
                        && At.symlink(container, directory, at.getHostAddress())) {
                    remember(directory, family, at);
                    return Optional.of(at);
                }
                at = range.after(at);
            } while (!at.equals(start));
            return Optional.empty();
        }
    }

    /** Written over in place, blanks behind: a file that is emptied first makes some file systems wait for the disk. */
    private static void remember(Fd directory, String family, InetAddress last) {
        StringBuilder text = new StringBuilder(last.getHostAddress());
        while (text.length() < LONGEST) {
            text.append(' ');
        }
        try (Fd file = Open.write().create(0600).noFollow().at(directory, family)) {
            FileIo.writeAll(file, text.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** It only says where to look first: what a crash left of it is not believed. */
    private Optional<InetAddress> last(String family) {
        try {
            return Optional.of(
                    Cidr.parseAddress(Files.readString(folder.resolve(family)).strip()));
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whose an address is; empty if it is free. */
    Optional<String> owner(InetAddress address) {
        try (Fd directory = Open.path().directory().at(folder)) {
            return At.readLink(directory, address.getHostAddress());
        }
    }

    /** Gives one back, if it is that container's. */
    void free(InetAddress address, String container) {
        Optional<Fd> open = Open.path().directory().find(folder);
        if (open.isPresent()) {
            try (Fd directory = open.get()) {
                String name = address.getHostAddress();
                if (At.readLink(directory, name).equals(Optional.of(container))) {
                    At.unlink(directory, name);
                }
            }
        }
    }

    /** All that are taken. */
    List<Lease> list() {
        List<Lease> leases = new ArrayList<>();
        Optional<Fd> open = Open.path().directory().find(folder);
        if (open.isEmpty()) {
            return leases;
        }
        try (Fd directory = open.get();
                DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path path : names) {
                String name = String.valueOf(path.getFileName());
                At.readLink(directory, name)
                        .ifPresent(container -> leases.add(new Lease(Cidr.parseAddress(name), container)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return leases;
    }
}
