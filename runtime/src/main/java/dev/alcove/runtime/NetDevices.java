package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Link;
import dev.alcove.linux.LinkAddress;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxNetDevice;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import java.net.Inet6Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Network interfaces of the caller's that a container gets, config-linux.md, "Network Devices": each is moved into its
 * network namespace with its addresses, under another name if one is given, and set up. When the namespace ends, the
 * kernel puts what is hardware back to where the machine began, and deletes what is not.
 */
final class NetDevices {
    /** One that is found and not moved yet. */
    private record Device(Link link, String name, List<LinkAddress> addresses) {}

    private NetDevices() {}

    /**
     * Moves those of a configuration.
     *
     * @param pid the container's first process, which is in the namespace where that is a new one
     * @throws ContainerException if one is missing, or its name is taken in the container
     */
    static void move(OciSpec config, int pid) {
        OciLinux linux = config.linux();
        if (linux == null || linux.netDevices().isEmpty()) {
            return;
        }
        try (Namespace target = target(linux, pid);
                Netlink here = Netlink.open()) {
            List<Device> devices = find(linux.netDevices(), here);
            for (Device d : devices) {
                move(here, d, target);
            }
            NamespaceThread.create().join(target).call(() -> {
                configure(devices);
                return true;
            });
        }
    }

    /** The one that the configuration names, or the new one of the process. */
    private static Namespace target(OciLinux linux, int pid) {
        for (LinuxNamespace ns : linux.namespaces()) {
            if (ns.type().equals("network") && !ns.path().isEmpty()) {
                return Namespace.at(Path.of(ns.path()));
            }
        }
        return Namespace.of(NamespaceKind.NET, pid)
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.INTERNAL, "linux.netDevices: the container's process has just ended"));
    }

    /**
     * Refuses interfaces that are not there, before anything is made.
     *
     * @throws SpecException naming each
     */
    static void check(OciSpec config) {
        OciLinux linux = config.linux();
        if (linux != null && !linux.netDevices().isEmpty()) {
            try (Netlink here = Netlink.open()) {
                find(linux.netDevices(), here);
            }
        }
    }

    private static List<Device> find(Map<String, LinuxNetDevice> wanted, Netlink here) {
        List<Device> devices = new ArrayList<>();
        for (Map.Entry<String, LinuxNetDevice> e : wanted.entrySet()) {
            Link link = here.links()
                    .find(e.getKey())
                    .orElseThrow(() -> SpecException.of(
                            "linux.netDevices." + e.getKey(),
                            "there is no such network interface in the caller's network namespace"
                                    + "\n  mend: ip link shows those there are"));
            String name =
                    e.getValue().name().isEmpty() ? e.getKey() : e.getValue().name();
            List<LinkAddress> addresses = new ArrayList<>(here.addresses().list(link));
            // The kernel makes these itself, from the interface's hardware address.
            addresses.removeIf(a -> a.address().address() instanceof Inet6Address six && six.isLinkLocalAddress());
            devices.add(new Device(link, name, addresses));
        }
        return devices;
    }

    private static void move(Netlink here, Device d, Namespace target) {
        try {
            here.links().down(d.link());
            here.links().move(d.link(), target.fd(), d.name());
        } catch (LinuxException e) {
            String why = e.errno() == Errno.EEXIST
                    ? "the container's network namespace has an interface named '" + d.name() + "' already"
                    : e.getMessage();
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    "linux.netDevices." + d.link().name() + ": cannot be moved: " + why,
                    e);
        }
    }

    /** In the container's network namespace. */
    private static void configure(List<Device> devices) {
        try (Netlink there = Netlink.open()) {
            for (Device d : devices) {
                Link link = there.links().get(d.name());
                for (LinkAddress a : d.addresses()) {
                    there.addresses().add(link, a.address());
                }
                there.links().up(link);
            }
        }
    }
}
