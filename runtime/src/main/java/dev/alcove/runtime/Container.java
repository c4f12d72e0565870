package dev.alcove.runtime;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupStats;
import dev.alcove.linux.CgroupUnavailableException;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.NamespaceSet;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Poller;
import dev.alcove.linux.Signal;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxResourcesBuilder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A running container. Its first process is a {@link #process() java.lang.Process}; what a container has besides is here.
 * Closing it ends everything inside at once; so does the end of this JVM, however it comes, unless the container was
 * started detached.
 *
 * {@snippet class="dev.alcove.examples.FirstContainer" region="container"}
 *
 * <p>Safe for use by several threads. No thread waits for it unless somebody asks to be told of its end; then one thread
 * does for all.
 */
public final class Container implements AutoCloseable {
    private static final Duration FREEZE = Duration.ofSeconds(10);

    /** One thread tells of the ends of all containers, once somebody wants to be told. */
    private static final class Ends {
        static final Poller POLLER = new Poller("alcove-ends");
    }

    private final ContainerSpec spec;
    private final Launcher.Started started;
    private final @Nullable Pidfd first;
    private final ContainerProcess process;
    /** Held by whoever reads what the monitor says, perhaps for as long as the container runs. */
    private final ReentrantLock listening = new ReentrantLock();

    private final Object telling = new Object();
    private volatile @Nullable Exit exit;
    private volatile @Nullable Joinable joinable;
    /** Whether a detached one's handle was closed; it lives on. */
    private volatile boolean closed;

    /** Whoever freezes it or kills it: a process that is frozen while it dies would not die. */
    private final Object freezing = new Object();

    private boolean paused;
    private boolean killed;

    private @Nullable CompletableFuture<Exit> told;
    private Poller.@Nullable Registration watch;
    private boolean ending;

    private Container(ContainerSpec spec, Launcher.Started started, Streams streams) {
        this.spec = spec;
        this.started = started;
        // The handle stays this process's, whoever has the number later; one that ended already has none.
        this.first = Pidfd.open(started.pid()).orElse(null);
        this.process = new ContainerProcess(this, streams);
    }

    static Container start(
            StreamChoice choice, ContainerSpec spec, HostFacts facts, Program program, Map<Integer, Fd> more) {
        return start(choice, spec, () -> new Launcher.Planned(facts, program), more, Optional.empty());
    }

    /** The same, by a copy of the monitor of the container in which it is one more process, planned meanwhile. */
    static Container start(
            StreamChoice choice,
            ContainerSpec spec,
            Supplier<Launcher.Planned> plan,
            Map<Integer, Fd> more,
            Optional<Launcher.Started> within) {
        Streams streams = Streams.open(choice);
        boolean done = false;
        try {
            Launcher.Started started =
                    Launcher.start(spec, plan, streams.in(), streams.out(), streams.err(), more, within);
            try {
                Container container = new Container(spec, started, streams);
                done = true;
                return container;
            } finally {
                if (!done) {
                    started.abandon(spec);
                }
            }
        } finally {
            if (done) {
                streams.close();
            } else {
                streams.abandon();
            }
        }
    }

    /** The container's id. */
    public String id() {
        return spec.id();
    }

    /** Its first process, like any other: streams, waiting, its end. */
    public Process process() {
        return process;
    }

    /** The pid of the container's first process, in this process's PID namespace. */
    public int pid() {
        return started.pid();
    }

    /** The other end of the container's terminal, if it has one and is not detached. */
    public Optional<Fd> terminal() {
        return started.terminal();
    }

    /**
     * Waits for the end; when it returns, nothing of the container is left but what it wrote. Holds the thread, which
     * cannot be interrupted; {@code process().waitFor()} can.
     *
     * @return the status as a shell has it: 0 to 255, a signal's death is 128 and its number
     * @throws IllegalStateException if the container is detached: then its state folder tells
     */
    public int waitFor() {
        return end().status();
    }

    /** Waits for the end as {@link #waitFor()}, and says how it came and what was used. */
    public Exit end() {
        attached();
        Exit known = exit;
        if (known != null) {
            return known;
        }
        if (Thread.currentThread().isVirtual()) {
            // A call that waits would hold the thread that carries this one.
            return whenEnded().join();
        }
        listening.lock();
        try {
            return finish();
        } finally {
            listening.unlock();
        }
    }

    private void attached() {
        if (spec.detached()) {
            throw new IllegalStateException("container '" + spec.name()
                    + "' is detached: its end is recorded in its folder, ContainerStore.find(name).waitFor() tells it");
        }
    }

    /** How it ended, if it has and somebody saw it. */
    Optional<Exit> seenEnd() {
        return Optional.ofNullable(exit);
    }

    /** Whether it has ended, as far as can be said without waiting. */
    boolean ended() {
        if (closed) {
            throw new IllegalStateException("this handle of the detached container '" + spec.name()
                    + "' is closed; ContainerStore.find(name) gives another");
        }
        try {
            return exit != null || first == null || !first.isAlive();
        } catch (IllegalStateException e) {
            // The handle was closed at this moment, which only the end does.
            return true;
        }
    }

    /** Reads the monitor's report; by whoever listens. Whatever comes in between, those who wait are told. */
    private Exit finish() {
        Exit known = exit;
        if (known != null) {
            return known;
        }
        // Without a word of the monitor, it was killed, and the death signal ended the container.
        Exit seen = new Exit(128 + Signal.KILL.number(), false, Duration.ZERO, 0);
        try {
            awaitMonitor();
            Launcher.Report report = Launcher.exited(spec, started.control());
            if (report != null) {
                seen = new Exit(
                        Exit.shellStatus(report.value()),
                        report.extra0() != 0,
                        Duration.ofNanos(report.extra1() * 1000),
                        report.extra2() * 1024);
            }
        } finally {
            synchronized (telling) {
                ending = true;
                if (watch != null) {
                    watch.cancel();
                }
            }
            started.copier().close();
            try {
                Launcher.clearGroups(spec, started.monitor().reap());
            } finally {
                tell(seen);
            }
        }
        return seen;
    }

    /**
     * The monitor's report is followed by its end: this thread is woken once, by the end. One that is asked something
     * before, as that of a supervised container, would wait for the answer.
     */
    private void awaitMonitor() {
        if (spec.supervisor().isPresent()) {
            return;
        }
        try {
            started.monitor().reap();
        } catch (LinuxException e) {
            // Reaped by somebody else in this process: the report is there all the same.
            if (e.errno() != Errno.ECHILD) {
                throw e;
            }
        }
    }

    private void tell(Exit seen) {
        CompletableFuture<Exit> toTell;
        synchronized (telling) {
            exit = seen;
            toTell = told;
        }
        if (first != null) {
            first.close();
        }
        if (toTell != null) {
            // Whoever waits goes on elsewhere, not under our lock.
            toTell.completeAsync(() -> seen);
        }
    }

    /** Completed when it has ended; no thread waits for it. */
    CompletableFuture<Exit> whenEnded() {
        attached();
        synchronized (telling) {
            CompletableFuture<Exit> future = told;
            if (future == null) {
                Exit known = exit;
                future = known == null ? new CompletableFuture<>() : CompletableFuture.completedFuture(known);
                told = future;
                if (known == null && !ending) {
                    watch = Ends.POLLER.register(started.control().fd(), this::reported);
                }
            }
            return future;
        }
    }

    /** The monitor has said something, or is gone. To hear it out can take a while: not on the thread of all ends. */
    private void reported() {
        ForkJoinPool.commonPool().execute(() -> {
            // Whoever listens already hears it too.
            if (listening.tryLock()) {
                try {
                    finish();
                } finally {
                    listening.unlock();
                }
            }
        });
    }

    /**
     * Sends a signal to the container's first process. As PID 1 of its room it gets only those it has a handler for,
     * and SIGKILL and SIGSTOP, pid_namespaces(7); the small init of {@link ContainerBuilder#init} passes all on.
     *
     * @return whether it was there to receive it
     */
    public boolean signal(Signal signal) {
        return signal == Signal.KILL ? kill() : send(signal);
    }

    private boolean send(Signal signal) {
        try {
            return exit == null && first != null && first.send(signal);
        } catch (IllegalStateException e) {
            // Closed at this moment: it has ended.
            return false;
        }
    }

    /** Whether PID 1 is the small init, which passes signals on. */
    boolean passesSignals() {
        return spec.init();
    }

    /** SIGKILL, which reaches a paused one too; from here on it cannot be paused. */
    boolean kill() {
        synchronized (freezing) {
            killed = true;
            boolean sent = send(Signal.KILL);
            if (sent && paused) {
                Cgroup.of(CgroupLayout.read(), spec.group()).thawIfFrozen();
            }
            return sent;
        }
    }

    /**
     * Stops all its processes until {@link #resume()}, by the control group's freezer: they are not told, and cannot
     * help it.
     *
     * @throws ContainerException UNSUPPORTED without a freezer that we may use, BUSY if they did not stop in ten seconds
     */
    public void pause() {
        synchronized (freezing) {
            boolean stopped = group("pause", cgroup -> {
                if (killed) {
                    // What is frozen while it dies would not die.
                    return true;
                }
                paused = true;
                return cgroup.freeze(FREEZE);
            });
            if (!stopped) {
                throw new ContainerException(
                        ContainerException.Kind.BUSY,
                        "cannot pause container '" + spec.name() + "': its processes did not stop in "
                                + FREEZE.toSeconds() + " seconds\n  likely cause: one waits for a disk or a network"
                                + " file system, where nothing can stop it\n  mend: try again later; they run on");
            }
        }
    }

    /**
     * Continues its processes.
     *
     * @throws ContainerException UNSUPPORTED without a freezer that we may use
     */
    public void resume() {
        group("resume", cgroup -> {
            cgroup.thaw();
            return true;
        });
    }

    /** What its processes use now, by the control groups; what the machine does not count is empty. */
    public CgroupStats stats() {
        return group("read the statistics of", Cgroup::stats);
    }

    /**
     * Changes its limits; those that are not named stay.
     *
     * {@snippet class="dev.alcove.runtime.SnippetsTest" region="update"}
     *
     * @throws IllegalArgumentException if a value cannot be
     * @throws ContainerException       UNSUPPORTED without the controller, BUSY if more is in use already
     */
    public void update(UnaryOperator<LinuxResourcesBuilder> change) {
        LinuxResources limits = change.apply(LinuxResources.builder()).build();
        group("change the limits of", cgroup -> {
            cgroup.apply(Limits.of(limits));
            return true;
        });
    }

    private void mustBeContainer() {
        if (!spec.isContainer()) {
            throw new IllegalStateException(
                    "this is one process in another's rooms, not a container: ask the container");
        }
    }

    /** What is done with its control groups. */
    private interface GroupAction<T> {
        T with(Cgroup cgroup);
    }

    private <T> T group(String what, GroupAction<T> action) {
        mustBeContainer();
        Cgroup cgroup = Cgroup.of(CgroupLayout.read(), spec.group());
        if (exit != null || !cgroup.exists()) {
            throw new ContainerException(
                    exit != null ? ContainerException.Kind.CONFLICT : ContainerException.Kind.UNSUPPORTED,
                    "cannot " + what + " container '" + spec.name() + "': it has no control group\n  likely cause: "
                            + (ended()
                                    ? "it has ended\n  mend: start it again"
                                    : "whoever started it may not make groups on this machine"
                                            + "\n  mend: run as root, or delegate a version 2 group to this user"));
        }
        try {
            return action.with(cgroup);
        } catch (CgroupUnavailableException e) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    "cannot " + what + " container '" + spec.name() + "': " + e.getMessage(),
                    e);
        }
    }

    /**
     * The namespaces it is in, by the kernel's numbers.
     *
     * @throws ContainerException CONFLICT if it has ended
     */
    public NamespaceSet namespaces() {
        return NamespaceSet.of(pid())
                .filter(set -> !ended())
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.CONFLICT,
                        "container '" + spec.name() + "' has ended: it is in no namespace any more"));
    }

    /** The program of system calls that starts such a container, planned anew. */
    public Program explain() {
        return Launcher.Planned.of(spec).program();
    }

    /**
     * One more process in it: in its rooms and groups, under its policy.
     *
     * @param command the program and its arguments
     */
    public ExecBuilder exec(String... command) {
        return exec(Arrays.asList(command));
    }

    /**
     * One more process in it: in its rooms and groups, under its policy.
     *
     * @param command the program and its arguments
     */
    public ExecBuilder exec(List<String> command) {
        mustBeContainer();
        Joinable known = joinable;
        if (known == null) {
            StoredState state = StoredState.of(spec, spec.name(), "", "", false, "");
            known = new Joinable(state, ExecTarget.of(state, pid()));
            joinable = known;
        }
        ExecTarget target = known.target();
        return new ExecBuilder(
                known.state(),
                spec::seccomp,
                this::pinned,
                pid -> target,
                spec.supervisor(),
                spec.monitorCopies() ? Optional.of(started) : Optional.empty(),
                command);
    }

    /** What one more process needs to know; looked up once, for the first. */
    private record Joinable(StoredState state, ExecTarget target) {}

    /** A handle of the first process for somebody else: of that very process, whoever has its number by now. */
    private Pidfd pinned() {
        Pidfd process = ended() ? null : first;
        if (process == null) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    "container '" + spec.name() + "' is not running\n  likely cause: its first process has ended\n"
                            + "  mend: start it again");
        }
        return process.duplicate();
    }

    /** Ends everything inside at once, and waits until it is gone. A detached container stays. */
    @Override
    public void close() {
        if (spec.detached()) {
            closed = true;
            started.copier().close();
            if (first != null) {
                first.close();
            }
        } else {
            kill();
            end();
        }
        started.terminal().ifPresent(Fd::close);
        process.closeStreams();
    }
}
