package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Poller;
import dev.alcove.linux.SealedFile;
import dev.alcove.linux.Signal;
import dev.alcove.spec.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Sandbox}: the container it becomes, and what watches it. */
final class SandboxRun {
    private final Sandbox sandbox;
    private final CountDownLatch streams = new CountDownLatch(2);
    private final SandboxStream out;
    private final SandboxStream err;
    private final SandboxSupervisor supervisor;

    private final Object killing = new Object();
    private @Nullable Container room;
    private boolean killed;
    private boolean overflow;

    SandboxRun(Sandbox sandbox) {
        this.sandbox = sandbox;
        int most = (int) sandbox.output.value();
        this.out = new SandboxStream(most, streams, this::tooMuch);
        this.err = new SandboxStream(most, streams, this::tooMuch);
        this.supervisor = new SandboxSupervisor(sandbox.killOnForbiddenCall, this::kill);
    }

    /** One thread for the streams and calls of all sandboxes. */
    static final class Shared {
        static final Poller POLLER = new Poller("alcove-sandbox");

        private Shared() {}
    }

    private void tooMuch() {
        synchronized (killing) {
            overflow = true;
        }
        kill();
    }

    /** Ends it at once, or as soon as it is known. */
    private void kill() {
        synchronized (killing) {
            killed = true;
            if (room != null) {
                room.signal(Signal.KILL);
            }
        }
    }

    Verdict run() throws InterruptedException {
        ContainerBuilder container = new SandboxContainer(sandbox, supervisor).builder();
        long start = System.nanoTime();
        Exit exit;
        try (Pipe o = Pipe.open();
                Pipe e = Pipe.open();
                SandboxSupervisor watch = supervisor;
                Container c = start(container, o.writer(), e.writer())) {
            o.writer().close();
            e.writer().close();
            out.follow(o.reader());
            err.follow(e.reader());
            synchronized (killing) {
                room = c;
                if (killed) {
                    c.signal(Signal.KILL);
                }
            }
            try {
                streams.await();
                // It may have closed its streams and run on.
                c.process().waitFor();
            } catch (InterruptedException interrupted) {
                c.close();
                awaitStreams();
                throw interrupted;
            }
            exit = c.end();
            synchronized (killing) {
                room = null;
            }
        }
        Duration wall = Duration.ofNanos(System.nanoTime() - start);
        return verdict(exit, wall);
    }

    /** The readers are used until the streams' ends, which come with the container's. */
    private void awaitStreams() {
        while (true) {
            try {
                streams.await();
                return;
            } catch (InterruptedException again) {
                // the interrupt is told to the caller already
            }
        }
    }

    private Container start(ContainerBuilder container, Fd o, Fd e) {
        if (sandbox.stdin.length == 0) {
            try (Fd nothing = Open.read().at(Path.of("/dev/null"))) {
                return container.redirect(nothing, o, e).start();
            }
        }
        try (SealedFile text = SealedFile.of("stdin", sandbox.stdin);
                // Opened again: from its beginning, and for reading alone.
                Fd in = Open.read().at(text.path())) {
            return container.redirect(in, o, e).start();
        }
    }

    private Verdict verdict(Exit exit, Duration wall) {
        Optional<SandboxSupervisor.Counters> counted = supervisor.counters();
        Verdict.Output stdout = out.output();
        Verdict.Output stderr = err.output();
        long group = counted.map(SandboxSupervisor.Counters::memory).orElse(0L);
        Bytes memory = Bytes.of(group > 0 ? group : exit.peakBytes());
        Verdict.Used used = new Verdict.Used(
                exit.cpu(),
                wall,
                memory,
                counted.map(SandboxSupervisor.Counters::threads).orElse(OptionalLong.empty()));
        boolean tooMuch;
        synchronized (killing) {
            tooMuch = overflow;
        }
        SandboxEnding ending = new SandboxEnding(sandbox, exit, counted, supervisor, stderr.text(), tooMuch);
        return new Verdict(ending.ending(), exit.status(), stdout, stderr, used, supervisor.forbidden());
    }
}
