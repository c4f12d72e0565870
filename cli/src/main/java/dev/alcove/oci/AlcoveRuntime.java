package dev.alcove.oci;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Signal;
import dev.alcove.linux.UserDatabase;
import dev.alcove.runtime.CgroupDriver;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.runtime.Front;
import dev.alcove.runtime.OciContainer;
import dev.alcove.runtime.OciContainers;
import dev.alcove.runtime.OciExec;
import dev.alcove.runtime.OciRequest;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The runtime itself: containers of module runtime, made by the native front. */
final class AlcoveRuntime implements OciRuntime {
    private final OciContainers containers;
    private final CgroupDriver groups;
    private final String criu;
    private final Supplier<Optional<Front>> fronts;

    /**
     * The containers that the options name.
     *
     * @param fronts the front of this process, for the first that needs it
     */
    AlcoveRuntime(RuntimeOptions options, Supplier<Optional<Front>> fronts) {
        if (options.cgroups() == CgroupDriver.SYSTEMD) {
            Optional<String> missing = options.systemd().missing();
            if (missing.isPresent()) {
                throw new ContainerException(
                        Kind.UNSUPPORTED,
                        "--systemd-cgroup: the control groups cannot be made by systemd: " + missing.get()
                                + "\n  mend: use --cgroup-manager cgroupfs (podman: --cgroup-manager cgroupfs; docker:"
                                + " native.cgroupdriver=cgroupfs; containerd: SystemdCgroup = false)");
            }
        }
        this.criu = options.criu();
        this.groups = options.cgroups();
        this.containers = OciContainers.at(options.root(), options.systemd());
        this.fronts = fronts;
    }

    private Front front() {
        return fronts.get()
                .orElseThrow(() -> new ContainerException(
                        Kind.INTERNAL,
                        "this JVM was not started by the native front of alcove-oci"
                                + "\n  mend: call the program alcove-oci itself"));
    }

    @Override
    public void create(CreateRequest request, OciSpec spec) {
        make(request, spec, false, true);
    }

    private OciContainer make(CreateRequest request, OciSpec spec, boolean foreground, boolean keep) {
        // What follows a container's end in Java keeps this process until then.
        boolean stays = foreground && (groups == CgroupDriver.SYSTEMD || OciContainer.endsInJava(spec));
        boolean terminal = spec.process() != null && spec.process().terminal();
        try (Front front = front();
                TerminalRelay relay = relay(
                        front, foreground && terminal && request.consoleSocket().isEmpty())) {
            OciContainer container = containers.create(
                    new OciRequest(
                            request.id(),
                            request.bundle(),
                            request.consoleSocket(),
                            request.pidfdSocket(),
                            request.pidFile(),
                            request.preserveFds(),
                            request.newKeyring(),
                            foreground,
                            keep || stays,
                            request.pivot(),
                            groups,
                            taker(relay)),
                    spec,
                    front);
            if (!foreground) {
                prepareCommands(container, spec, front);
                return container;
            }
            start(container);
            if (relay != null) {
                relay.serve(front::awaitEnd);
            } else if (stays) {
                front.awaitEnd();
            }
            if (stays && !keep) {
                container.delete(true);
            }
            return container;
        }
    }

    private static @Nullable TerminalRelay relay(Front front, boolean wanted) {
        front.needsOwnJvm(wanted);
        return wanted ? TerminalRelay.ofCaller() : null;
    }

    private static Optional<Consumer<Fd>> taker(@Nullable TerminalRelay relay) {
        return relay == null ? Optional.empty() : Optional.of(relay::take);
    }

    private static void start(OciContainer container) {
        boolean started = false;
        try {
            container.start();
            started = true;
        } finally {
            if (!started) {
                container.delete(true);
            }
        }
    }

    @Override
    public int run(CreateRequest request, OciSpec spec, boolean detach, boolean keep) {
        OciContainer container = make(request, spec, !detach, keep);
        if (detach) {
            start(container);
        }
        // Where it is waited for, the front ends with the container's status.
        return 0;
    }

    @Override
    public void start(String id) {
        containers.find(id).start();
    }

    @Override
    public ContainerStatus state(String id) {
        return status(containers.find(id));
    }

    /** What {@code state} prints does not change but for the status and the pid. */
    private static void prepareCommands(OciContainer c, OciSpec spec, Front front) {
        String bundle = c.bundle();
        String rootfs = c.rootfs();
        Instant created = created(c);
        c.prepareCommands(spec, front, state -> {
            JsonText json = new JsonText("  ");
            new ContainerStatus(
                            state.ociVersion(),
                            state.id(),
                            state.pid(),
                            state.status(),
                            bundle,
                            rootfs,
                            created,
                            state.annotations(),
                            "")
                    .write(json, false);
            return json.toString();
        });
    }

