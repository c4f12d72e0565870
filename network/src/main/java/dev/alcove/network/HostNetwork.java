package dev.alcove.network;

import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceThread;
import java.util.Optional;

/**
 * The network namespace that networks are made in: where the bridges, the firewall's table and the host's ends of the
 * containers' wires are. It is a parameter everywhere, so that a test, or a user's own house, is a host as good as the
 * machine's own.
 */
public final class HostNetwork {
    private final Optional<Namespace> namespace;

    private HostNetwork(Optional<Namespace> namespace) {
        this.namespace = namespace;
    }

    /** The network namespace of whoever calls. */
    public static HostNetwork current() {
        return new HostNetwork(Optional.empty());
    }

    /**
     * That of a handle.
     *
     * @param namespace a network namespace; stays the caller's to close, after the last use of this
     */
    public static HostNetwork of(Namespace namespace) {
        return new HostNetwork(Optional.of(namespace));
    }

    /** Whether it is that of whoever calls, whatever that is. */
    boolean isCallers() {
        return namespace.isEmpty();
    }

    /**
     * Runs something in it: sockets that are opened there, programs that are started there and /proc/sys/net, which shows
     * a thread's own, are this network's. See {@link NamespaceThread} on what does not come along.
     *
     * @param action what to run
     * @return its result
     * @throws X what it threw
     */
    public <T, X extends Exception> T in(NamespaceThread.Action<T, X> action) throws X {
        return namespace.isEmpty()
                ? action.call()
                : NamespaceThread.create().join(namespace.get()).call(action);
    }
}
