package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Signal;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A running container. Closing it ends everything inside at once; so does the end of this JVM, however it comes, unless
 * the container was started detached.
 */
public final class Container implements AutoCloseable {
    private final ContainerSpec spec;
    private final Launcher.Started started;
    private final @Nullable Fd input;
    private final @Nullable Fd output;
    private final @Nullable Fd error;
    private final Object ending = new Object();
    private volatile @Nullable Exit exit;

    private Container(
            ContainerSpec spec, Launcher.Started started, @Nullable Fd input, @Nullable Fd output, @Nullable Fd error) {
        this.spec = spec;
        this.started = started;
        this.input = input;
        this.output = output;
        this.error = error;
    }

    static Container start(
            StreamChoice streams, ContainerSpec spec, HostFacts facts, Program program, Map<Integer, Fd> more) {
        List<Fd> theirs = new ArrayList<>();
        List<Fd> ours = new ArrayList<>();
        try {
            if (streams.log().isPresent() || streams.inherit() || streams.terminal()) {
                List<Fd> std = streams.log().isPresent()
                        ? Streams.detached(streams.log().get(), theirs)
                        : Streams.inherited(streams, theirs);
                return new Container(
                        spec,
                        Launcher.start(spec, facts, program, std.get(0), std.get(1), std.get(2), more),
                        null,
                        null,
                        null);
            }
            Pipe in = Pipe.open();
            theirs.add(in.reader());
            ours.add(in.writer());
            Pipe out = Pipe.open();
            theirs.add(out.writer());
            ours.add(out.reader());
            Pipe err = Pipe.open();
            theirs.add(err.writer());
            ours.add(err.reader());
            Container c = new Container(
                    spec,
                    Launcher.start(spec, facts, program, in.reader(), out.writer(), err.writer(), more),
                    in.writer(),
                    out.reader(),
                    err.reader());
            ours.clear();
            return c;
        } finally {
            theirs.forEach(Fd::close);
            ours.forEach(Fd::close);
        }
    }

    /** The container's id. */
    public String id() {
        return spec.id();
    }

    /** The pid of the container's first process, in this process's PID namespace. */
    public int pid() {
        return started.pid();
    }

    /** The other end of the container's terminal, if it has one and is not detached. */
    public Optional<Fd> terminal() {
        return started.terminal();
    }

    /** Writes to the program's standard input, if that is a pipe. */
    public OutputStream outputStream() {
        return input == null ? OutputStream.nullOutputStream() : FdIo.output(input);
    }

    /** Reads the program's standard output, if that is a pipe. */
    public InputStream inputStream() {
        return output == null ? InputStream.nullInputStream() : FdIo.input(output);
    }

    /** Reads the program's standard error, if that is a pipe. */
    public InputStream errorStream() {
        return error == null ? InputStream.nullInputStream() : FdIo.input(error);
    }

    /**
     * Waits for the end; when it returns, nothing of the container is left but what it wrote.
     *
     * @return the status as a shell has it: 0 to 255, a signal's death is 128 and its number
     * @throws IllegalStateException if the container is detached: then its state folder tells
     */
    public int waitFor() {
        return end().status();
    }

    /** Waits for the end, and says how it came and what was used. */
    public Exit end() {
        if (spec.detached()) {
            throw new IllegalStateException("container '" + spec.id() + "' is detached");
        }
        synchronized (ending) {
            if (exit == null) {
                Launcher.Report report = Launcher.exited(spec, started.control());
                started.monitor().reap();
                Launcher.clearGroups(spec);
                started.control().close();
                exit = report == null
                        // The monitor was killed; the death signal ended the container.
                        ? new Exit(128 + Signal.KILL.number(), false, Duration.ZERO, 0)
                        : new Exit(
                                Exit.shellStatus(report.value()),
                                report.extra0() != 0,
                                Duration.ofNanos(report.extra1() * 1000),
                                report.extra2() * 1024);
            }
            return exit;
        }
    }

    /**
     * Sends a signal to the container's first process.
     *
     * @return whether it was there to receive it
     */
    public boolean signal(Signal signal) {
        // Without the lock, which whoever waits for the end holds all the while. As long as the monitor has not told of
        // the
        // end, it may not have reaped the process.
        if (exit != null) {
            return false;
        }
        try (Pidfd pidfd = Pidfd.open(pid()).orElse(null)) {
            return pidfd != null && pidfd.send(signal);
        }
    }

    /** Ends everything inside at once, and waits until it is gone. A detached container stays. */
    @Override
    public void close() {
        if (!spec.detached()) {
            signal(Signal.KILL);
            end();
        }
        started.terminal().ifPresent(Fd::close);
        for (Fd fd : new Fd[] {input, output, error}) {
            if (fd != null) {
                fd.close();
            }
        }
        started.control().close();
    }
}
