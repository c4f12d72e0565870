package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Link;
import dev.alcove.linux.Netlink;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes back what containers have that are over: by their own end, or by a crash at any instant. Each act may be done
 * twice, and each is found to be due as long as the one behind it has not been done. All under the lock.
 */
final class Sweep {
    private final Parts parts;
    private final StateFolder folder;

    Sweep(Parts parts) {
        this.parts = parts;
        this.folder = parts.folder();
    }

    /**
     * Releases a container, whatever of it there is.
     *
     * @return what a plugin of its networks complained of
     */
    Optional<NetworkException> release(String container, Flock lock) {
        underLock(lock);
        Optional<Endpoint> stored = readable(container);
        Optional<NetworkException> failed =
                parts.cni().release(container, stored.map(Endpoint::ports).orElse(List.of()));
        parts.steps().before("let the namespace go");
        parts.pins().unpin(container);
        boolean changing = folder.isChanging(container);
        if (stored.isPresent()) {
            Endpoint endpoint = stored.get();
            parts.steps().before("close the firewall");
            if (Firewall.concerns(endpoint)) {
                parts.firewall().close(endpoint, folder.networks(), new Present(folder));
            }
            parts.steps().before("withdraw the names");
            parts.names().go(endpoint);
            for (Joined joined : endpoint.joined()) {
                parts.steps().before("give the addresses back");
                freeAll(container, folder.leases(joined.network()), Optional.of(joined.addresses()));
            }
        } else if (folder.knows(container)) {
            // It may have taken some, and had no time to write which, or the disk lost what it wrote.
            for (NetworkConfig network : folder.networks()) {
                freeAll(container, folder.leases(network.id()), Optional.empty());
            }
        }
        if (changing) {
            freeAll(container, folder.leases(folder.changed(container)), Optional.empty());
        }
        parts.steps().before("remove the endpoint");
        folder.removeEndpoint(container);
        folder.endChange(container);
        folder.endStart(container);
        return failed;
    }

    /** Records what plugins gave a container. */
    void plugged(Endpoint before, Endpoint after, Flock lock) {
        underLock(lock);
        parts.steps().before("record the endpoint");
        folder.write(after);
        parts.steps().before("write the names");
        parts.names().changed(before, after, folder.networks());
    }

    /** What a container has; of one whose file cannot be read, as after a loss of power, that is found out. */
    private Optional<Endpoint> readable(String container) {
        try {
            return folder.endpoint(container);
        } catch (NetworkException e) {
            return Optional.empty();
        }
    }

    void freeAll(String container, Leases leases, Optional<List<Cidr>> known) {
        if (known.isPresent()) {
            known.get().forEach(a -> leases.free(a.address(), container));
            return;
        }
        for (Leases.Lease lease : leases.list()) {
            if (lease.container().equals(container)) {
                leases.free(lease.address(), container);
            }
        }
    }

    /** Ends starts that a crash ended. Looks at no more than there are going on. */
    void starts(Flock lock) {
        boolean any = false;
        for (String container : folder.starting()) {
            if (folder.isOver(container)) {
                release(container, lock);
                any = true;
            } else if (!Flock.isHeld(folder.starting(container))) {
                folder.endStart(container);
            }
        }
        if (any) {
            repair();
        }
    }

    /** Releases containers that are over; whether there were any. */
    boolean dead(Flock lock) {
        Set<String> all = new LinkedHashSet<>(folder.starting());
        all.addAll(folder.containers());
        boolean any = false;
        for (String container : all) {
            if (folder.isOver(container)) {
                release(container, lock);
                any = true;
            }
        }
        if (any) {
            repair();
        }
        return any;
    }

    /** Ends changes of running containers that a crash ended: nobody changes anything now but who has the lock. */
    void changes(Flock lock) {
        List<String> changing = folder.changing();
        for (String container : changing) {
            undoChange(container, lock);
        }
        if (!changing.isEmpty()) {
            repair();
        }
    }

    /** Rules and names as they are to be: a crash may have come while they were written. */
    private void repair() {
        List<Endpoint> present = new Present(folder);
        List<NetworkConfig> networks = folder.networks();
        parts.firewall().apply(networks, present);
        parts.names().rebuild(present, networks);
    }

