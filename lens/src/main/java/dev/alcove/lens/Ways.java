package dev.alcove.lens;

import dev.alcove.linux.MountInfo;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Paths into other mount namespaces, which somebody else has laid out. */
final class Ways {
    private static final int DEEPEST = 1000;

    private Ways() {}

    /**
     * Whether a mount is reached through the kernel's own file systems alone. One of FUSE's is answered by a program of
     * whoever mounted it: a walk through it could wait for ever.
     *
     * @param all the mounts of the same namespace
     */
    static boolean isSafe(MountInfo mount, Collection<MountInfo> all) {
        Map<Integer, MountInfo> byId = new HashMap<>();
        for (MountInfo each : all) {
            byId.put(each.id(), each);
        }
        MountInfo at = byId.get(mount.parent());
        for (int depth = 0; at != null && at.id() != at.parent(); depth++) {
            if (at.type().startsWith("fuse") || depth == DEEPEST) {
                return false;
            }
            at = byId.get(at.parent());
        }
        return at == null || !at.type().startsWith("fuse");
    }
}
