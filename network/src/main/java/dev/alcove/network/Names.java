package dev.alcove.network;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The files by which containers find each other: /etc/hosts and /etc/resolv.conf. Containers that shall see the same
 * (the same networks, the same further lines and resolver) share one file, mounted read-only, so that somebody's coming
 * or going costs one write and not one for each container. They are written in place, since they are mounted.
 * A container on the default network alone has files of its own.
 *
 * <pre>
 *   ROOT/network/names/NETWORK     the containers of a network, and what they are called
 *                views/VIEW/       the shared files: view (what it is), hosts, resolv.conf, users/ (who has it)
 *                etc/CONTAINER/    its own files: hostname; view, which names the shared ones, or hosts, resolv.conf
 *                dns/NETWORK       a DNS server of ours that answers, and dns/NETWORK.lock, by which it lives
 * </pre>
 *
 * <p>A host name that somebody else is called by is its container's own affair: that one gets a view of its own, if the
 * other was there before. Of one that comes later the name is taken from the host name in the shared file, since whoever asks
 * for a container's name must find that container.
 */
final class Names {
    private final HostResolver resolver;
    private final Answering answering;
    private final Zones zones;
    private final Views views;
    private final Path etc;

    /**
     * The names whose files are in a folder.
     *
     * @param root the folder {@code network} of the state folder; what is needed in it is made at first use
     */
    Names(Path root) {
        this(root, Path.of("/"));
    }

    /** As above, with the host's files elsewhere. */
    Names(Path root, Path host) {
        this.resolver = HostResolver.of(host);
        this.answering = new Answering(root);
        this.zones = new Zones(root);
        this.views = new Views(root, zones, resolver, answering);
        this.etc = root.resolve("etc");
    }

    /**
     * Writes a container's files, and its names into those of the others on its networks; before its program starts. Under
     * the lock of the networks' state. The other containers are not asked for: what is known of them is in the files.
     *
     * @param endpoint the container, its addresses given
     * @param request  what it asked for
     * @param networks at least those that it is on
     * @return the files to mount
     * @throws NetworkException if a name is none, before anything is written
     */
    List<EtcFile> come(Endpoint endpoint, PlugRequest request, List<NetworkConfig> networks) {
        HostsText.check(endpoint);
        List<View.Line> further = HostsText.further(request.hosts(), endpoint, networks);
        List<Joined> named = named(endpoint, networks);
        View view = view(endpoint, named, further, request.resolver());
        String text = view.text();
        putRight();
        Path own = etc.resolve(endpoint.container());
        NamesFiles.folder(own);
        if (!endpoint.hostname().isEmpty()) {
            NamesFiles.write(own.resolve("hostname"), endpoint.hostname() + "\n");
        }
        if (named.isEmpty()) {
            NamesFiles.write(own.resolve("hosts"), HostsText.own(endpoint, further));
            NamesFiles.write(
                    own.resolve("resolv.conf"),
                    resolver.reachable().with(request.resolver()).text());
            // For a network that comes later.
            NamesFiles.write(own.resolve("wish"), text);
        } else {
            enter(endpoint, named, view);
        }
        return files(endpoint);
    }

    /**
     * As {@link #come}, for one that runs and has been connected to a network or disconnected from one; its further lines
     * and its resolver stay as they were. Under the lock of the networks' state.
     *
     * @param before   what it was
     * @param now      what it is
     * @param networks at least those that it was or is on
     * @return the files to mount instead, see {@link EtcMounts#replace}
     */
    List<EtcFile> changed(Endpoint before, Endpoint now, List<NetworkConfig> networks) {
        HostsText.check(now);
        putRight();
        Path own = etc.resolve(now.container());
        Optional<String> old = viewOf(now.container());
        View had = old.map(views::read).orElseGet(() -> View.parse(NamesFiles.read(own.resolve("wish"))));
        withdraw(before);
        List<Joined> named = named(now, networks);
        if (named.isEmpty()) {
            NamesFiles.write(own.resolve("hosts"), HostsText.own(now, had.further()));
            NamesFiles.write(
                    own.resolve("resolv.conf"),
                    resolver.reachable().with(had.resolver()).text());
            NamesFiles.write(
                    own.resolve("wish"), new View(List.of(), Optional.empty(), had.further(), had.resolver()).text());
            NamesFiles.delete(own.resolve("view"));
        } else {
            enter(now, named, view(now, named, had.further(), had.resolver()));
        }
        // It stays a user of the files it had: they are mounted until the caller has exchanged them, and they may serve
        // again.
        return files(now);
    }

