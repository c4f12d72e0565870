package dev.alcove.runtime;

import dev.alcove.linux.SeccompFilter;
import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.OciSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * What is wanted of one container: the OCI configuration, and what Alcove knows beyond it. The builder, the command line
 * and a bundle's config.json are three ways to make one.
 *
 * @param id       names the container's cgroup and state: letters, digits, {@code _.-}
 * @param name     what messages call it
 * @param config   the container as the OCI runtime specification describes it; {@code root} is not used, see rootfs
 * @param rootfs   what the container has as its root
 * @param init     whether PID 1 is Alcove's own small init, which reaps orphans and passes signals on
 * @param loopback whether {@code lo} of a new network namespace is brought up
 * @param files    small files made for this container
 * @param landlock paths to which landlock(7) confines it; empty for no such confinement
 * @param seccomp  the compiled filter of system calls; empty for none
 * @param timeout  how long it may run
 * @param state    the folder where its life is recorded, so that other processes find it; it exists already
 * @param remove   whether the state's folder goes with the container
 * @param target   the running container in which this is one more process; empty for a container of its own
 * @param detached whether it lives on when the process that started it ends
 * @param prepare  what the caller does in the new namespaces before the program starts, {@link ContainerBuilder#prepare}
 * @param supervisor who is asked about the system calls for which the filter says so
 * @param front    what differs when a native front runs the program, not an init that a JVM started
 * @param duties   what its monitor does for others
 */
public record ContainerSpec(
        String id,
        String name,
        OciSpec config,
        Rootfs rootfs,
        boolean init,
        boolean loopback,
        List<TextFile> files,
        List<LandlockRule> landlock,
        Optional<SeccompFilter> seccomp,
        Optional<Duration> timeout,
        Optional<Path> state,
        boolean remove,
        Optional<ExecTarget> target,
        boolean detached,
        Optional<IntConsumer> prepare,
        Optional<Supervisor> supervisor,
        Optional<FrontCall> front,
        MonitorDuties duties) {
    /**
     * Whether it is to be in a user namespace that somebody else made. Its monitor is in it too, and has no right any more
     * to remove the control groups that root made: whoever started it does.
     */
    boolean joinsUserNamespace() {
        return config.linux() != null
                && config.linux().namespaces().stream()
                        .anyMatch(n -> n.type().equals("user") && !n.path().isEmpty());
    }

    /**
     * Whether its monitor can be copied for one more process in it: it listens to this JVM alone, and is in the namespaces
     * that it was started in, as are its children.
     */
    boolean monitorCopies() {
        boolean joins = config.linux() != null
                && (config.linux().namespaces().stream().anyMatch(n -> !n.path().isEmpty())
                        || !config.linux().timeOffsets().isEmpty());
        return !detached && supervisor.isEmpty() && !joins;
    }

    /** The descriptor on which whoever runs the program gets it and reports. */
    int control() {
        return front.map(FrontCall::control).orElse(Wire.CONTROL);
    }

    /** The first descriptor that is not the program's. */
    int firstOwn() {
        return front.map(f -> Wire.CONTROL + f.preserved()).orElse(Wire.CONTROL);
    }

    /** Whether it is made now and started later. */
    boolean waits() {
        return front.flatMap(FrontCall::gate).isPresent();
    }

    /** Whether its memory has a limit. */
    boolean memoryLimited() {
        return config.linux() != null
                && config.linux().resources() != null
                && config.linux().resources().memory() != null
                && config.linux().resources().memory().limit() != null;
    }

    /** Whether somebody is to be asked about some of its calls. */
    boolean supervised() {
        return supervisor.isPresent() && seccomp.map(SeccompFilter::notifies).orElse(false);
    }

    /** Whether it has a name and groups of its own: not one more process in a container, nor a command in other rooms. */
    boolean isContainer() {
        return target.isEmpty() && !name.isEmpty();
    }

    /** The unit of systemd that its control groups are, if systemd makes them. */
    Optional<SystemdUnit> unit() {
        return front.flatMap(FrontCall::unit);
    }

    /** The name of its control group. */
    String group() {
        if (unit().isPresent()) {
            return unit().get().group();
        }
        return config.linux() == null || config.linux().cgroupsPath().isEmpty()
                ? "alcove-" + id
                : config.linux().cgroupsPath();
    }

    /** Copies the lists. */
    public ContainerSpec {
        files = List.copyOf(files);
        landlock = List.copyOf(landlock);
    }
}