    /** Releases and repairs all there is. */
    void all(Flock lock) {
        addresses(lock);
        changes(lock);
        links(folder.networks());
    }

    /** Frees the addresses of all who are over; whether there were any. */
    boolean addresses(Flock lock) {
        boolean any = dead(lock);
        List<NetworkConfig> networks = folder.networks();
        folder.removeStrayLeases(networks);
        Set<String> known = new HashSet<>(folder.starting());
        known.addAll(folder.changing());
        known.addAll(folder.containers());
        for (NetworkConfig network : networks) {
            Leases leases = folder.leases(network.id());
            for (Leases.Lease lease : leases.list()) {
                if (!known.contains(lease.container())) {
                    leases.free(lease.address(), lease.container());
                    any = true;
                }
            }
        }
        return any;
    }

    /** Host's ends of wires whose address is nobody's: something keeps their network namespace alive. */
    private void links(List<NetworkConfig> networks) {
        parts.host().in(() -> {
            try (Netlink net = Netlink.open()) {
                List<Link> ours = new ArrayList<>(net.links().list());
                ours.removeIf(link ->
                        !link.kind().equals("veth") || networks.stream().noneMatch(n -> Joining.isOf(link.name(), n)));
                if (!ours.isEmpty()) {
                    Set<String> owned = new HashSet<>();
                    for (Endpoint endpoint : new Present(folder)) {
                        endpoint.joined().forEach(j -> owned.add(j.outside()));
                    }
                    ours.removeIf(link -> owned.contains(link.name()));
                    ours.forEach(net.links()::delete);
                }
            }
            return networks;
        });
    }

    /**
     * Takes a container off the network that it was to join or leave, and ends the change.
     *
     * @return what it was and what it is now; empty if the change had not begun
     */
    Optional<Changed> undoChange(String container, Flock lock) {
        underLock(lock);
        String id = folder.changed(container);
        Optional<Endpoint> before = folder.endpoint(container);
        Optional<Joined> left = before.flatMap(
                e -> e.joined().stream().filter(j -> j.network().equals(id)).findFirst());
        Optional<Changed> changed = Optional.empty();
        if (left.isPresent()) {
            List<Joined> rest = new ArrayList<>(before.get().joined());
            rest.remove(left.get());
            Endpoint after = with(before.get(), rest);
            deleteLink(left.get().outside());
            changed = Optional.of(new Changed(before.get(), after, change(before.get(), after)));
        }
        parts.steps().before("give the addresses back");
        freeAll(container, folder.leases(id), left.map(Joined::addresses));
        folder.endChange(container);
        return changed;
    }

    /**
     * A container that has come onto a network or left one.
     *
     * @param files what it is to have mounted now
     */
    record Changed(Endpoint before, Endpoint after, List<EtcFile> files) {}

    /** Makes an endpoint's rules, record and names what they are to be now. */
    List<EtcFile> change(Endpoint before, Endpoint after) {
        List<NetworkConfig> networks = folder.networks();
        parts.steps().before("close the firewall");
        parts.firewall().close(before, networks, new Present(folder));
        parts.steps().before("record the endpoint");
        folder.write(after);
        parts.steps().before("open the firewall");
        parts.firewall().open(after, networks, new Present(folder));
        parts.steps().before("write the names");
        return parts.names().changed(before, after, networks);
    }

    static Endpoint with(Endpoint e, List<Joined> joined) {
        return new Endpoint(e.container(), e.name(), e.hostname(), joined, e.ports(), e.allow(), e.alive());
    }

    private void deleteLink(String name) {
        if (!name.isEmpty()) {
            parts.host().in(() -> {
                try (Netlink net = Netlink.open()) {
                    net.links().find(name).ifPresent(net.links()::delete);
                }
                return name;
            });
        }
    }

    private static void underLock(Flock lock) {
        if (!lock.fd().isOpen()) {
            throw new IllegalStateException("what is given away or taken back is so under the lock");
        }
    }
}
