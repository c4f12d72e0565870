package dev.alcove.network;

import dev.alcove.linux.Cidr;
import java.nio.file.Path;
import java.util.List;

/**
 * What the networks of one state folder and one host are made of.
 *
 * @param folder   the files
 * @param host     where the interfaces are made
 * @param firewall the host's rules
 * @param ports    the host's ports
 * @param names    the containers' files
 * @param steps    who is told of each step
 * @param pool     where networks that name no range get theirs; empty for the built-in ranges
 */
record Parts(
        StateFolder folder,
        HostNetwork host,
        Firewall firewall,
        Ports ports,
        Names names,
        Steps steps,
        List<Cidr> pool) {
    /** Containers on networks of plugins. */
    CniNetworks cni() {
        return new CniNetworks(this);
    }

    /** Namespaces that are kept without a process. */
    Pins pins() {
        return new Pins(folder.root());
    }

    static Parts of(Path root, HostNetwork host, Steps steps) {
        StateFolder folder = new StateFolder(root);
        return new Parts(folder, host, new Firewall(host), new Ports(host), new Names(folder.root()), steps, List.of());
    }

    Parts pool(List<Cidr> ranges) {
        return new Parts(folder, host, firewall, ports, names, steps, List.copyOf(ranges));
    }
}
