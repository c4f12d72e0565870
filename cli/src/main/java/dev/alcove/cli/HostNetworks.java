package dev.alcove.cli;

import dev.alcove.linux.Cidr;
import dev.alcove.network.EtcFile;
import dev.alcove.network.HostNetwork;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.NetworkException;
import dev.alcove.network.Networks;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.NetworkFlag;
import dev.alcove.spec.OciMount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The networks of the caller's state folder, in the caller's network namespace. */
final class HostNetworks {
    private HostNetworks() {}

    static Networks of(Shell shell) {
        return Networks.at(root(shell), HostNetwork.current());
    }

    /** The same, where new ones may be made: those without a range get one of those that the configuration names. */
    static Networks making(Shell shell) {
        List<Cidr> pool = new ArrayList<>();
        for (String range : Settings.read(shell).networkPool()) {
            pool.add(Cidr.parse(range));
        }
        return of(shell).pool(pool);
    }

    static Path root(Shell shell) {
        return ContainerStore.standard(shell.environment()).root();
    }

    /** The name that {@code bridge} stands for, or the name itself. */
    static String name(String word) {
        return word.isEmpty() || NetworkFlag.DEFAULT_WORDS.contains(word) ? NetworkConfig.DEFAULT : word;
    }

    /** Says what the user should know of the host's firewall, now that a network has been made. */
    static void warn(Shell shell, Networks networks, NetworkConfig made) {
        for (String line : networks.warnings(made)) {
            shell.err().print("alcove: warning: " + line + "\n");
        }
    }

    /** Whether the default network is there; it is made when it is first used. */
    static boolean hasDefault(Networks networks) {
        try {
            networks.find(NetworkConfig.DEFAULT);
            return true;
        } catch (NetworkException e) {
            if (e.kind() != NetworkException.Kind.NOT_FOUND) {
                throw e;
            }
            return false;
        }
    }

    /** Mounts a container's files, where the user does not mount something. */
    static void mount(ContainerBuilder builder, List<EtcFile> files, Set<String> mounted) {
        for (EtcFile file : files) {
            if (!mounted.contains(file.inside())) {
                builder.mount(OciMount.of(
                        file.inside(),
                        "bind",
                        file.outside().toString(),
                        List.of("bind", file.writable() ? "rw" : "ro", "nosuid", "nodev", "noexec", "private")));
            }
        }
    }

    /** The names of a container whose network another shares. */
    static void share(Shell shell, ContainerBuilder builder, StoredContainer container, Set<String> mounted) {
        List<EtcFile> files = new ArrayList<>(of(shell).files(container.id()));
        // Its host name is its own.
        files.removeIf(file -> file.inside().equals("/etc/hostname"));
        mount(builder, files, mounted);
    }

    /** A network by its name, id or the beginning of it, or by {@code bridge}. */
    static NetworkConfig find(Networks networks, String word) {
        return networks.find(name(word));
    }

    /**
     * The same for a flag.
     *
     * @param field the flag, for the message
     * @param words what else could have been meant
     */
    static NetworkConfig find(Networks networks, String field, String word, List<String> words) {
        try {
            return find(networks, word);
        } catch (NetworkException e) {
            String said = String.valueOf(e.getMessage());
            int line = said.indexOf('\n');
            String first = line < 0 ? said : said.substring(0, line);
            boolean unknown = e.kind() == NetworkException.Kind.NOT_FOUND && !first.contains("did you mean");
            String hint = unknown
                    ? DidYouMean.nearest(word, words)
                            .map(w -> "; did you mean '" + w + "'?")
                            .orElse("")
                    : "";
            throw new NetworkException(
                    e.kind(), field + ": " + first + hint + (line < 0 ? "" : said.substring(line)), e);
        }
    }
}
