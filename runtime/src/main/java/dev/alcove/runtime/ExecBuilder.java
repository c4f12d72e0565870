package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.SeccompFilter;
import dev.alcove.spec.ConsoleSize;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.UserSpec;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * One more process in a running container: in its rooms and groups, under its system call policy and capabilities. User,
 * environment and directory are those of the container unless others are given.
 */
public final class ExecBuilder {
    private final StoredState container;
    private final Supplier<Optional<SeccompFilter>> seccomp;
    private final Supplier<Pidfd> process;
    private final IntFunction<ExecTarget> target;
    private final Optional<Supervisor> supervisor;
    private final Optional<Launcher.Started> within;
    private final List<String> command;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private OciUser user;
    private String directory;
    private StreamChoice streams = StreamChoice.PIPES;
    private boolean privileged;
    private Optional<ConsoleSize> size = Optional.empty();

    /**
     * One more process.
     *
     * @param container what is known of the container
     * @param seccomp   its policy, compiled
     * @param process   opens a handle of its first process, or says why it cannot
     * @param target     what there is to join, by the first process's pid
     * @param supervisor who is asked about its calls, as about the container's
     * @param within     the container as this process started it, if its monitor can be copied
     */
    ExecBuilder(
            StoredState container,
            Supplier<Optional<SeccompFilter>> seccomp,
            Supplier<Pidfd> process,
            IntFunction<ExecTarget> target,
            Optional<Supervisor> supervisor,
            Optional<Launcher.Started> within,
            List<String> command) {
        this.container = container;
        this.seccomp = seccomp;
        this.process = process;
        this.target = target;
        this.supervisor = supervisor;
        this.within = within;
        this.command = List.copyOf(command);
        this.user = new OciUser(container.uid(), container.gid(), null, container.groups(), "");
        this.directory = container.cwd();
        for (String e : container.env()) {
            int eq = e.indexOf('=');
            environment.put(e.substring(0, eq), e.substring(eq + 1));
        }
    }

    /** The environment, to be changed; it starts as the container's. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The user, groups and umask. */
    public ExecBuilder user(OciUser user) {
        this.user = user;
        return this;
    }

    /**
     * The user as people name it, looked up in the container's own files. HOME becomes that user's.
     *
     * @throws ContainerException if there is no such user or group, or the container does not run
     */
    public ExecBuilder user(UserSpec user) {
        try (Pidfd first = process.get()) {
            RootUsers.Found found =
                    RootUsers.below(Path.of("/proc/" + first.pid() + "/root")).find(user, List.of());
            environment.put("HOME", found.home());
            return user(found.user());
        }
    }

    /** The working directory inside, absolute. */
    public ExecBuilder directory(String directory) {
        this.directory = directory;
        return this;
    }

    /** A terminal instead of pipes. */
    public ExecBuilder terminal(boolean on) {
        this.streams = streams.withTerminal(on);
        return this;
    }

    /** The terminal's size in characters. */
    public ExecBuilder terminalSize(int rows, int columns) {
        this.size = Optional.of(new ConsoleSize(rows, columns));
        return this;
    }

    /** All capabilities and no system call policy. */
    public ExecBuilder privileged(boolean on) {
        this.privileged = on;
        return this;
    }

    /** Where its standard input comes from, as {@link ProcessBuilder#redirectInput(Redirect)}; a pipe at first. */
    public ExecBuilder redirectInput(Redirect source) {
        this.streams = streams.withIn(source);
        return this;
    }

    /** Where its standard output goes, as {@link ProcessBuilder#redirectOutput(Redirect)}; a pipe at first. */
    public ExecBuilder redirectOutput(Redirect destination) {
        this.streams = streams.withOut(destination);
        return this;
    }

    /** Where its standard error goes, as {@link ProcessBuilder#redirectError(Redirect)}; a pipe at first. */
    public ExecBuilder redirectError(Redirect destination) {
        this.streams = streams.withErr(destination);
        return this;
    }

