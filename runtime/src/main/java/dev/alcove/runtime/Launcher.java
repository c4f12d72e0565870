package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Child;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.SealedFile;
import dev.alcove.linux.SeccompListener;
import dev.alcove.linux.Signal;
import dev.alcove.linux.Spawn;
import dev.alcove.linux.UnixSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program from this JVM: starts init from a sealed memfd with a socket, sends the program, and follows its
 * reports until the container's process runs.
 */
final class Launcher {
    /** init in memory, sealed: a container that holds its descriptor cannot change it (CVE-2019-5736). */
    private static final class InitBinary {
        /** Not in a static initialiser: what failed there, for want of a descriptor, would fail for ever. */
        private static final AtomicReference<@Nullable SealedFile> KEPT = new AtomicReference<>();

        static Fd fd() {
            SealedFile kept = KEPT.get();
            if (kept != null) {
                return kept.fd();
            }
            SealedFile loaded = load();
            if (KEPT.compareAndSet(null, loaded)) {
                return loaded.fd();
            }
            loaded.close();
            return fd();
        }

        private static SealedFile load() {
            String name = "init-" + Arch.host().machine();
            try (InputStream in = Launcher.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new ContainerException(
                            ContainerException.Kind.UNSUPPORTED,
                            "this build of Alcove has no " + name
                                    + "; build it on such a machine, or where the C compiler "
                                    + Arch.host().machine() + "-linux-gnu-gcc is installed");
                }
                return SealedFile.of("alcove-init", in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A report of init, as the wire table has it. */
    record Report(int kind, int step, long value, long extra0, long extra1, long extra2) {}

    /**
     * A started container: its pid, the socket that its monitor watches, the monitor (a detached one's is no child of
     * ours: then it is what made it), the terminal's master if there is one.
     */
    record Started(int pid, UnixSocket control, Child monitor, Optional<Fd> terminal) {
        /** Who makes one more process in the container: its monitor. */
        Copier copier() {
            return new Copier(control);
        }

        /** Nobody is there to hold it: it ends, and nothing is left. */
        void abandon(ContainerSpec spec) {
            control.close(); // the monitor of one that is not detached kills it now
            terminal.ifPresent(Fd::close);
            if (!spec.detached()) {
                clearGroups(spec, monitor.reap());
                return;
            }
            // With what has just been closed there is a descriptor to be had. Its monitor clears up.
            try (Pidfd first = Pidfd.open(pid).orElse(null)) {
                if (first != null) {
                    first.send(Signal.KILL);
                }
            }
        }
    }

    /** What init is to do, and what it was planned from. */
    record Planned(HostFacts facts, Program program) {
        static Planned of(ContainerSpec spec) {
            HostFacts facts = HostProbe.read(spec);
            return new Planned(facts, Planner.plan(spec, facts));
        }
    }

    private final ContainerSpec spec;
    private final Supplier<Planned> plan;
    private @Nullable Planned planned;
    private @Nullable Fd terminal;

    private Launcher(ContainerSpec spec, Supplier<Planned> plan) {
        this.spec = spec;
        this.plan = plan;
    }

    /**
     * Starts a container and waits until its program has been executed.
     *
     * @param plan   asked once: beside the making of a monitor's copy, or before init is started
     * @param in     what becomes its standard input, likewise out and err; they stay the caller's
     * @param more   further descriptors for init, by the number they get
     * @param within the container in which it is one more process, if its monitor can be copied
     * @throws ContainerException if a step failed; nothing is left then
     */
    static Started start(
            ContainerSpec spec,
            Supplier<Planned> plan,
            Fd in,
            Fd out,
            Fd err,
            Map<Integer, Fd> more,
            Optional<Started> within) {
        Launcher launcher = new Launcher(spec, plan);
        Map<Integer, Fd> fds = new HashMap<>(more);
        fds.putAll(Map.of(0, in, 1, out, 2, err));
        if (within.isPresent()) {
            Optional<Started> copied = launcher.copy(within.get().copier(), "", fds, Copier::copied);
            if (copied.isPresent()) {
                return copied.get();
            }
        }
        if (spec.id().length() <= Copier.LONGEST_TITLE && more.isEmpty()) {
            Optional<Copier> zygote = Zygote.standing();
            if (zygote.isPresent()) {
                Copier copier = zygote.get();
                Optional<Started> copied = launcher.copy(copier, spec.id(), fds, own -> Zygote.copied(copier, own));
                if (copied.isPresent()) {
                    return copied.get();
                }
                Zygote.end(copier);
            }
        }
        return launcher.spawn(fds);
    }

    private Planned planned() {
        Planned known = planned;
        if (known == null) {
            known = plan.get();
            planned = known;
        }
        return known;
    }

    private Started spawn(Map<Integer, Fd> fds) {
        byte[] encoded = ProgramEncoder.encode(planned().program());
        UnixSocket.Pair pair = UnixSocket.pair();
        UnixSocket control = pair.left();
        Child monitor = null;
        int sent = 0;
        try (UnixSocket theirs = pair.right()) {
            // Already there when init comes to read it: neither waits for the other.
            sent = control.sendWhatFits(encoded);
            fds.put(Wire.CONTROL, theirs.fd());
            monitor = init(spec.id(), fds);
        } finally {
            if (monitor == null) {
                control.close();
            }
        }
        return follow(control, monitor, encoded, sent);
    }

    /** Starts init, which takes its program from the descriptor {@link Wire#CONTROL}. */
    static Child init(String title, Map<Integer, Fd> fds) {
        return Spawn.spawn(InitBinary.fd(), List.of("alcove-init", title), List.of(), fds);
    }

    /** Has a copy made, and plans meanwhile; empty if none was made. */
    private Optional<Started> copy(
            Copier copier, String title, Map<Integer, Fd> fds, Function<UnixSocket, Optional<Child>> copied) {
        UnixSocket.Pair pair = UnixSocket.pair();
        UnixSocket control = pair.left();
        Optional<Child> copy = Optional.empty();
        byte[] encoded = {};
        int sent = 0;
        boolean ready = false;
        try {
            try (UnixSocket theirs = pair.right()) {
                fds.put(Wire.CONTROL, theirs.fd());
                if (!copier.ask(title, fds)) {
                    return Optional.empty();
                }
            }
            try {
                encoded = ProgramEncoder.encode(planned().program());
                sent = whatFits(control, encoded);
                ready = true;
            } finally {
                copy = copied.apply(control);
            }
        } finally {
            if (!ready || copy.isEmpty()) {
                // Without a program the copy ends.
                control.close();
                copy.ifPresent(Child::reap);
            }
        }
        int first = sent;
        byte[] all = encoded;
        return copy.map(monitor -> follow(control, monitor, all, first));
    }

    /** How much of a program a copy takes at once; nothing if there is none to take it. */
    private static int whatFits(UnixSocket control, byte[] encoded) {
        try {
            return control.sendWhatFits(encoded);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            return 0;
        }
    }

    private Started follow(UnixSocket control, Child monitor, byte[] encoded, int sent) {
        boolean started = false;
        try {
            sendRest(control, encoded, sent);
            Report report = follow(control);
            if (report.kind() != Wire.REPORT_STARTED) {
                throw new IllegalStateException("init reports " + report.kind() + " where the start was awaited");
            }
            started = true;
            if (spec.detached()) {
                // It has left the monitor to itself, and ended.
                monitor.reap();
            }
            return new Started((int) report.value(), control, monitor, Optional.ofNullable(terminal));
        } finally {
            if (!started) {
                // The end of the socket ends whatever init has started; then it clears up and is gone.
                if (spec.detached()) {
                    // The monitor is no child of ours: its end is the end of its side.
                    control.shutdown();
                    awaitEnd(control);
                }
                control.close();
                if (terminal != null) {
                    terminal.close();
                }
                clearGroups(spec, monitor.reap());
            }
        }
    }

    /**
     * Removes the groups that the monitor did not: it was killed, or it is in another's user namespace and has no right
     * to. One more process in a container has none of its own.
     */
    static void clearGroups(ContainerSpec spec, Child.Exit monitor) {
        if (spec.isContainer() && (monitor.signaled() || spec.joinsUserNamespace())) {
            ContainerStore.removeGroup(spec.group());
        }
    }

    private static void sendRest(UnixSocket control, byte[] encoded, int sent) {
        try {
            control.send(encoded, sent);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            // init refused the program and is gone; its report says why.
        }
    }

    /** Follows the reports to the first that decides. */
    private Report follow(UnixSocket control) {
        while (true) {
            Report report = next(control);
            if (report == null) {
                throw new ContainerException(
                        ContainerException.Kind.INTERNAL,
                        "cannot start container '" + spec.name() + "': init was killed before the container ran"
                                + "\n  likely cause: somebody sent it SIGKILL, or the machine ran out of memory"
                                + "\n  mend: dmesg tells of memory; nothing is left, start it again");
            }
            switch (report.kind()) {
                case Wire.REPORT_FAILED -> {
                    awaitEnd(control);
                    throw Failure.of(spec, planned().facts(), planned().program(), report.step(), (int) report.value());
                }
                case Wire.REPORT_SYNC -> {
                    int pid = (int) report.extra0();
                    if (report.value() == Planner.SYNC_PREPARE) {
                        spec.prepare().ifPresent(action -> action.accept(pid));
                    } else {
                        IdMapper.map(spec, pid);
                    }
                    goOn(control);
                }
                case Wire.REPORT_CONSOLE, Wire.REPORT_LISTENER -> {}
                default -> {
                    return report;
                }
            }
        }
    }

    /** init clears up after a failed start and then closes the socket. */
    private static void awaitEnd(UnixSocket control) {
        while (read(control) != null) {
            // what a later step of the clearing up says does not matter
        }
    }

    private @Nullable Report next(UnixSocket control) {
        byte[] bytes = new byte[Wire.REPORT_SIZE];
        UnixSocket.Received received = whole(control, bytes).orElse(null);
        if (received == null || received.length() <= 0) {
            return null;
        }
        Report report = parse(bytes);
        for (Fd fd : received.descriptors()) {
            if (report.kind() == Wire.REPORT_LISTENER && spec.supervisor().isPresent()) {
                spec.supervisor().get().listen(SeccompListener.of(fd));
            } else {
                terminal = fd;
            }
        }
        return report;
    }

    /** What comes during a start, with the descriptor that it may carry: without that, nobody could go on. */
    private Optional<UnixSocket.Received> whole(UnixSocket control, byte[] bytes) {
        try {
            return receive(control, bytes);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EMSGSIZE) {
                throw e;
            }
            Causes.Cause cause = Causes.exhausted(Errno.EMFILE);
            throw new ContainerException(
                    ContainerException.Kind.INTERNAL,
                    "cannot start container '" + spec.name() + "': a descriptor that it sends, its terminal's or its"
                            + " filter's listener, could not be received"
                            + "\n  likely cause: " + cause.likely() + "\n  mend: " + cause.mend(),
                    e);
        }
    }

    /** The next report, or null at the end of the socket. */
    static @Nullable Report read(UnixSocket control) {
        byte[] bytes = new byte[Wire.REPORT_SIZE];
        return receive(control, bytes)
                .filter(received -> received.length() > 0)
                .map(received -> parse(bytes))
                .orElse(null);
    }

    /** What comes, or nothing when the other side died with something of ours unread. */
    private static Optional<UnixSocket.Received> receive(UnixSocket control, byte[] bytes) {
        try {
            return Optional.of(control.receive(bytes));
        } catch (LinuxException e) {
            if (e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Lets init go on after a sync; if it has died meanwhile, the end of the socket says so next. */
    private static void goOn(UnixSocket control) {
        try {
            control.send(new byte[8]);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
        }
    }

    /**
     * The report of the end, or null if the monitor died without one. A step after the start that failed, such as the
     * record of the exit on a full disk, is told before it and does not change how the container ended.
     */
    static @Nullable Report exited(ContainerSpec spec, UnixSocket control) {
        Report report = read(control);
        while (report != null && report.kind() != Wire.REPORT_EXITED) {
            if (report.kind() == Wire.REPORT_SYNC) {
                int status = (int) report.extra1();
                spec.supervisor().ifPresent(s -> s.ended(status));
                goOn(control);
            }
            report = read(control);
        }
        return report;
    }

    static Report parse(byte[] bytes) {
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return new Report(
                b.getInt(Wire.REPORT_KIND),
                b.getInt(Wire.REPORT_STEP),
                b.getLong(Wire.REPORT_VALUE),
                b.getLong(Wire.REPORT_EXTRA0),
                b.getLong(Wire.REPORT_EXTRA1),
                b.getLong(Wire.REPORT_EXTRA2));
    }
}
