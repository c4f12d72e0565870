package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A program that starts a container, in a JVM that the test kills. Its arguments: the state folder, or - for none; the
 * number of the step before which it is to be killed, or {@code running}, or {@code paused}. Its standard output says when it is time.
 */
final class Dying {
    /** init finds our standard output and input here too: those of its own it closes. */
    private static final int SAID = 5;

    private static final int GO = 6;

    private Dying() {}

    static ContainerBuilder container(String id, boolean running) {
        ContainerBuilder b = running ? new ContainerBuilder("sleep", "1000") : new ContainerBuilder("true");
        return b.id(id).hostname("dying").prepare(pid -> {}).inheritIO();
    }

    public static void main(String[] args) {
        boolean paused = args[2].equals("paused");
        boolean running = paused || args[2].equals("running");
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
            c.waitFor();
        }
    }
}
