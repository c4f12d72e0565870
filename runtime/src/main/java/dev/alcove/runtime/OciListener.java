package dev.alcove.runtime;

import dev.alcove.linux.LinuxException;
import dev.alcove.linux.SeccompListener;
import dev.alcove.linux.UnixSocket;
import dev.alcove.spec.LinuxSeccomp;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciProcessState;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.OciState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Whoever answers for the calls that a container's filter asks about: it listens at {@code linux.seccomp.listenerPath}, and
 * gets the filter's descriptor with the state of the process, before the program runs. Reached before anything is made,
 * so that a wrong path leaves nothing behind.
 */
final class OciListener implements AutoCloseable {
    private final UnixSocket socket;
    private final String metadata;
    private int pid;

    private OciListener(UnixSocket socket, String metadata) {
        this.socket = socket;
        this.metadata = metadata;
    }

    /**
     * Connects to the listener of a configuration.
     *
     * @return empty if its filter asks nobody
     * @throws ContainerException INVALID if nobody listens there
     */
    static Optional<OciListener> of(OciSpec config) {
        LinuxSeccomp seccomp = config.linux() == null ? null : config.linux().seccomp();
        if (seccomp == null || seccomp.listenerPath().isEmpty() || !notifies(seccomp)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new OciListener(
                    UnixSocket.connect(Path.of(seccomp.listenerPath()), OciContainers.CONSOLE),
                    seccomp.listenerMetadata()));
        } catch (LinuxException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "linux.seccomp.listenerPath: cannot connect to '" + seccomp.listenerPath() + "': " + e.getMessage()
                            + "\n  likely cause: the program that is to answer for the filter does not run"
                            + "\n  mend: start it first",
                    e);
        }
    }

    private static boolean notifies(LinuxSeccomp seccomp) {
        return seccomp.syscalls().stream().anyMatch(rule -> rule.action().equals("SCMP_ACT_NOTIFY"));
    }

    /** The process that is to have the filter, as soon as it is there. */
    void isFor(int process) {
        pid = process;
    }

    /**
     * Hands a filter's descriptor over.
     *
     * @param state the container's state, by the pid of the process
     */
    void handOver(SeccompListener listener, IntFunction<OciState> state) {
        OciProcessState told = new OciProcessState(
                OciContainers.OCI_VERSION, List.of(OciProcessState.SECCOMP), pid, metadata, state.apply(pid));
        try (listener) {
            socket.send(OciJson.write(told).getBytes(StandardCharsets.UTF_8), List.of(listener.fd()));
        }
        socket.close();
    }

    @Override
    public void close() {
        socket.close();
    }
}