    /** The files of a container that has come; for another that is to share its network. */
    List<EtcFile> files(Endpoint endpoint) {
        Path own = etc.resolve(endpoint.container());
        List<EtcFile> files = new ArrayList<>();
        if (!endpoint.hostname().isEmpty()) {
            files.add(new EtcFile("/etc/hostname", own.resolve("hostname"), true));
        }
        Optional<String> view = viewOf(endpoint.container());
        files.add(new EtcFile("/etc/hosts", view.map(views::hosts).orElse(own.resolve("hosts")), view.isEmpty()));
        files.add(new EtcFile(
                "/etc/resolv.conf", view.map(views::resolvConf).orElse(own.resolve("resolv.conf")), view.isEmpty()));
        return files;
    }

    /**
     * Withdraws a container's names, and the files that nobody has any more. Under the lock of the networks' state. Does
     * nothing if that has been done.
     */
    void go(Endpoint endpoint) {
        putRight();
        withdraw(endpoint);
        for (String name : views.all()) {
            views.leave(name, endpoint.container());
        }
        NamesFiles.deleteAll(etc.resolve(endpoint.container()));
    }

    /** Forgets a network that has been removed. */
    void removed(NetworkConfig network) {
        zones.remove(network.id());
        answering.forget(network.id());
    }

    /**
     * Makes all files what they are to be, whatever a crash left of them, and removes those that nobody has. Under the lock
     * of the networks' state.
     *
     * @param present  all containers there are
     * @param networks all networks
     */
    void rebuild(List<Endpoint> present, List<NetworkConfig> networks) {
        Set<String> containers = new HashSet<>();
        present.forEach(endpoint -> containers.add(endpoint.container()));
        NamesFiles.names(etc).stream()
                .filter(name -> !containers.contains(name))
                .forEach(name -> NamesFiles.deleteAll(etc.resolve(name)));
        Set<String> ids = new HashSet<>();
        for (NetworkConfig network : networks) {
            ids.add(network.id());
            if (network.hasNames()) {
                List<ZoneLine> lines = new ArrayList<>();
                present.forEach(endpoint -> endpoint.joined().stream()
                        .filter(joined -> joined.network().equals(network.id()))
                        .forEach(joined -> lines.addAll(ZoneLine.of(endpoint, joined, isAlone(endpoint)))));
                zones.become(network.id(), lines);
            }
        }
        zones.keep(ids);
        for (String recorded : answering.recorded()) {
            if (!answering.lives(recorded)) {
                answering.strike(recorded);
            }
        }
        views.removeHalfMade();
        for (String name : views.all()) {
            present.stream()
                    .map(Endpoint::container)
                    .filter(container -> viewOf(container).equals(Optional.of(name)))
                    .forEach(container -> views.use(name, container));
            if (views.keep(name, containers)) {
                View view = views.read(name);
                views.repair(name, view);
                views.refresh(name, view);
            }
        }
    }

    /** A server of ours answers on a network: its containers are to ask it. Under the lock of the networks' state. */
    void answers(NetworkConfig network, List<InetAddress> addresses) {
        answering.record(network, addresses);
        views.of(network.id()).forEach(views::refresh);
    }

    /** It does not any more. Under the lock of the networks' state. */
    void answersNoMore(String network) {
        answering.strike(network);
        views.of(network).forEach(views::refresh);
    }

    Answering answering() {
        return answering;
    }

    Zones zones() {
        return zones;
    }

    HostResolver resolver() {
        return resolver;
    }

