package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Proc;
import dev.alcove.linux.Signal;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A container's first process as the JDK knows processes. */
final class ContainerProcess extends Process {
    private static final int BUFFER = 8192;

    private final Container container;
    private final @Nullable Fd[] ends = new @Nullable Fd[3];
    private final OutputStream input;
    private final InputStream output;
    private final InputStream error;

    ContainerProcess(Container container, Streams streams) {
        this.container = container;
        for (int i = 0; i < ends.length; i++) {
            ends[i] = streams.ours(i);
        }
        Fd in = ends[0];
        this.input = in == null ? OutputStream.nullOutputStream() : new BufferedOutputStream(FdIo.output(in), BUFFER);
        this.output = reader(ends[1]);
        this.error = reader(ends[2]);
    }

    private static InputStream reader(@Nullable Fd end) {
        return end == null ? InputStream.nullInputStream() : new BufferedInputStream(FdIo.input(end), BUFFER);
    }

    void closeStreams() {
        for (Fd end : ends) {
            if (end != null) {
                end.close();
            }
        }
    }

    @Override
    public OutputStream getOutputStream() {
        return input;
    }

    @Override
    public InputStream getInputStream() {
        return output;
    }

    @Override
    public InputStream getErrorStream() {
        return error;
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            return container.whenEnded().get().status();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            container.whenEnded().get(Math.max(0, timeout), unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public int exitValue() {
        Optional<Exit> seen = container.seenEnd();
        if (seen.isEmpty() && container.ended()) {
            // Its monitor is about to say how.
            return container.waitFor();
        }
        return seen.orElseThrow(() -> new IllegalThreadStateException("process hasn't exited"))
                .status();
    }

    @Override
    public boolean isAlive() {
        return !container.ended();
    }

    /**
     * Asks it to end, by SIGTERM. The kernel does not give PID 1 of a namespace a signal for which it has no handler, so
     * the default action of SIGTERM, which is the process's end, is then brought about by SIGKILL.
     */
    @Override
    public void destroy() {
        if (takesTerm()) {
            container.signal(Signal.TERM);
        } else {
            container.kill();
        }
    }

    private boolean takesTerm() {
        if (container.passesSignals()) {
            return true;
        }
        return Proc.status(container.pid())
                .map(s -> s.namespacePids().size() < 2 || s.namespacePids().getLast() != 1 || s.catches(Signal.TERM))
                .orElse(true);
    }

    @Override
    public Process destroyForcibly() {
        container.kill();
        return this;
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    @Override
    public long pid() {
        return container.pid();
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return container.whenEnded().thenApply(exit -> this);
    }

    @Override
    public ProcessHandle toHandle() {
        return new ContainerHandle(this);
    }

    @Override
    public ProcessHandle.Info info() {
        return toHandle().info();
    }

    @Override
    public String toString() {
        Optional<Exit> seen = container.seenEnd();
        return "Process[pid=" + pid() + ", exitValue="
                + seen.map(e -> Integer.toString(e.status())).orElse("\"not exited\"") + ", container="
                + container.id() + "]";
    }
}
