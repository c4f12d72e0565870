package dev.alcove.lens;

import dev.alcove.linux.MountInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A mount, and the mounts to and from which changes below it travel, mount_namespaces(7).
 *
 * @param mount   the mount
 * @param peers   the others of its peer group: changes travel both ways
 * @param masters those of the group it is a slave of: changes come from there
 * @param slaves  those that are slaves of its group: changes go there
 */
public record TiedMount(MountInfo mount, List<Place> peers, List<Place> masters, List<Place> slaves) {
    /**
     * Where a mount is.
     *
     * @param mountNamespace the number of the mount namespace
     * @param path           the mount point there
     */
    public record Place(long mountNamespace, String path) {
        @Override
        public String toString() {
            return path + " in mnt:[" + mountNamespace + "]";
        }
    }

    /** Copies the lists. */
    public TiedMount {
        peers = List.copyOf(peers);
        masters = List.copyOf(masters);
        slaves = List.copyOf(slaves);
    }

    /**
     * The mounts of a namespace with their ties, which the caller can only know of namespaces that it may look into.
     *
     * @param mountNamespace the number of the mount namespace
     */
    public static List<TiedMount> of(Snapshot now, long mountNamespace) {
        List<TiedMount> all = new ArrayList<>();
        for (MountInfo mount : now.mounts().getOrDefault(mountNamespace, List.of())) {
            all.add(new TiedMount(
                    mount,
                    find(now, mountNamespace, mount, mount.peerGroup(), false),
                    find(now, mountNamespace, mount, mount.master(), false),
                    find(now, mountNamespace, mount, mount.peerGroup(), true)));
        }
        return all;
    }

    private static List<Place> find(Snapshot now, long here, MountInfo self, OptionalInt group, boolean slaves) {
        List<Place> places = new ArrayList<>();
        if (group.isEmpty()) {
            return places;
        }
        for (Map.Entry<Long, List<MountInfo>> entry : now.mounts().entrySet()) {
            for (MountInfo other : entry.getValue()) {
                boolean same = entry.getKey() == here && other.id() == self.id();
                if (!same && (slaves ? other.master() : other.peerGroup()).equals(group)) {
                    places.add(new Place(entry.getKey(), other.mountPoint()));
                }
            }
        }
        places.sort((a, b) -> a.mountNamespace() == b.mountNamespace()
                ? a.path().compareTo(b.path())
                : Long.compare(a.mountNamespace(), b.mountNamespace()));
        return places;
    }
}
