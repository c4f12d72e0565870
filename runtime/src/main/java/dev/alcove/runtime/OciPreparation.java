package dev.alcove.runtime;

import dev.alcove.linux.SeccompListener;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.OciState;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** What Java does for a container when its process is there and before it goes on: its network interfaces, its listener. */
final class OciPreparation implements AutoCloseable {
    private final OciSpec config;
    private final Optional<OciListener> listener;
    private final boolean devices;

    private OciPreparation(OciSpec config, Optional<OciListener> listener, boolean devices) {
        this.config = config;
        this.listener = listener;
        this.devices = devices;
    }

    /**
     * For a new container; looks whether all that is needed is there.
     *
     * @throws ContainerException or a refusal of the configuration, if it is not
     */
    static OciPreparation of(OciSpec config) {
        NetDevices.check(config);
        boolean devices = config.linux() != null && !config.linux().netDevices().isEmpty();
        return new OciPreparation(config, OciListener.of(config), devices);
    }

    /** For one more process of a container. */
    static OciPreparation ofExec(OciSpec config) {
        return new OciPreparation(config, OciListener.of(config), false);
    }

    /** {@link ContainerSpec#prepare}. */
    Optional<IntConsumer> whenThere() {
        if (listener.isEmpty() && !devices) {
            return Optional.empty();
        }
        return Optional.of(pid -> {
            listener.ifPresent(l -> l.isFor(pid));
            if (devices) {
                NetDevices.move(config, pid);
            }
        });
    }

    /** {@link ContainerSpec#supervisor}: that there is one; what it gets goes to {@link #listener}. */
    Optional<Supervisor> supervisor() {
        return listener.map(l -> nobody -> {});
    }

    /**
     * Where the filter's descriptor goes.
     *
     * @param state the container's state, by the pid of its first process where that is the one
     */
    Consumer<SeccompListener> listener(IntFunction<OciState> state) {
        return fd -> listener.ifPresentOrElse(l -> l.handOver(fd, state), fd::close);
    }

    @Override
    public void close() {
        listener.ifPresent(OciListener::close);
    }
}