    /** What a container wants to ask instead of the host's resolvers. */
    ResolverOptions resolverOf(String container) {
        return viewOf(container).map(views::read).map(View::resolver).orElse(ResolverOptions.hosts());
    }

    /** Takes back what a server left that was killed. */
    private void putRight() {
        for (String network : answering.recorded()) {
            if (!answering.lives(network)) {
                answersNoMore(network);
            }
        }
    }

    private static List<Joined> named(Endpoint endpoint, List<NetworkConfig> networks) {
        Set<String> ids = new HashSet<>();
        networks.stream().filter(NetworkConfig::hasNames).forEach(network -> ids.add(network.id()));
        return endpoint.joined().stream()
                .filter(joined -> ids.contains(joined.network()))
                .toList();
    }

    private View view(Endpoint endpoint, List<Joined> named, List<View.Line> further, ResolverOptions resolver) {
        Optional<View.Alone> alone = isTaken(endpoint, named)
                ? Optional.of(new View.Alone(endpoint.container(), HostsText.self(endpoint, named)))
                : Optional.empty();
        return new View(named.stream().map(Joined::network).toList(), alone, further, resolver);
    }

    /** Whether somebody else on a container's networks is called by its host name. */
    private boolean isTaken(Endpoint endpoint, List<Joined> named) {
        for (Joined joined : named) {
            if (ZoneLine.contains(ZoneLine.names(endpoint, joined), endpoint.hostname())) {
                continue;
            }
            for (ZoneLine line : zones.read(joined.network())) {
                if (!line.container().equals(endpoint.container())
                        && (line.isCalled(endpoint.hostname())
                                || line.hostname().equalsIgnoreCase(endpoint.hostname()))) {
                    return true;
                }
            }
        }
        return false;
    }

    private void enter(Endpoint endpoint, List<Joined> named, View view) {
        String name = views.name(view);
        // Before the user is entered in the view, so that whoever clears up after a crash knows where.
        NamesFiles.write(etc.resolve(endpoint.container()).resolve("view"), name);
        for (Joined joined : named) {
            List<ZoneLine> lines = ZoneLine.of(endpoint, joined, view.alone().isPresent());
            change(endpoint, joined, lines);
        }
        views.make(name, view);
        views.use(name, endpoint.container());
    }

    private void withdraw(Endpoint endpoint) {
        for (Joined joined : endpoint.joined()) {
            if (Files.exists(zones.file(joined.network()))) {
                change(endpoint, joined, List.of());
            }
        }
    }

    /** Gives a container these lines of a network instead of those that it has; in the zone, then in all files of it. */
    private void change(Endpoint endpoint, Joined joined, List<ZoneLine> lines) {
        String id = endpoint.container();
        boolean shadows;
        try (LineFile zone = zones.open(joined.network())) {
            zone.removeIf(id, line -> line.endsWith("\t" + id));
            lines.forEach(line -> zone.add(line.text()));
            shadows = shadows(zone, ZoneLine.names(endpoint, joined));
        }
        views.of(joined.network()).forEach((name, view) -> {
            if (shadows) {
                views.repair(name, view);
                return;
            }
            try (LineFile hosts = views.open(name, view)) {
                hosts.removeIf(ZoneLine.shortId(id), line -> HostsText.isOf(line, endpoint, joined));
                HostsText.lines(lines).forEach(hosts::add);
            }
        });
    }

    /** Whether names are host names of others, which are hidden by them. Hardly ever is there any host name to look at. */
    private static boolean shadows(LineFile zone, List<String> names) {
        if (!zone.has("\t=")) {
            return false;
        }
        return ZoneLine.parseAll(zone.lines()).stream()
                .anyMatch(line -> !line.hostname().isEmpty() && ZoneLine.contains(names, line.hostname()));
    }

    private Optional<String> viewOf(String container) {
        String name = NamesFiles.read(etc.resolve(container).resolve("view"));
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private boolean isAlone(Endpoint endpoint) {
        return viewOf(endpoint.container())
                .map(views::read)
                .flatMap(View::alone)
                .isPresent();
    }
}
