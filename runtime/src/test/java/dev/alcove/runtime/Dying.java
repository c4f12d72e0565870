package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program that starts a container, in a JVM that the test kills, or that ends by itself. Its arguments: the container's
 * id; the state folder, or - for none; the number of the step before which it is to be killed, or {@code running}, or
 * {@code paused}, or {@code exit} for one that calls System.exit, or {@code memory} for one that has no more. Its standard
 * output says when it is time.
 */
final class Dying {
    /** init finds our standard output and input here too: those of its own it closes. */
    private static final int SAID = 5;

    private static final int GO = 6;

    /** The status of {@code exit}. */
    static final int EXIT = 7;

    private Dying() {}

    static ContainerBuilder container(String id, boolean running) {
        ContainerBuilder b = running ? new ContainerBuilder("sleep", "1000") : new ContainerBuilder("true");
        return b.id(id).hostname("dying").prepare(pid -> {}).inheritIO();
    }

    public static void main(String[] args) {
        boolean paused = args[2].equals("paused");
        boolean running = paused || !Character.isDigit(args[2].charAt(0));
        ContainerBuilder b = container(args[0], running);
        Optional<ContainerStore.NewContainer> record = args[1].equals("-")
                ? Optional.empty()
                : Optional.of(ContainerStore.at(Path.of(args[1])).create(b, "dying", "host", "", true, false));
        ContainerSpec spec = b.spec();
        HostFacts facts = HostProbe.read(spec);
        Program program = Planner.plan(spec, facts);
        if (!running) {
            int step = Integer.parseInt(args[2]);
            program = Deaths.closed(program, step)
                    ? Deaths.pausedBefore(program, step, 1, 0)
                    : Deaths.pausedBefore(program, step, SAID, GO);
        }
        try (Container c =
                Container.start(b.streams, spec, facts, program, Map.of(SAID, Fd.standard(1), GO, Fd.standard(0)))) {
            record.ifPresent(ContainerStore.NewContainer::close);
            if (paused) {
                c.pause();
            }
            if (running) {
                FdIo.write(Fd.standard(1), new byte[1]);
            }
            switch (args[2]) {
                case "exit" -> exit();
                case "memory" -> fill();
                default -> {}
            }
            c.waitFor();
        }
    }

    /** Another thread than the one that started the container, which still waits for it. */
    private static void exit() {
        new Thread(() -> System.exit(EXIT)).start();
    }

    /** All of the heap, so that whatever comes next has none: the JVM's own flags say what then becomes of it. */
    private static void fill() {
        List<byte[]> all = new ArrayList<>();
        while (all.size() < Integer.MAX_VALUE) {
            all.add(new byte[1 << 20]);
        }
    }
}
