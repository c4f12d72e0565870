package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.SeccompListener;
import dev.alcove.linux.Signal;
import dev.alcove.linux.Syscall;
import dev.alcove.linux.UnixSocket;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The native command that started this JVM and waits for one program, which it then runs in its own context: the caller's
 * descriptors, control group, limits and namespaces are those of the command.
 *
 * <p>It takes the program from a pipe, and reports into another. Where descriptors are to come, or answers are to go,
 * there is a socket: that costs a cold JVM the linking of native calls, which takes as long as all else it does.
 */
public final class Front implements AutoCloseable {
    /**
     * Where the front says how it is reached: the socket's numbers here and there, the number here of the pipe for the
     * program, and the reports' numbers here and there; colons between them.
     */
    public static final String VARIABLE = "ALCOVE_FRONT";

    private static final int NUMBERS = 5;
    private static final Duration END = Duration.ofSeconds(10);

    /**
     * How it is reached.
     *
     * @param socket  the socket, made when it is first needed
     * @param control the front's number of its end
     * @param program the file that takes the program; empty: the socket
     * @param reports the file that gives the reports; empty: the socket
     * @param told    the front's number of the reports' other end
     */
    private record Lines(
            java.util.function.Supplier<UnixSocket> socket, int control, String program, String reports, int told) {}

    private final Lines lines;
    private final int pid;
    private final UnaryOperator<Program> change;
    private @Nullable UnixSocket socket;
    private @Nullable InputStream reports;
    private boolean plain;
    private OptionalLong identity = OptionalLong.empty();

    /** What failed here, for which the program does not wait. */
    private @Nullable RuntimeException failed;

    private Front(Lines lines, int pid, UnaryOperator<Program> change) {
        this.lines = lines;
        this.pid = pid;
        this.change = change;
    }

    /** The same front, which gets another program than was planned: a test lets something happen between two steps. */
    Front changed(UnaryOperator<Program> by) {
        return new Front(lines, pid, by);
    }

    /**
     * The front of this JVM.
     *
     * @param environment of this process
     * @return empty if it was started by something else
     */
    public static Optional<Front> of(Map<String, String> environment) {
        String value = environment.getOrDefault(VARIABLE, "");
        int[] numbers = new int[NUMBERS];
        int count = 0;
        for (int from = 0; from < value.length() && count < NUMBERS; count++) {
            int colon = value.indexOf(':', from);
            int to = colon < 0 ? value.length() : colon;
            numbers[count] = Integer.parseInt(value.substring(from, to));
            from = to + 1;
        }
        if (count < NUMBERS) {
            return Optional.empty();
        }
        int ours = numbers[0];
        return Optional.of(new Front(
                new Lines(
                        () -> UnixSocket.inherited(ours),
                        numbers[1],
                        "/proc/self/fd/" + numbers[2],
                        "/proc/self/fd/" + numbers[3],
                        numbers[4]),
                0,
                UnaryOperator.identity()));
    }

    /** One that is there to be walked through, with nobody behind it who runs anything. */
    static Front rehearsed(UnixSocket socket, String program, String reports) {
        return new Front(
                new Lines(() -> socket, Wire.CONTROL, program, reports, Wire.CONTROL), 0, UnaryOperator.identity());
    }

    /**
     * One that asks a resident JVM.
     *
     * @param pid its process, whose limits are not those of this one
     */
    static Front asking(UnixSocket socket, int control, int pid) {
        return new Front(new Lines(() -> socket, control, "", "", control), pid, UnaryOperator.identity());
    }

    /** What the machine is like, for a program that this front runs. */
    HostFacts facts(ContainerSpec spec) {
        return HostProbe.read(spec, pid);
    }

    /**
     * Turns away what a resident JVM must not do: hooks are programs of the caller's, in the caller's control group, with
     * its limits and working directory; and a terminal of the caller's is served by who has it. Nothing may have been
     * done yet.
     *
     * @param so whether there is such a thing
     */
    public void needsOwnJvm(boolean so) {
        if (so && pid > 0) {
            throw new Resident.NeedsOwnJvm();
        }
    }

