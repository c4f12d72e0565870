package dev.alcove.runtime;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A container found in a {@link ContainerStore}: it may be another process's, and may end at any time. */
public final class StoredContainer {
    /** What state it is in. */
    public enum Status {
        /** Its start is under way. */
        CREATED,
        /** Its process runs. */
        RUNNING,
        /** It has ended. */
        EXITED
    }

    /** What is in the place of the exit until it is there: its room on the disk, so that a full one still takes it. */
    static final String NO_EXIT = " ".repeat(23);

    private final Path folder;
    private final StoredState state;

    StoredContainer(Path folder, StoredState state) {
        this.folder = folder;
        this.state = state;
    }

    /** Its id. */
    public String id() {
        return state.id();
    }

    /** Its name. */
    public String name() {
        return state.name();
    }

    /** What it was made from, as the caller gave it. */
    public String image() {
        return state.image();
    }

    /** The program and its arguments. */
    public List<String> command() {
        return state.command();
    }

    /** When it was recorded. */
    public Instant created() {
        return Instant.ofEpochMilli(state.created());
    }

    /** The signal that asks it to end: {@code SIGTERM} unless it was given another. */
    public Signal stopSignal() {
        return state.stopSignal().isEmpty()
                ? Signal.TERM
                : Signal.parse(state.stopSignal()).orElse(Signal.TERM);
    }

    /** Where a detached one's output is. */
    public Path log() {
        return folder.resolve("log");
    }

    /** The folder with its state. */
    public Path folder() {
        return folder;
    }

    StoredState state() {
        return state;
    }

    /** What state it is in now. */
    public Status status() {
        if (exit().isPresent()) {
            return Status.EXITED;
        }
        boolean monitored = isHeld("lock");
        if (monitored && pid().isPresent()) {
            return Status.RUNNING;
        }
        return monitored || isHeld("creating") ? Status.CREATED : Status.EXITED;
    }

    /** Its first process's pid, if it has been started; only meaningful while it runs. */
    public OptionalInt pid() {
        OptionalInt pid = number("pid");
        return pid.isPresent() && pid.getAsInt() > 0 ? pid : OptionalInt.empty();
    }

    /** The status it ended with, as a shell has it. */
    public OptionalInt exit() {
        OptionalInt wait = number("exit");
        return wait.isPresent() ? OptionalInt.of(Exit.shellStatus(wait.getAsInt())) : OptionalInt.empty();
    }

    private OptionalInt number(String file) {
        try {
            return parse(Files.readString(folder.resolve(file)));
        } catch (NoSuchFileException e) {
            return OptionalInt.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static OptionalInt parse(String text) {
        // Without its newline it is still being written. Behind it are blanks.
        int end = text.indexOf('\n');
        return end < 0 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text.substring(0, end)));
    }

    private boolean isHeld(String lock) {
        return Flock.isHeld(folder.resolve(lock));
    }

    /**
     * A handle of its first process that stays that process's.
     *
     * @throws ContainerException CONFLICT if it does not run
     */
    Pidfd process() {
        OptionalInt pid = pid();
        if (pid.isPresent()) {
            Optional<Pidfd> pidfd = Pidfd.open(pid.getAsInt());
            // The monitor reaps the process before it lets go of the lock: while the lock is held, the pid is its own.
            if (pidfd.isPresent() && isHeld("lock") && exit().isEmpty()) {
                return pidfd.get();
            }
            pidfd.ifPresent(Pidfd::close);
        }
        throw new ContainerException(
                ContainerException.Kind.CONFLICT,
                "container " + name() + " is not running\n  mend: alcove ps -a shows how it ended");
    }

    /**
     * Sends a signal to its first process.
     *
     * @throws ContainerException CONFLICT if it does not run
     */
    public void signal(Signal signal) {
        try (Pidfd process = process()) {
            process.send(signal);
        }
    }

