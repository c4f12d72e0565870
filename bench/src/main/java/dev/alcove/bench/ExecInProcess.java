package dev.alcove.bench;

import dev.alcove.runtime.Container;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One more process in a container that runs: from a new builder to the process's end. */
final class ExecInProcess implements Contender {
    private static final String ID = "alcove-test-exec";

    private final String name;
    private final Container container;

    ExecInProcess(String name, Path root) {
        this.name = name;
        this.container = AlcoveInProcess.container(root, false, "/bin/noop", "wait")
                .id(ID + "-" + ProcessHandle.current().pid())
                .start();
    }

    /** What the program by hand is told of the container. */
    List<String> target() {
        return List.of("exec", Integer.toString(container.pid()), container.id());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int perRound() {
        return 20;
    }

    @Override
    public List<Sample> run(int count) {
        List<Sample> samples = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long used = Cpu.used();
            long began = System.nanoTime();
            int status;
            try (Container more = container.exec("/bin/noop").inheritIO().start()) {
                status = more.waitFor();
            }
            long wall = System.nanoTime() - began;
            samples.add(new Sample(wall, Cpu.used() - used));
            if (status != 0) {
                throw new IllegalStateException(name + ": the process ended with status " + status);
            }
        }
        return samples;
    }

    @Override
    public void close() {
        container.close();
    }
}
