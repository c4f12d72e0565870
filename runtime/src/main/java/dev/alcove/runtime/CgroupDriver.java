package dev.alcove.runtime;

/** Who makes a container's control groups. */
public enum CgroupDriver {
    /** Alcove itself, as directories of the cgroup file systems. */
    CGROUPFS,
    /** systemd, as a unit; {@code linux.cgroupsPath} is then {@code slice:prefix:name}. */
    SYSTEMD,
    /** Nobody: the container has none. */
    DISABLED
}
