package dev.alcove.network;

import dev.alcove.linux.FileIo;
import dev.alcove.linux.Open;
import java.nio.file.Path;
import java.util.List;

/** The host's own resolv.conf. */
final class HostResolver {
    private static final int LARGEST = 1 << 20;

    /** Where those who answer on 127.0.0.53 and the like write whom they ask themselves. */
    private static final List<String> BEHIND =
            List.of("run/systemd/resolve/resolv.conf", "run/NetworkManager/no-stub-resolv.conf");

    private final Path top;

    private HostResolver(Path top) {
        this.top = top;
    }

    /** That of a tree of files: the machine's is {@code /}. */
    static HostResolver of(Path top) {
        return new HostResolver(top);
    }

    /** As it is, for one who asks on the host. */
    ResolvConf asIs() {
        return read("etc/resolv.conf");
    }

    /**
     * For one who asks from elsewhere: without resolvers that answer on the host alone, and if nothing is left, with those
     * whom systemd-resolved or NetworkManager ask themselves. If there are none either there is no server: nobody's names are
     * sent to some server of the world that the user did not choose.
     */
    ResolvConf reachable() {
        ResolvConf host = asIs();
        ResolvConf reachable = host.reachable();
        for (String file : BEHIND) {
            if (!reachable.servers().isEmpty() || host.servers().isEmpty()) {
                break;
            }
            ResolvConf behind = read(file).reachable();
            reachable = new ResolvConf(
                    behind.servers(), host.search().isEmpty() ? behind.search() : host.search(), behind.options());
        }
        return reachable;
    }

    private ResolvConf read(String name) {
        return Open.read()
                .find(top.resolve(name))
                .map(file -> {
                    try (file) {
                        return ResolvConf.parse(InPlace.text(FileIo.readAll(file, LARGEST)));
                    }
                })
                .orElse(new ResolvConf(List.of(), List.of(), List.of()));
    }
}