    /** Whether its errors go where its output goes, as {@link ProcessBuilder#redirectErrorStream(boolean)}. */
    public ExecBuilder redirectErrorStream(boolean merged) {
        this.streams = streams.withMerged(merged);
        return this;
    }

    /** The caller's standard input, output and error. */
    public ExecBuilder inheritIO() {
        return redirectInput(Redirect.INHERIT).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
    }

    /** Descriptors that become its standard input, output and error; they stay the caller's. */
    public ExecBuilder redirect(Fd in, Fd out, Fd err) {
        this.streams = streams.withGiven(in, out, err);
        return this;
    }

    /** It lives on without this process, as long as the container does; what it prints goes to a file. */
    public ExecBuilder detached(Path log) {
        this.streams = streams.withLog(log);
        return this;
    }

    /**
     * Starts it; returns when its program has been executed.
     *
     * @throws IllegalArgumentException naming each method that was told what cannot be, or if it is detached and the
     *                                  container has a supervisor
     * @throws ContainerException       CONFLICT if the container does not run, or as {@link ContainerBuilder#start()}
     */
    public Container start() {
        check();
        if (supervisor.isPresent() && !privileged && streams.log().isPresent()) {
            throw new IllegalArgumentException("detached: the container's supervisor is asked about the calls of this"
                    + " process too, which would outlive it, and nobody would answer then");
        }
        try (Pidfd first = process.get()) {
            ContainerSpec spec = spec(first.pid());
            boolean beside = within.isPresent() && streams.log().isEmpty() && !streams.namesFiles();
            // A file is not to be emptied for what cannot be planned; else the plan is made while the copy is.
            Launcher.Planned before = beside ? null : Launcher.Planned.of(spec);
            return Container.start(
                    streams,
                    spec,
                    () -> before == null ? Launcher.Planned.of(spec) : before,
                    Map.of(ExecTarget.PIDFD, first.fd()),
                    streams.log().isPresent() ? Optional.empty() : within);
        } catch (LinuxException | UncheckedIOException e) {
            throw Failure.here("execute in container '" + container.name() + "'", e);
        }
    }

    private void check() {
        Faults faults = new Faults();
        faults.command(command);
        faults.environment(environment);
        faults.directory(directory);
        faults.user(user);
        faults.streams(streams, size);
        faults.refuse("this process");
    }

    private ContainerSpec spec(int pid) {
        StoredState s = container;
        List<String> names = privileged
                ? Caller.read().capabilities().stream()
                        .map(dev.alcove.linux.Capability::kernelName)
                        .toList()
                : s.capabilities();
        List<String> env = new ArrayList<>();
        environment.forEach((k, v) -> env.add(k + "=" + v));
        OciProcess wanted = OciProcess.builder()
                .args(command)
                .env(env)
                .cwd(directory)
                .user(user)
                .terminal(streams.terminal())
                .consoleSize(size.orElse(null))
                .capabilities(
                        user.uid() == 0
                                ? Defaults.capabilities(names)
                                : new LinuxCapabilities(names, List.of(), List.of(), List.of(), List.of()))
                .rlimits(s.rlimitRecords())
                .oomScoreAdj(
                        s.oomScoreAdj().isEmpty()
                                ? null
                                : (Integer) s.oomScoreAdj().getAsInt())
                .noNewPrivileges(s.noNewPrivileges() && !privileged)
                .build();
        return new ContainerSpec(
                s.id(),
                s.name(),
                OciSpec.builder().ociVersion("1.3.0").process(wanted).build(),
                Rootfs.inherited(),
                false,
                false,
                List.of(),
                privileged ? List.of() : s.landlockRules(),
                privileged ? Optional.empty() : seccomp.get(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.of(target.apply(pid)),
                streams.log().isPresent(),
                Optional.empty(),
                privileged ? Optional.empty() : supervisor,
                Optional.empty(),
                MonitorDuties.NONE);
    }
}