    /**
     * Waits until it has ended; no polling, the monitor's lock tells.
     *
     * @return the status as a shell has it
     */
    public int waitFor() {
        try (SeekableByteChannel exit = FileChannel.open(folder.resolve("exit"))) {
            // Opened first: with --rm the file is gone when the wait is over, and still readable here.
            if (!isHeld("lock")) {
                Flock.awaitFree(folder.resolve("creating"));
            }
            Flock.awaitFree(folder.resolve("lock"));
            byte[] bytes = new byte[32];
            int n = exit.read(java.nio.ByteBuffer.wrap(bytes));
            OptionalInt wait = n <= 0
                    ? OptionalInt.empty()
                    : parse(new String(bytes, 0, n, java.nio.charset.StandardCharsets.US_ASCII));
            // Without a word of the monitor, it was killed, and the container with it.
            return wait.isPresent() ? Exit.shellStatus(wait.getAsInt()) : 128 + Signal.KILL.number();
        } catch (NoSuchFileException e) {
            throw new ContainerException(ContainerException.Kind.NOT_FOUND, "no such container: " + name(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Removes it and all that is kept of it.
     *
     * @param force whether one that runs is killed first
     * @throws ContainerException CONFLICT if it runs and is not forced
     */
    public void remove(boolean force) {
        if (status() != Status.EXITED) {
            if (!force) {
                throw new ContainerException(
                        ContainerException.Kind.CONFLICT,
                        "container " + name() + " is running\n  mend: alcove kill " + name()
                                + " first, or alcove rm -f " + name());
            }
            try (Pidfd process = process()) {
                process.send(Signal.KILL);
                cgroup().thawIfFrozen();
                waitFor();
            } catch (ContainerException e) {
                if (status() != Status.EXITED) {
                    throw e;
                }
            }
        }
        ContainerStore.removeGroup(state.group());
        deleteFolder(folder);
    }

    /**
     * Clears what a container left whose monitor was killed: its groups, and its record if that was to go.
     *
     * @return whether the container is still to be shown
     */
    boolean clearIfDead() {
        Path record = folder.resolve(ContainerStore.RECORD);
        if (!Files.exists(record)) {
            return false; // its monitor is removing it, the record first
        }
        boolean kept = exit().isPresent() && !state.remove();
        if (isHeld("creating") || isHeld("lock") || kept) {
            return true;
        }
        if (!Files.exists(record)) {
            return false; // removed between the two looks
        }
        ContainerStore.removeGroup(state.group());
        if (state.remove() || pid().isEmpty()) {
            deleteFolder(folder);
            return false;
        }
        try {
            Files.writeString(folder.resolve("exit"), Signal.KILL.number() + "\n", StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    static void deleteFolder(Path folder) {
        try {
            for (String file : ContainerStore.FILES) {
                Files.deleteIfExists(folder.resolve(file));
            }
            // What a crash left of a record that was being written.
            try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
                for (Path file : left) {
                    if (String.valueOf(file.getFileName()).startsWith("." + ContainerStore.RECORD + ".")) {
                        Files.deleteIfExists(file);
                    }
                }
            } catch (NoSuchFileException e) {
                return; // somebody else has removed it
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot remove " + folder, e);
        }
    }

    /** The kernel's control groups of this container. */
    public Cgroup cgroup() {
        return Cgroup.of(CgroupLayout.read(), state.group());
    }

    /**
     * One more process in this container. Where whoever started it compiled its filter, or supervises it, only they can have
     * one that is not privileged: {@link Container#exec}.
     *
     * @param command the program and its arguments
     */
    public ExecBuilder exec(List<String> command) {
        return new ExecBuilder(
                state,
                () -> SeccompFilters.of(state.seccompChoice(), Set.copyOf(state.capabilities())),
                this::process,
                pid -> ExecTarget.of(state, pid),
                Optional.empty(),
                Optional.empty(),
                command);
    }
}
