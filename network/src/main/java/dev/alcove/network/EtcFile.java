package dev.alcove.network;

import java.nio.file.Path;

/**
 * A file that a container shall have, kept right from outside while it runs.
 *
 * @param inside   where it is in the container: {@code /etc/hosts}
 * @param outside  where it is kept; to be mounted (a bind mount), so that changes in place are seen
 * @param writable whether it is the container's own to change; one that several containers share is not
 */
public record EtcFile(String inside, Path outside, boolean writable) {}
