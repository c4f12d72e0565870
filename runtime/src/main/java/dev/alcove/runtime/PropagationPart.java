package dev.alcove.runtime;

import dev.alcove.linux.Syscall;

/**
 * Which way mounts travel between the host, the container and what the container starts, mount_namespaces(7); OCI runtime
 * specification, config-linux.md, "Rootfs Mount Propagation".
 *
 * <p>A root of the container's own is assembled in private, or as a slave if that is what it is to be: what covers the
 * host's directories meanwhile must not be seen there. What would show it, or would keep it from being copied, it becomes
 * when it is the root and nothing more is mounted.
 */
final class PropagationPart {
    private final Plan plan;
    private final String wanted;
    private final String kind;
    private final boolean ownRoot;

    /**
     * Plans it.
     *
     * @param wanted  the specification's word, or empty for private
     * @param ownRoot whether the container gets another root than the caller's
     * @throws IllegalArgumentException if it is no such word
     */
    PropagationPart(Plan plan, String wanted, boolean ownRoot) {
        this.plan = plan;
        this.wanted = wanted;
        this.ownRoot = ownRoot;
        this.kind = switch (wanted.startsWith("r") ? wanted.substring(1) : wanted) {
            case "shared" -> "MS_SHARED";
            case "slave" -> "MS_SLAVE";
            case "unbindable" -> "MS_UNBINDABLE";
            case "private", "" -> "MS_PRIVATE";
            default ->
                throw new IllegalArgumentException(
                        "linux.rootfsPropagation: '" + wanted + "' is not one of shared, slave, private, unbindable");
        };
    }

    private boolean later() {
        return ownRoot && (kind.equals("MS_SHARED") || kind.equals("MS_UNBINDABLE"));
    }

    /** Before anything is mounted. */
    void cutOff() {
        set("what is mounted here stays here", true, later() ? "MS_PRIVATE" : kind);
    }

    /** The last of the child's mount steps, when the new root is /: what it is to be shared with are its own copies. */
    void settle() {
        if (later()) {
            set(
                    kind.equals("MS_SHARED")
                            ? "what is mounted in copies of this root is seen in it, and not on the host"
                            : "this root cannot be bound elsewhere",
                    wanted.startsWith("r"),
                    kind);
        }
    }

    private void set(String why, boolean recursive, String flag) {
        plan.p.call(
                why,
                Syscall.MOUNT_SETATTR,
                Arg.CWD,
                Arg.string("/"),
                recursive ? plan.flags("AT_RECURSIVE") : Arg.ZERO,
                plan.attributes("", "", flag),
                Plan.ATTR_SIZE);
    }
}