    /**
     * Chooses how it reports, and gives its descriptor for that.
     *
     * @param onlyReports whether nothing but reports comes of the program: no descriptor, and nothing to be answered
     */
    int control(boolean onlyReports) {
        plain = onlyReports && !lines.reports().isEmpty();
        return plain ? lines.told() : lines.control();
    }

    /** What tells the started process from any later one; empty if this kernel cannot. */
    OptionalLong identity() {
        return identity;
    }

    /**
     * What is done while the program runs.
     *
     * @param unit      systemd makes the unit of this process
     * @param abandoned after a failure of one that the program did not wait for: its process has been ended, and what else
     *                  it made is to go
     */
    record Acts(
            IntConsumer hooks,
            IntConsumer unit,
            Consumer<Fd> terminal,
            Consumer<SeccompListener> listener,
            Runnable abandoned) {}

    private UnixSocket socket() {
        UnixSocket known = socket;
        if (known == null) {
            known = lines.socket().get();
            socket = known;
        }
        return known;
    }

    /**
     * Sends the program and follows it until what it starts is there.
     *
     * @return the pid of the started process, as this process's PID namespace has it
     * @throws ContainerException if a step failed; the program has cleared up by then
     */
    int run(ContainerSpec spec, HostFacts facts, Program planned, Acts acts) {
        Program program = change.apply(planned);
        send(ProgramEncoder.encode(program));
        while (true) {
            Launcher.Report report = receive(acts);
            if (report == null) {
                // A JVM of its own would have gone with it. What it made and could not take back is to go.
                acts.abandoned().run();
                RuntimeException before = failed;
                if (before != null) {
                    throw before;
                }
                throw new ContainerException(
                        ContainerException.Kind.INTERNAL,
                        "cannot start container '" + spec.name()
                                + "': the command was killed before the container ran");
            }
            if (report.kind() == Wire.REPORT_FAILED) {
                awaitEnd(acts);
                RuntimeException before = failed;
                if (before != null) {
                    throw before;
                }
                throw Failure.of(spec, facts, program, report.step(), (int) report.value());
            }
            if (report.kind() == Wire.REPORT_SYNC) {
                boolean done = false;
                try {
                    act(spec, acts, report);
                    done = true;
                } finally {
                    if (!done) {
                        refuse(acts);
                    }
                }
                socket().send(new byte[8]);
            }
            if (report.kind() == Wire.REPORT_STARTED) {
                if (report.extra1() == FrontPart.PIDFS) {
                    identity = OptionalLong.of(report.extra0());
                }
                RuntimeException before = failed;
                if (before != null) {
                    end((int) report.value());
                    acts.abandoned().run();
                    throw before;
                }
                return (int) report.value();
            }
        }
    }

    private static void act(ContainerSpec spec, Acts acts, Launcher.Report report) {
        int first = (int) report.extra0();
        if (report.value() == FrontPart.SYNC_HOOKS) {
            acts.hooks().accept(first);
        } else if (report.value() == Planner.SYNC_UNIT) {
            acts.unit().accept(first);
        } else if (report.value() == Planner.SYNC_PREPARE) {
            spec.prepare().ifPresent(act -> act.accept(first));
        } else {
            IdMapper.map(spec, first);
        }
    }

    /** The program awaits eight bytes to go on: by one alone it fails, and takes back what it made. */
    private void refuse(Acts acts) {
        try {
            socket().send(new byte[1]);
            awaitEnd(acts);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            // It was killed: there is nobody to take anything back.
            acts.abandoned().run();
        }
    }

