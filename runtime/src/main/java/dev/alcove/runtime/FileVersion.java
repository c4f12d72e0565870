package dev.alcove.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/**
 * Which file, and as of which change: whoever writes to it, replaces it or changes its owner or mode makes another
 * version. Read by the JDK's own call, for a cold start that links no native one.
 *
 * @param inode   which file of its file system
 * @param seconds when it was last changed (ctime), since 1970
 * @param nanos   the nanoseconds of that, 0 to 999999999
 */
record FileVersion(long inode, long seconds, int nanos) {
    static FileVersion of(Path file) throws IOException {
        Map<String, Object> found = Files.readAttributes(file, "unix:ino,ctime", LinkOption.NOFOLLOW_LINKS);
        if (!(found.get("ino") instanceof Long inode) || !(found.get("ctime") instanceof FileTime time)) {
            throw new IOException("no inode known of " + file);
        }
        Instant changed = time.toInstant();
        return new FileVersion(inode, changed.getEpochSecond(), changed.getNano());
    }
}
