package dev.alcove.bench;

import dev.alcove.network.HostNetwork;
import dev.alcove.network.JoinRequest;
import dev.alcove.network.NetworkRequest;
import dev.alcove.network.Networks;
import dev.alcove.network.Plug;
import dev.alcove.network.PlugRequest;
import dev.alcove.network.ResolverOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A container's network by Alcove as a library in this JVM: an address is found and recorded, the wire is made, and all of
 * it is given back. The network namespace is there before, and the kernel takes the wire away when it ends.
 */
final class WireInProcess implements Contender {
    private final String name;
    private final String network;
    private final Networks networks;
    private final Path folder;
    private int next;

    /** On a new network of the namespace that this JVM was started in. */
    WireInProcess(String name, Path folder, String network) {
        this.name = name;
        this.network = network;
        this.folder = folder;
        this.networks = Networks.at(folder, HostNetwork.current());
        networks.create(NetworkRequest.bridge(network));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int perRound() {
        return 100;
    }

    private Plug plug() {
        String id = "c" + next++;
        return networks.plug(new PlugRequest(
                id,
                id,
                id,
                List.of(JoinRequest.of(network)),
                List.of(),
                List.of(),
                ResolverOptions.hosts(),
                List.of(),
                folder.resolve("lock-" + id)));
    }

    @Override
    public List<Sample> run(int count) {
        List<Sample> samples = new ArrayList<>(count);
        List<Space> spaces = spaces(count);
        for (Space space : spaces) {
            long used = Cpu.used();
            long began = System.nanoTime();
            try (Plug plug = plug()) {
                plug.connect(space.pid());
            }
            samples.add(new Sample(System.nanoTime() - began, Cpu.used() - used));
            space.close();
        }
        return samples;
    }

    private static List<Space> spaces(int count) {
        List<Space> spaces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            spaces.add(new Space());
        }
        return spaces;
    }

    /** So many that stay until the last is made: what each took to be set up, in nanoseconds. */
    long[] stay(int count) {
        List<Space> spaces = spaces(count);
        List<Plug> plugs = new ArrayList<>(count);
        long[] took = new long[count];
        for (int i = 0; i < count; i++) {
            long began = System.nanoTime();
            Plug plug = plug();
            plug.connect(spaces.get(i).pid());
            took[i] = System.nanoTime() - began;
            plugs.add(plug);
        }
        plugs.forEach(Plug::close);
        spaces.forEach(Space::close);
        return took;
    }

    @Override
    public void close() {
        networks.remove(network);
    }
}