    private void send(byte[] program) {
        if (lines.program().isEmpty()) {
            try {
                socket().send(program);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                    throw e;
                }
            }
            return;
        }
        try (OutputStream out = new FileOutputStream(lines.program())) {
            out.write(program);
        } catch (IOException e) {
            // It was killed: the end of its reports says so.
            return;
        }
    }

    /** The next report; null at the end. What comes with it is passed on. */
    private Launcher.@Nullable Report receive(Acts acts) {
        byte[] bytes = new byte[Wire.REPORT_SIZE];
        if (plain) {
            return read(bytes) ? Launcher.parse(bytes) : null;
        }
        UnixSocket.Received received;
        try {
            received = socket().receive(bytes);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            return null;
        }
        if (received.length() <= 0) {
            return null;
        }
        Launcher.Report report = Launcher.parse(bytes);
        if (report.kind() == Wire.REPORT_CONSOLE) {
            attempt(() -> received.descriptors().forEach(acts.terminal()));
        } else if (report.kind() == Wire.REPORT_LISTENER) {
            attempt(() -> received.descriptors().forEach(fd -> acts.listener().accept(SeccompListener.of(fd))));
        }
        return report;
    }

    private boolean read(byte[] bytes) {
        try {
            InputStream in = reports;
            if (in == null) {
                in = new FileInputStream(lines.reports());
                reports = in;
            }
            return in.readNBytes(bytes, 0, bytes.length) == bytes.length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the program does not wait for: it goes on, and what it has started then is ended. The first failure counts. */
    private void attempt(Runnable act) {
        try {
            act.run();
        } catch (ContainerException | LinuxException e) {
            if (failed == null) {
                failed = e;
            }
        }
    }

    /** Ends what was started, by its pid. */
    static void end(int pid) {
        try (Pidfd started = Pidfd.open(pid).orElse(null)) {
            if (started != null) {
                started.send(Signal.KILL);
                started.awaitEnd(END);
            }
        }
    }

    /**
     * Lets the front wait for a process that others make, pass signals on to it, and end with its status: while that is
     * made the front is the subreaper of its descendants, and so becomes the parent of what nobody else is.
     *
     * @param act makes the process, whose parent must have ended when it returns; gives its pid
     */
    public void follow(IntSupplier act) {
        control(false);
        Program.Builder p = new Program.Builder(Arch.host());
        String why = "whoever lost its parent becomes this one's child";
        p.call(why, Syscall.PRCTL, Arg.num(36, "PR_SET_CHILD_SUBREAPER"), Arg.num(1));
        Data sync = Data.buffer(Wire.REPORT_SIZE, "sync");
        Data told = Data.buffer(8, "pid");
        Arg control = Arg.num(lines.control());
        String until = "until the process is there; its pid";
        p.add(new Step.Put(Arg.at(sync), Arg.num(Wire.REPORT_SYNC, "SYNC"), 4, "the report"));
        p.callAtLeast(Wire.REPORT_SIZE, until, Syscall.WRITE, control, Arg.at(sync), Arg.num(Wire.REPORT_SIZE));
        p.callAtLeast(8, until, Syscall.READ, control, Arg.at(told), Arg.num(8));
        Arg.Result process = p.register("pid");
        Arg.Result status = p.register("status");
        p.add(new Step.Get(process, Arg.at(told), 8, until));
        p.add(new Step.Reap(status, process, "until it ends; signals are passed on"));
        p.add(new Step.Exit(status, "as the process ended"));
        send(ProgramEncoder.encode(change.apply(p.build())));
        Acts nothing = new Acts(first -> {}, first -> {}, Fd::close, listener -> {}, () -> {});
        if (receive(nothing) == null) {
            throw new ContainerException(
                    ContainerException.Kind.INTERNAL, "the command was killed before the container ran");
        }
        boolean done = false;
        try {
            int made = act.getAsInt();
            socket().send(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(made)
                    .array());
            done = true;
        } finally {
            if (!done) {
                refuse(nothing);
            }
        }
    }

    /** Until the front's program is over: it closes its end when it has cleared up. */
    public void awaitEnd() {
        awaitEnd(new Acts(first -> {}, first -> {}, Fd::close, listener -> {}, () -> {}));
    }

    private void awaitEnd(Acts acts) {
        while (receive(acts) != null) {
            // what a later step of the clearing up says does not matter
        }
    }

    /**
     * Lets the front go. Where it waits for a program, it ends with this process's status; one that asked a resident JVM
     * is told when the command is over.
     */
    @Override
    public void close() {
        if (pid == 0 && socket != null) {
            socket.close();
        }
    }
}
