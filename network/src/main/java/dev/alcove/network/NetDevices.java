package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinkAddress;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Mac;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.network.stored.Formatted;
import dev.alcove.network.stored.StoredDevices;
import dev.alcove.network.stored.StoredDevices.StoredDevice;
import java.net.Inet6Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Devices of the host's that containers have: each is moved in with its addresses, and back out with its name, addresses and
 * state when the container is over. The container's network namespace is kept until then: with it the kernel would delete
 * what is not hardware, and put what is to where the machine began.
 *
 * <p>How a device was is written down before it is moved, so that it comes back after a crash at any instant: the next
 * {@link #sweep} sees to it.
 */
public final class NetDevices {
    private static final String PIN = "devices.";

    private final StateFolder folder;
    private final HostNetwork host;
    private final Pins pins;

    private NetDevices(Path root, HostNetwork host) {
        this.folder = new StateFolder(root.toAbsolutePath());
        this.host = host;
        this.pins = new Pins(folder.root());
    }

    /**
     * Those of one state folder and one host.
     *
     * @param root the state folder
     * @param host where the devices are
     */
    public static NetDevices at(Path root, HostNetwork host) {
        return new NetDevices(root, host);
    }

    /** What a container has; to be closed when it is over, or was never started. */
    public final class Taken implements AutoCloseable {
        private final String container;
        private final Flock starting;
        private final Path alive;

        private Taken(String container, Path alive, Flock starting) {
            this.container = container;
            this.alive = alive;
            this.starting = starting;
        }

        /** The container runs: if its monitor holds its lock, that alone says from now on that it lives. */
        public void started() {
            if (Flock.isHeld(alive)) {
                starting.close();
                folder.endDevicesStart(container);
            }
        }

        /** Puts the devices back. */
        @Override
        public void close() {
            try {
                giveBack(container);
            } finally {
                starting.close();
            }
        }
    }

    /**
     * Refuses, before anything is made, devices that cannot be moved.
     *
     * @throws NetworkException NOT_FOUND for one that is not there, CONFLICT for one that a container has, BUSY for a bridge's
     *     port, INVALID for one that is asked for twice
     */
    public void check(List<NetDeviceRequest> requests) {
        sweep();
        find(requests);
    }

    private List<StoredDevice> find(List<NetDeviceRequest> requests) {
        List<StoredDevice> devices = new ArrayList<>();
        return host.in(() -> {
            try (Netlink net = Netlink.open()) {
                List<LinkAddress> all = net.addresses().list();
                for (NetDeviceRequest request : requests) {
                    if (devices.stream()
                            .anyMatch(d -> d.name().equals(request.name())
                                    || d.inside().equals(request.inside()))) {
                        throw refused(
                                Kind.INVALID,
                                request.name(),
                                "it, or its name inside, is given twice",
                                "a slip",
                                "give each once");
                    }
                    Link link = net.links().find(request.name()).orElseThrow(() -> missing(request.name()));
                    devices.add(device(link, request, all));
                }
            }
            return devices;
        });
    }

    private static StoredDevice device(Link link, NetDeviceRequest request, List<LinkAddress> all) {
        if (link.master().isPresent()) {
            throw refused(
                    Kind.BUSY,
                    link.name(),
                    "it is a port of a bridge or bond",
                    "others are reached through it",
                    "ip link set " + link.name() + " nomaster");
        }
        if (link.kind().equals("bridge")) {
            throw refused(
                    Kind.UNSUPPORTED,
                    link.name(),
                    "it is a bridge, which the kernel never moves",
                    "a network's bridge was meant for its network",
                    "alcove run --network …");
        }
        List<String> addresses = new ArrayList<>();
        for (LinkAddress address : all) {
            // The kernel makes the link-local ones itself, from the hardware address.
            boolean own = address.address().address() instanceof Inet6Address six && six.isLinkLocalAddress();
            if (address.link() == link.index() && !own) {
                addresses.add(address.address().toString());
            }
        }
        return new StoredDevice(
                link.name(), request.inside(), link.mac().map(Mac::toString).orElse(""), addresses, link.up());
    }

    private NetworkException missing(String name) {
        for (String container : folder.devices()) {
            boolean there = folder.devices(container).stream()
                    .flatMap(d -> d.devices().stream())
                    .anyMatch(d -> d.name().equals(name));
            if (there) {
                return refused(
                        Kind.CONFLICT,
                        name,
                        "container " + container + " has it",
                        "it was moved there before",
                        "end that container; the device comes back then");
            }
        }
        return refused(
                Kind.NOT_FOUND,
                name,
                "there is no such interface",
                "a slip, or it was moved elsewhere",
                "ip link lists those there are");
    }

    private static NetworkException refused(Kind kind, String name, String why, String likely, String mend) {
        return NetworkException.of(kind, "--net-device: " + name + " cannot be moved: " + why, likely, mend);
    }

    /**
     * Moves devices into a container's network namespace, with their addresses, and sets them up.
     *
     * @param container the container's id
     * @param alive     the file that its monitor holds locked as long as it lives
     * @param pid       its first process, which waits meanwhile
     * @return what it has now
     * @throws NetworkException as {@link #check}; CONFLICT if the container has an interface of the name; nothing has moved then
     */
    public Taken take(String container, Path alive, int pid, List<NetDeviceRequest> requests) {
        NetworkName.checkContainer(container);
        try (Flock lock = folder.lock()) {
            sweep(lock);
            List<StoredDevice> devices = find(requests);
            Flock starting = Flock.exclusive(folder.devicesStart(container));
            boolean done = false;
            try (Namespace inside = Wire.namespace(container, pid)) {
                pins.pin(PIN + container, inside);
                folder.write(new StoredDevices(Formatted.CURRENT, container, alive.toString(), devices));
                move(devices, inside);
                done = true;
                return new Taken(container, alive, starting);
            } finally {
                if (!done) {
                    giveBack(container, lock);
                    starting.close();
                }
            }
        } catch (LinuxException e) {
            throw NetworkException.of("cannot move the devices into the container", e);
        }
    }

    private void move(List<StoredDevice> devices, Namespace inside) {
        host.in(() -> {
            try (Netlink net = Netlink.open()) {
                for (StoredDevice device : devices) {
                    Link link = net.links().get(device.name());
                    try {
                        net.links().move(link, inside.fd(), device.inside());
                    } catch (LinuxException e) {
                        throw refused(device, e);
                    }
                }
            }
            return devices;
        });
        NamespaceThread.create().join(inside).call(() -> {
            try (Netlink net = Netlink.open()) {
                for (StoredDevice device : devices) {
                    configure(net, net.links().get(device.inside()), device, true);
                }
            }
            return devices;
        });
    }

    private static RuntimeException refused(StoredDevice device, LinuxException e) {
        if (e.errno() == Errno.EEXIST) {
            return refused(
                    Kind.CONFLICT,
                    device.name(),
                    "the container has an interface named " + device.inside() + " already",
                    "it is on a network, or shares another's",
                    "--net-device " + device.name() + "=OTHERNAME");
        }
        if (e.errno() == Errno.EINVAL || e.errno() == Errno.EOPNOTSUPP) {
            return refused(
                    Kind.UNSUPPORTED,
                    device.name(),
                    e.getMessage() + "",
                    "the kernel keeps such devices where they are",
                    "use another");
        }
        return e;
    }

    private static void configure(Netlink net, Link link, StoredDevice device, boolean up) {
        List<String> addresses = device.addresses();
        if (addresses != null) {
            for (String text : addresses) {
                try {
                    net.addresses().addNoDad(link, Cidr.parse(text));
                } catch (LinuxException e) {
                    // It has it, of an attempt that a crash ended.
                    if (e.errno() != Errno.EEXIST) {
                        throw e;
                    }
                }
            }
        }
        if (up) {
            net.links().up(link);
        }
    }

    /** Puts a container's devices back. Does nothing if it has none, or has not any more. */
    public void giveBack(String container) {
        NetworkName.checkContainer(container);
        if (folder.devices().contains(container)) {
            try (Flock lock = folder.lock()) {
                giveBack(container, lock);
            } catch (LinuxException e) {
                throw NetworkException.of("cannot put back the devices of container '" + container + "'", e);
            }
        }
    }

    private void giveBack(String container, Flock lock) {
        if (!lock.fd().isOpen()) {
            throw new IllegalStateException("devices are put back under the lock");
        }
        Optional<StoredDevices> stored = folder.devices(container);
        Path pin = pins.path(PIN + container);
        if (stored.isPresent() && Files.exists(pin)) {
            List<StoredDevice> gone = host.in(() -> {
                try (Netlink net = Netlink.open()) {
                    return stored.get().devices().stream()
                            .filter(d -> net.links()
                                    .find(d.name())
                                    .filter(l -> isSame(l, d))
                                    .isEmpty())
                            .toList();
                }
            });
            try (Namespace inside = Namespace.at(pin);
                    Namespace outside =
                            host.in(() -> Namespace.ofThread(NamespaceKind.NET).orElseThrow())) {
                NamespaceThread.create().join(inside).call(() -> {
                    try (Netlink net = Netlink.open()) {
                        for (StoredDevice device : gone) {
                            inside(net, device).ifPresent(link -> net.links().move(link, outside.fd(), device.name()));
                        }
                    }
                    return gone;
                });
            }
            host.in(() -> {
                try (Netlink net = Netlink.open()) {
                    for (StoredDevice device : stored.get().devices()) {
                        net.links().find(device.name()).ifPresent(link -> configure(net, link, device, device.up()));
                    }
                }
                return gone;
            });
        }
        folder.removeDevices(container);
        folder.endDevicesStart(container);
        pins.unpin(PIN + container);
    }

    /** A container that may change its network may have renamed it, but seldom given it another hardware address too. */
    private static Optional<Link> inside(Netlink net, StoredDevice device) {
        List<Link> links = net.links().list();
        return links.stream()
                .filter(l -> isSame(l, device) && !mac(device).isEmpty())
                .findFirst()
                .or(() -> links.stream()
                        .filter(l -> l.name().equals(device.inside()))
                        .findFirst());
    }

    private static boolean isSame(Link link, StoredDevice device) {
        return link.mac().map(Mac::toString).orElse("").equals(mac(device));
    }

    private static String mac(StoredDevice device) {
        String mac = device.mac();
        return mac == null ? "" : mac;
    }

    /** Puts back the devices of containers that are over. */
    public void sweep() {
        if (!folder.devices().isEmpty()) {
            try (Flock lock = folder.lock()) {
                sweep(lock);
            }
        }
    }

    private void sweep(Flock lock) {
        for (String container : folder.devices()) {
            boolean over = folder.devices(container)
                    .map(d -> !Flock.isHeld(Path.of(d.alive())))
                    .orElse(true);
            if (over && !Flock.isHeld(folder.devicesStart(container))) {
                giveBack(container, lock);
            }
        }
    }
}
