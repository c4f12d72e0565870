package dev.alcove.linux;

import java.util.concurrent.ThreadLocalRandom;

/** Files that are, at any instant and after any crash, the old or the new ones. */
public final class AtomicFile {
    private AtomicFile() {}

    /**
     * Replaces or makes a file: written under another name, synced, renamed, and the directory synced. A crash may leave
     * {@code .NAME.NUMBER.tmp} behind, which nobody reads.
     *
     * @param directory   an open directory
     * @param name        the file's name in it, without a slash
     * @param content     the new contents
     * @param permissions 0 to 07777, whatever the umask
     * @throws LinuxException as ENOSPC; the old file is there then, as it was
     */
    public static void replace(Fd directory, String name, byte[] content, int permissions) {
        write(directory, name, content, permissions, true);
        // The directory may be open for its path alone, which cannot be synced.
        try (Fd names = Open.read().directory().at(directory, ".")) {
            FileIo.sync(names);
        }
    }

    /**
     * The same without waiting for the disk: a process that is killed at any instant leaves the old file or the new one, but
     * a machine that loses its power may leave an empty one. For what is of no use after that.
     */
    public static void replaceUnsynced(Fd directory, String name, byte[] content, int permissions) {
        write(directory, name, content, permissions, false);
    }

    private static void write(Fd directory, String name, byte[] content, int permissions, boolean sync) {
        if (name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("a name in the directory cannot hold a slash: " + name);
        }
        long random = ThreadLocalRandom.current().nextLong() & Long.MAX_VALUE;
        String temporary = "." + name + "." + Long.toString(random, 36) + ".tmp";
        boolean done = false;
        try (Fd file = Open.write().create(0600).exclusive().at(directory, temporary)) {
            FileIo.writeAll(file, content);
            FileIo.permissions(file, permissions);
            if (sync) {
                // Before the rename, or a crash could leave the new name with contents that never reached the disk.
                FileIo.sync(file);
            }
            At.rename(directory, temporary, directory, name);
            done = true;
        } finally {
            if (!done) {
                At.unlink(directory, temporary);
            }
        }
    }
}