    private static Instant created(OciContainer c) {
        try {
            return Instant.parse(c.created());
        } catch (DateTimeParseException e) {
            // A folder without a whole record: nobody knows when.
            return Instant.EPOCH;
        }
    }

    private static ContainerStatus status(OciContainer c) {
        var state = c.state();
        return new ContainerStatus(
                state.ociVersion(),
                c.id(),
                state.pid(),
                state.status(),
                state.bundle(),
                c.rootfs(),
                created(c),
                state.annotations(),
                owner(c.owner()));
    }

    private static String owner(long uid) {
        try {
            return UserDatabase.parse(Files.readString(Path.of("/etc/passwd")), "")
                    .user(uid)
                    .map(UserDatabase.User::name)
                    .orElse("#" + uid);
        } catch (IOException e) {
            return "#" + uid;
        }
    }

    @Override
    public void kill(String id, Signal signal, boolean all) {
        containers.find(id).kill(signal, all);
    }

    @Override
    public void delete(String id, boolean force) {
        if (force && containers.look(id).isEmpty()) {
            return;
        }
        containers.find(id).delete(force);
    }

    @Override
    public List<ContainerStatus> list(Consumer<String> unreadable) {
        List<ContainerStatus> all = new ArrayList<>();
        for (OciContainer c : containers.list()) {
            try {
                all.add(status(c));
            } catch (ContainerException e) {
                unreadable.accept(String.valueOf(e.getMessage()));
            }
        }
        return all;
    }

    @Override
    public int exec(ExecRequest request) {
        OciContainer container = containers.find(request.id());
        OciProcess first = container.config().process();
        OciProcess process =
                request.process(first == null ? OciProcess.builder().build() : first);
        boolean own = process.terminal()
                && !request.detach()
                && request.consoleSocket().isEmpty();
        try (Front front = front();
                TerminalRelay relay = relay(front, own)) {
            container.exec(
                    new OciExec(
                            process,
                            request.ignorePaused(),
                            !request.detach(),
                            request.consoleSocket(),
                            request.pidfdSocket(),
                            request.pidFile(),
                            request.preserveFds(),
                            request.cgroups(),
                            taker(relay)),
                    front);
            if (relay != null) {
                relay.serve(front::awaitEnd);
            }
        }
        return 0;
    }

    @Override
    public void pause(String id) {
        containers.find(id).pause();
    }

    @Override
    public void resume(String id) {
        containers.find(id).resume();
    }

    @Override
    public void update(String id, UpdateRequest request) {
        OciContainer container = containers.find(id);
        if (request.l3CacheSchema().isPresent() || request.memBwSchema().isPresent()) {
            container.share(
                    request.l3CacheSchema().orElse(""), request.memBwSchema().orElse(""));
        }
        container.update(request.resources());
    }

    @Override
    public List<Integer> processes(String id) {
        List<Integer> pids = new ArrayList<>();
        for (long pid : containers.find(id).processes()) {
            pids.add((int) pid);
        }
        return pids;
    }

    @Override
    public ContainerStats stats(String id) {
        OciContainer container = containers.find(id);
        return new ContainerStats(container.stats(), container.groupFiles());
    }

    @Override
    public boolean awaitEnd(String id, Duration most) {
        return containers.find(id).awaitEnd(most);
    }

    @Override
    public void checkpoint(String id, CheckpointRequest request) {
        OciContainer container = containers.find(id);
        ownJvm();
        container.checkpoint(request.forCriu(criu));
    }

    /** criu is a child of this process: it is to have the caller's namespaces, descriptors and limits. */
    private void ownJvm() {
        fronts.get().ifPresent(front -> front.needsOwnJvm(true));
    }

    @Override
    public int restore(CreateRequest request, OciSpec spec, CheckpointRequest checkpoint, boolean detach) {
        boolean terminal = spec.process() != null && spec.process().terminal();
        ownJvm();
        if (detach) {
            containers.restore(restored(request, Optional.empty()), spec, checkpoint.forCriu(criu));
            return 0;
        }
        try (Front front = front();
                TerminalRelay relay =
                        relay(front, terminal && request.consoleSocket().isEmpty())) {
            front.follow(() -> containers
                    .restore(restored(request, taker(relay)), spec, checkpoint.forCriu(criu))
                    .pid());
            if (relay != null) {
                relay.serve(front::awaitEnd);
            } else {
                front.awaitEnd();
            }
            containers.find(request.id()).delete(true);
        }
        // The front ends with the container's status.
        return 0;
    }

    private OciRequest restored(CreateRequest request, Optional<Consumer<Fd>> taker) {
        return new OciRequest(
                request.id(),
                request.bundle(),
                request.consoleSocket(),
                request.pidfdSocket(),
                request.pidFile(),
                request.preserveFds(),
                request.newKeyring(),
                false,
                true,
                request.pivot(),
                groups,
                taker);
    }
}
