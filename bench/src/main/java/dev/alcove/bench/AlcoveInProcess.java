package dev.alcove.bench;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Alcove as a library in this JVM: from a new builder to the end of the container. */
final class AlcoveInProcess implements Contender {
    private final String name;
    private final Path root;
    private final boolean net;

    AlcoveInProcess(String name, Path root, boolean net) {
        this.name = name;
        this.root = root;
        this.net = net;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int perRound() {
        return 20;
    }

    /** The container that all contenders make. */
    static ContainerBuilder container(Path root, boolean net, String... command) {
        ContainerBuilder b = new ContainerBuilder(command)
                .rootfs(Rootfs.directory(root))
                .room(NamespaceKind.TIME, new ContainerBuilder.Room.Own())
                .inheritIO();
        return net ? b : b.room(NamespaceKind.NET, new ContainerBuilder.Room.Host());
    }

    @Override
    public List<Sample> run(int count) {
        List<Sample> samples = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long used = Cpu.used();
            long began = System.nanoTime();
            Container c = container(root, net, "/bin/noop").start();
            int status = c.waitFor();
            long wall = System.nanoTime() - began;
            samples.add(new Sample(wall, Cpu.used() - used));
            if (status != 0) {
                throw new IllegalStateException(name + ": the container ended with status " + status);
            }
        }
        return samples;
    }

    /** Plans and starts nothing: warms the JVM up without keeping the kernel busy. */
    void plan(int count) {
        int steps = 0;
        for (int i = 0; i < count; i++) {
            steps += container(root, net, "/bin/noop").explain().length();
        }
        if (steps < count) {
            throw new IllegalStateException(name + ": programs without steps");
        }
    }

    @Override
    public void close() {}
}
