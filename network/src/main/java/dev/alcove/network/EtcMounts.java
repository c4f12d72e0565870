package dev.alcove.network;

import java.util.List;

/** Exchanges the files of a running container for others, when it has come to see other networks. */
final class EtcMounts {
    private EtcMounts() {}

    /**
     * Mounts other files over those that a container has. What the container, or who started it, has mounted there itself
     * stays.
     *
     * @param pid    the container's first process
     * @param before the files it had
     * @param now    the files it shall have
     */
    static void replace(int pid, List<EtcFile> before, List<EtcFile> now) {}
}
