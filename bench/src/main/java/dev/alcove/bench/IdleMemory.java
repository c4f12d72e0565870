package dev.alcove.bench;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What stays in memory of ours for each idle container: its monitor, and its init where it has one. */
final class IdleMemory {
    private static final int CONTAINERS = 20;

    private IdleMemory() {}

    /**
     * Starts containers that wait, and looks.
     *
     * @param init whether they have the small init as PID 1
     * @return bytes of proportional set size for each container
     */
    static long perContainer(Path root, boolean init) throws IOException {
        List<Container> containers = new ArrayList<>();
        try {
            for (int i = 0; i < CONTAINERS; i++) {
                ContainerBuilder b = AlcoveInProcess.container(root, false, "/bin/noop", "wait");
                containers.add(b.init(init).start());
            }
            long bytes = 0;
            for (Container c : containers) {
                bytes += proportional(parent(c.pid()));
                if (init) {
                    bytes += proportional(c.pid());
                }
            }
            return bytes / CONTAINERS;
        } finally {
            containers.forEach(Container::close);
        }
    }

    private static int parent(int pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("PPid:")) {
                return Integer.parseInt(line.substring(5).strip());
            }
        }
        throw new IOException("process " + pid + " has no parent");
    }

    private static long proportional(int pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            if (line.startsWith("Pss:")) {
                return 1024L
                        * Long.parseLong(line.substring(4, line.length() - 2).strip());
            }
        }
        throw new IOException("process " + pid + " has no Pss");
    }
}
