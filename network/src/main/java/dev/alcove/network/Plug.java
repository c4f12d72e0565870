package dev.alcove.network;

import dev.alcove.linux.Flock;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A container's connection to networks, reserved before it starts: addresses, ports and files are its own from then on.
 *
 * <pre>{@code
 * Plug plug = networks.plug(request);        // reserves; refuses what cannot be before anything is made
 * builder.prepare(plug::connect);            // wires it, while the container's first process waits
 * for (EtcFile f : plug.files()) { … }       // mounts
 * try (Container c = builder.start()) {      // if that fails: plug.close()
 *     plug.started();
 *     …
 * }
 * plug.close();                              // releases; a detached one is released by its monitor's last command
 * }</pre>
 */
public final class Plug implements AutoCloseable {
    private final Networks networks;
    private final Endpoint endpoint;
    private final List<Wire> wires;
    private final List<EtcFile> files;
    private final Flock starting;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * What was reserved.
     *
     * @param wires    its interfaces
     * @param starting held as long as this process answers for the container
     */
    Plug(Networks networks, Endpoint endpoint, List<Wire> wires, List<EtcFile> files, Flock starting) {
        this.networks = networks;
        this.endpoint = endpoint;
        this.wires = wires;
        this.files = files;
        this.starting = starting;
    }

    /** What was reserved. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** The files to mount into the container. */
    public List<EtcFile> files() {
        return files;
    }

    /**
     * Makes the interfaces, addresses and routes in the network namespace of a process that waits for it.
     *
     * @param pid the container's first process
     * @throws NetworkException NOT_FOUND if it has ended; what the kernel refuses
     */
    public void connect(int pid) {
        networks.wire(endpoint, wires, pid);
    }

    /**
     * To be called when the container runs and its monitor holds its lock: from then on that lock alone says it lives. If
     * nobody holds that lock, this process goes on answering for the container until it ends or closes this.
     */
    public void started() {
        if (!closed.get() && networks.started(endpoint.container())) {
            starting.close();
        }
    }

    /** Releases everything; the container is over, or was never started. Does nothing the second time. */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            try {
                networks.release(endpoint.container());
            } finally {
                starting.close();
            }
        }
    }
}
