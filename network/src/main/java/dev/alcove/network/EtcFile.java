package dev.alcove.network;

import java.nio.file.Path;

/**
 * A file that a container shall have, kept right from outside while it runs: changes are written in place, so it is to be
 * a bind mount of this very file and not a copy. The mount is {@code nosuid,nodev,noexec} and private, and read-only unless
 * the file is the container's own.
 *
 * @param inside   where it is in the container: {@code /etc/hosts}
 * @param outside  where it is kept; it is there, and keeps its inode, as long as the container is on its networks
 * @param writable whether it is the container's own to change; one that several containers share is not
 */
public record EtcFile(String inside, Path outside, boolean writable) {}
