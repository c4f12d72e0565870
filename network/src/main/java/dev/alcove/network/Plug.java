package dev.alcove.network;

import java.util.List;

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
    private final List<EtcFile> files;

    Plug(Networks networks, Endpoint endpoint, List<EtcFile> files) {
        this.networks = networks;
        this.endpoint = endpoint;
        this.files = files;
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
     */
    public void connect(int pid) {
        networks.wire(endpoint, pid);
    }

    /** To be called when the container runs and its monitor holds its lock: from then on that lock alone says it lives. */
    public void started() {}

    /** Releases everything; the container is over, or was never started. Does nothing the second time. */
    @Override
    public void close() {
        networks.release(endpoint.container());
    }
}
