package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.SeccompListener;
import dev.alcove.linux.Signal;
import dev.alcove.linux.UnixSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The native command that started this JVM and waits for one program, which it then runs in its own context: the caller's
 * descriptors, control group, limits and namespaces are those of the command.
 */
public final class Front implements AutoCloseable {
    /** Where the front says by which descriptor it is reached: ours, a colon, its own number of its end. */
    public static final String VARIABLE = "ALCOVE_FRONT";

    private static final Duration END = Duration.ofSeconds(10);

    private final UnixSocket socket;
    private final int control;

    private final UnaryOperator<Program> change;

    private Front(UnixSocket socket, int control, UnaryOperator<Program> change) {
        this.socket = socket;
        this.control = control;
        this.change = change;
    }

    /** The same front, which gets another program than was planned: a test lets something happen between two steps. */
    Front changed(UnaryOperator<Program> by) {
        return new Front(socket, control, by);
    }

    /**
     * The front of this JVM.
     *
     * @param environment of this process
     * @return empty if it was started by something else
     */
    public static Optional<Front> of(Map<String, String> environment) {
        String value = environment.getOrDefault(VARIABLE, "");
        int colon = value.indexOf(':');
        if (colon <= 0) {
            return Optional.empty();
        }
        return Optional.of(new Front(
                UnixSocket.inherited(Integer.parseInt(value.substring(0, colon))),
                Integer.parseInt(value.substring(colon + 1)),
                UnaryOperator.identity()));
    }

    /** One that is there to be walked through, with nobody behind it who runs anything. */
    static Front rehearsed(UnixSocket socket) {
        return new Front(socket, Wire.CONTROL, UnaryOperator.identity());
    }

    /** Its descriptor's number in the front. */
    int control() {
        return control;
    }

    /**
     * What is done while the program runs.
     *
     * @param abandoned after a failure of one that the program did not wait for: its process has been ended, and what else
     *                  it made is to go
     */
    record Acts(IntConsumer hooks, Consumer<Fd> terminal, Consumer<SeccompListener> listener, Runnable abandoned) {}

    /**
     * Sends the program and follows it until what it starts is there.
     *
     * @return the pid of the started process, as this process's PID namespace has it
     * @throws ContainerException if a step failed; the program has cleared up by then
     */
    int run(ContainerSpec spec, HostFacts facts, Program planned, Acts acts) {
        Program program = change.apply(planned);
        try {
            socket.send(ProgramEncoder.encode(program));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
        }
        RuntimeException failed = null;
        while (true) {
            byte[] bytes = new byte[Wire.REPORT_SIZE];
            UnixSocket.Received received = socket.receive(bytes);
            if (received.length() <= 0) {
                if (failed != null) {
                    throw failed;
                }
                throw new ContainerException(
                        ContainerException.Kind.INTERNAL,
                        "cannot start container '" + spec.name()
                                + "': the command was killed before the container ran");
            }
            Launcher.Report report = Launcher.parse(bytes);
            switch (report.kind()) {
                case Wire.REPORT_FAILED -> {
                    awaitEnd();
                    if (failed != null) {
                        throw failed;
                    }
                    throw Failure.of(spec, facts, program, report.step(), (int) report.value());
                }
                case Wire.REPORT_SYNC -> {
                    int pid = (int) report.extra0();
                    if (report.value() == FrontPart.SYNC_HOOKS) {
                        acts.hooks().accept(pid);
                    } else if (report.value() == Planner.SYNC_PREPARE) {
                        spec.prepare().ifPresent(act -> act.accept(pid));
                    } else {
                        IdMapper.map(spec, pid);
                    }
                    socket.send(new byte[8]);
                }
                case Wire.REPORT_CONSOLE ->
                    failed = attempt(() -> received.descriptors().forEach(acts.terminal()));
                case Wire.REPORT_LISTENER ->
                    received.descriptors().forEach(fd -> acts.listener().accept(SeccompListener.of(fd)));
                default -> {
                    if (failed != null) {
                        end((int) report.value());
                        acts.abandoned().run();
                        throw failed;
                    }
                    return (int) report.value();
                }
            }
        }
    }

    /** What the program does not wait for: it goes on, and what it has started then is ended. */
    private static @Nullable RuntimeException attempt(Runnable act) {
        try {
            act.run();
            return null;
        } catch (ContainerException | LinuxException e) {
            return e;
        }
    }

    private static void end(int pid) {
        try (Pidfd started = Pidfd.open(pid).orElse(null)) {
            if (started != null) {
                started.send(Signal.KILL);
                started.awaitEnd(END);
            }
        }
    }

    /** Until the front's program is over: it closes its end when it has cleared up. */
    public void awaitEnd() {
        Launcher.@Nullable Report more = Launcher.read(socket);
        while (more != null) {
            more = Launcher.read(socket);
        }
    }

    /** Lets the front go. Where it waits for a program, it ends with this process's status. */
    @Override
    public void close() {
        socket.close();
    }
}
