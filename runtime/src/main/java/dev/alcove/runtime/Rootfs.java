package dev.alcove.runtime;

import java.nio.file.Path;

/** What a container has as its root file system. */
public sealed interface Rootfs {
    /**
     * The machine's own programs and libraries, read-only, under a made-up /etc, /tmp, /run, /var and /root: no image is
     * needed. It never shows the host's /root, /home, /etc/shadow, /run, /var, /proc or devices.
     */
    record Host() implements Rootfs {}

    /**
     * A directory.
     *
     * @param path      the directory, absolute
     * @param ephemeral whether what the container writes goes to memory over it and is gone at the end (overlayfs), so
     *                  that the directory itself is never changed
     */
    record Directory(Path path, boolean ephemeral) implements Rootfs {
        /** Makes the path absolute. */
        public Directory {
            path = path.toAbsolutePath().normalize();
        }

        /** This directory under a layer of memory that is gone at the end. */
        public Directory withThrowAwayLayer() {
            return new Directory(path, true);
        }
    }

    /** The caller's own view of the files: no new root. For processes that want other namespaces only. */
    record Inherited() implements Rootfs {}

    /** An empty file system in memory: what is mounted into it is all there is. */
    record Empty() implements Rootfs {}

    /** The image {@code host}. */
    static Rootfs host() {
        return new Host();
    }

    /**
     * A directory; what the container writes stays in it.
     *
     * @param path an existing directory
     */
    static Directory directory(Path path) {
        return new Directory(path, false);
    }

    /** Nothing but what is mounted; not even /proc and /dev come by themselves. */
    static Rootfs empty() {
        return new Empty();
    }

    /** The caller's own files. */
    static Rootfs inherited() {
        return new Inherited();
    }
}
