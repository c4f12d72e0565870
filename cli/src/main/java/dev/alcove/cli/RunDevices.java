package dev.alcove.cli;

import dev.alcove.network.HostNetwork;
import dev.alcove.network.NetDeviceRequest;
import dev.alcove.network.NetDevices;
import dev.alcove.network.NetworkException;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.StoredContainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Devices of the host's in a container, {@code --net-device}, beside whatever else its network is. */
final class RunDevices implements RunNetwork {
    private final Shell shell;
    private final RunNetwork inner;
    private final NetDevices devices;
    private final List<NetDeviceRequest> requests;
    private NetDevices.@Nullable Taken taken;
    private boolean kept;

    private RunDevices(Shell shell, RunNetwork inner, NetDevices devices, List<NetDeviceRequest> requests) {
        this.shell = shell;
        this.inner = inner;
        this.devices = devices;
        this.requests = requests;
    }

    /**
     * Looks whether they can be had; moves nothing.
     *
     * @param texts the flag's values
     * @param wish  what else is said of the network
     * @param inner what that comes to
     */
    static RunNetwork of(Shell shell, List<String> texts, NetworkWish wish, RunNetwork inner) {
        if (texts.isEmpty()) {
            return inner;
        }
        if (!wish.isOwn()) {
            throw new UsageException(
                    "run", "--net-device: needs a network of the container's own; --network shares another's");
        }
        List<NetDeviceRequest> requests = new ArrayList<>();
        for (String text : texts) {
            requests.add(NetDeviceRequest.parse(text));
        }
        NetDevices devices = NetDevices.at(HostNetworks.root(shell), HostNetwork.current());
        devices.check(requests);
        return new RunDevices(shell, inner, devices, requests);
    }

    @Override
    public void prepare(ContainerBuilder builder, boolean detach) {
        inner.prepare(builder, detach);
        if (detach) {
            builder.afterEnd(
                    OwnCommand.words(List.of("network", "release", builder.id())), OwnCommand.environment(shell));
        }
    }

    @Override
    public void plug(ContainerBuilder builder, StoredContainer recorded) {
        inner.plug(builder, recorded);
        builder.prepare(
                pid -> taken = devices.take(recorded.id(), recorded.folder().resolve("lock"), pid, requests));
    }

    @Override
    public void started(boolean detached) {
        kept = detached;
        Optional.ofNullable(taken).ifPresent(NetDevices.Taken::started);
        inner.started(detached);
    }

    @Override
    public List<String> explain(ContainerBuilder builder) {
        List<String> lines = new ArrayList<>(inner.explain(builder));
        builder.prepare(pid -> {});
        for (NetDeviceRequest request : requests) {
            lines.add("device " + request.name() + " is moved in as " + request.inside()
                    + " while the container waits for what Java prepares, and back at its end");
        }
        return lines;
    }

    @Override
    public void close() {
        NetDevices.Taken mine = taken;
        try {
            if (mine != null && !kept) {
                mine.close();
            }
        } catch (NetworkException e) {
            // The container has ended as it did; the next command tries again.
            shell.err().print("alcove: " + e.getMessage() + "\n");
        } finally {
            inner.close();
        }
    }
}
