package dev.alcove.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The files that containers share: {@code views/VIEW/} with {@code view}, {@code hosts}, {@code resolv.conf}, {@code users/}. */
final class Views {
    private static final String TEXT = "view";
    private static final String USERS = "users";
    /** Does not begin as a view's folder does. */
    private static final String NEW = "_new";

    private final Path folder;
    private final Zones zones;
    private final HostResolver resolver;
    private final Answering answering;

    Views(Path root, Zones zones, HostResolver resolver, Answering answering) {
        this.folder = root.resolve("views");
        this.zones = zones;
        this.resolver = resolver;
        this.answering = answering;
    }

    Path hosts(String view) {
        return folder.resolve(view).resolve("hosts");
    }

    Path resolvConf(String view) {
        return folder.resolve(view).resolve("resolv.conf");
    }

    View read(String view) {
        return View.parse(NamesFiles.read(folder.resolve(view).resolve(TEXT)));
    }

    /** The folders of all views. */
    List<String> all() {
        return NamesFiles.names(folder).stream()
                .filter(name -> !name.equals(NEW))
                .toList();
    }

    /** The views that a network's names are in, by their folders. */
    Map<String, View> of(String network) {
        Map<String, View> found = new HashMap<>();
        for (String name : all()) {
            if (View.mayBeOf(name, network)) {
                View view = read(name);
                if (view.networks().contains(network)) {
                    found.put(name, view);
                }
            }
        }
        return found;
    }

    /** The folder that a view has, or is to get: another one has the first name if what they say only looks alike. */
    String name(View view) {
        String first = view.folder();
        String name = first;
        int next = 2;
        while (Files.exists(folder.resolve(name))
                && !NamesFiles.read(folder.resolve(name).resolve(TEXT)).equals(view.text())) {
            name = first + "-" + next++;
        }
        return name;
    }

    /**
     * Makes a view that has no folder yet, of what the zones say; of one that has, resolv.conf is brought up to what the
     * host's says now.
     */
    void make(String name, View view) {
        if (Files.exists(folder.resolve(name))) {
            refresh(name, view);
            return;
        }
        // Under another name until it is whole: a crash leaves it there, for the next one to throw away.
        Path made = folder.resolve(NEW);
        NamesFiles.deleteAll(made);
        NamesFiles.folder(made.resolve(USERS));
        NamesFiles.write(made.resolve(TEXT), view.text());
        try (LineFile hosts = LineFile.open(made.resolve("hosts"), HostsText.heading(view))) {
            hosts.become(lines(view));
        }
        ResolvFile.become(made.resolve("resolv.conf"), conf(view), answering.of(view.networks()));
        try {
            Files.move(made, folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a view's hosts. */
    LineFile open(String name, View view) {
        return LineFile.open(hosts(name), HostsText.heading(view));
    }

    /** Makes a view's hosts what the zones say. */
    void repair(String name, View view) {
        try (LineFile hosts = open(name, view)) {
            hosts.become(lines(view));
        }
    }

    /** Makes a view's resolv.conf what the host's says, or point to a server of ours that answers. */
    void refresh(String name, View view) {
        ResolvFile.become(resolvConf(name), conf(view), answering.of(view.networks()));
    }

    private ResolvConf conf(View view) {
        return resolver.reachable().with(view.resolver());
    }

    private List<String> lines(View view) {
        List<String> lines = new ArrayList<>();
        for (String network : view.networks()) {
            lines.addAll(HostsText.lines(zones.read(network)));
        }
        return lines;
    }

    void use(String name, String container) {
        NamesFiles.write(folder.resolve(name).resolve(USERS).resolve(container), "");
    }

    /** A container has it no more, if it had it; it goes with its last one. */
    void leave(String name, String container) {
        Path users = folder.resolve(name).resolve(USERS);
        if (NamesFiles.delete(users.resolve(container))
                && NamesFiles.names(users).isEmpty()) {
            remove(name);
        }
    }

    /** Keeps of a view's users only those that are there; it goes if none is. Returns whether it stays. */
    boolean keep(String name, Set<String> present) {
        Path users = folder.resolve(name).resolve(USERS);
        boolean used = false;
        for (String container : NamesFiles.names(users)) {
            if (present.contains(container)) {
                used = true;
            } else {
                NamesFiles.delete(users.resolve(container));
            }
        }
        if (!used) {
            remove(name);
        }
        return used;
    }

    /** What was being made when somebody was killed. */
    void removeHalfMade() {
        NamesFiles.deleteAll(folder.resolve(NEW));
    }

    private void remove(String name) {
        NamesFiles.deleteAll(folder.resolve(name));
    }
}
